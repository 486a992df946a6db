"""What a form that refused a body tells of it."""

from dataclasses import replace

from django import forms
from django.core.exceptions import ValidationError

from loadaudit.planning.preflight.refusing import with_refusing_forms, words_of_validators
from loadaudit.records import Body, BodyField, BodyKind
from tests.analysis.factories import operation, trace


class Profile(forms.Form):
    """A form that no code of a view names."""

    homepage = forms.EmailField()
    age = forms.IntegerField()
    kind = forms.ChoiceField(choices=[("a", "A")])


def test_a_form_tells_the_types_of_its_fields() -> None:
    """Of those of which nothing is known, with a prefix or without, and of those that it misses."""
    fields = (BodyField(name="p-homepage", type="any"), BodyField(name="age", type="date"))
    write = operation("POST /profile/", body=Body(kind=BodyKind.FORM, fields=fields))
    seen = replace(trace(), refusals=(f"{__name__}.Profile: p-homepage (invalid), kind (required)",))
    found = with_refusing_forms(write, seen, ["p-homepage", "kind", "other"]).body.fields
    assert [(one.name, one.type, one.choices) for one in found] == [
        ("p-homepage", "email", ()),
        ("age", "date", ()),
        ("kind", "string", ("a",)),
    ]
    unknown = replace(seen, refusals=("nowhere.Form: kind (required)",))
    assert with_refusing_forms(write, unknown, ["kind"]) == write


def shouted(value: str) -> None:
    """Take what is written in capitals."""
    if not value.isupper():
        raise ValidationError("Write it in capitals.")


class Shout(forms.Form):
    """Shows on its page nothing of what its validator says."""

    text = forms.CharField(validators=[shouted])


def test_validators_say_what_a_page_does_not() -> None:
    """They are asked about what was sent, with or without a prefix; what they take is no complaint."""
    seen = replace(trace(), refusals=(f"{__name__}.Shout: text (invalid)",))
    assert words_of_validators(seen, {"p-text": "quiet"}) == {"p-text": "Write it in capitals."}
    assert words_of_validators(seen, {"text": "LOUD", "other": "quiet", "number": 1}) == {}
