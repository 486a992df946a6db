"""Forms that refuse what was sent are noted on the request that sent it."""

from collections.abc import Iterator

import pytest
from django import forms

from loadaudit.probes.forms import FormProbe
from loadaudit.probes.recorder import Recorder, recording


class _Order(forms.Form):
    name = forms.CharField()
    day = forms.DateField()

    def clean(self) -> dict[str, object]:
        raise forms.ValidationError("no such order", code="unknown")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Yield a recorder of a request, with the probe in place."""
    probe = FormProbe()
    probe.install()
    found = Recorder(1, 1)
    try:
        with recording(found):
            yield found
    finally:
        probe.restore()


def test_fields_and_codes_are_kept_and_values_are_not(recorder: Recorder) -> None:
    form = _Order({"a-day": "secret"}, prefix="a")
    assert not form.is_valid()
    assert recorder.refusals == [f"{__name__}._Order: a-name (required), a-day (invalid), __all__ (unknown)"]


def test_an_unbound_form_and_a_valid_one_are_no_refusal(recorder: Recorder) -> None:
    assert not forms.Form().is_valid()
    assert forms.Form({}).is_valid()
    assert recorder.refusals == []


class _Stay(forms.Form):
    nights = forms.IntegerField()

    def clean(self) -> None:
        if self.cleaned_data.get("nights") == 7:
            self.add_error("nights", forms.ValidationError("too long", code="long"))


def test_what_a_view_adds_behind_the_validation_is_noted_as_well(recorder: Recorder) -> None:
    """Once each; what the form's own validation adds is noted with the rest of it."""
    assert not _Stay({"nights": 7}).is_valid()
    assert recorder.refusals == [f"{__name__}._Stay: nights (long)"]
    form = _Stay({"nights": 2})
    assert form.is_valid()
    form.add_error(None, "the house is full")
    assert recorder.refusals[1:] == [f"{__name__}._Stay: __all__ (invalid)"]


def test_a_formset_is_noted_with_its_forms(recorder: Recorder) -> None:
    made = forms.formset_factory(_Order, min_num=1, validate_min=True)
    formset = made({"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"})
    assert not formset.is_valid()
    assert any("__all__ (too_few_forms)" in one for one in recorder.refusals)


def test_without_a_recorder_nothing_happens_and_restore_is_exact() -> None:
    before = forms.BaseForm.full_clean, forms.BaseFormSet.full_clean, forms.BaseForm.add_error
    probe = FormProbe()
    probe.install()
    probe.install()
    assert not _Order({}).is_valid()
    probe.restore()
    assert (forms.BaseForm.full_clean, forms.BaseFormSet.full_clean, forms.BaseForm.add_error) == before
