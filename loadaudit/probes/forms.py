"""Notices forms that refuse what was sent: a view answers 200 then, and shows the page again."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.forms.forms import BaseForm
from django.forms.formsets import BaseFormSet

from loadaudit.probes.recorder import current

MOST_REFUSALS = 20
"""Kept of one request."""


_under_way: ContextVar[frozenset[int]] = ContextVar("under_way", default=frozenset())
"""Forms that are being validated, by their identity: their own `clean` calls `add_error`, too."""


class FormProbe:
    """Wraps the validation of forms and formsets. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._clean: Callable[[BaseForm], None] | None = None
        self._clean_set: Callable[[Any], None] | None = None
        self._add: Callable[..., None] | None = None

    def install(self) -> None:
        """Patch `full_clean` and `add_error`; a second call does nothing."""
        if self._clean is not None:
            return
        self._clean, self._clean_set, self._add = BaseForm.full_clean, BaseFormSet.full_clean, BaseForm.add_error
        BaseForm.add_error = _noted(self._add)  # type: ignore[method-assign]
        BaseForm.full_clean = _observed(self._clean, _refused_by_form)  # type: ignore[method-assign, assignment]
        BaseFormSet.full_clean = _observed(self._clean_set, _refused_by_formset)  # type: ignore[method-assign, assignment]

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        if self._clean is None or self._clean_set is None or self._add is None:
            return
        BaseForm.add_error = self._add  # type: ignore[method-assign]
        BaseForm.full_clean = self._clean  # type: ignore[method-assign, assignment]
        BaseFormSet.full_clean = self._clean_set  # type: ignore[method-assign, assignment]
        self._clean = self._clean_set = self._add = None


def _observed(original: Callable[[Any], None], refused: Callable[[Any], list[str]]) -> Callable[[Any], None]:
    def full_clean(self: Any) -> None:
        before = _under_way.set(_under_way.get() | {id(self)})
        try:
            original(self)
        finally:
            _under_way.reset(before)
        _note(self, refused)

    return full_clean


def _noted(original: Callable[..., None]) -> Callable[..., None]:
    """Return `add_error` that notes what a view finds wrong behind the validation, as what another program refuses."""

    def add_error(self: Any, field: Any, error: Any) -> None:
        original(self, field, error)
        if id(self) not in _under_way.get():
            _note(self, _refused_by_form)

    return add_error


def _note(form: Any, refused: Callable[[Any], list[str]]) -> None:
    recorder = current()
    if recorder is None or not form.is_bound or len(recorder.refusals) >= MOST_REFUSALS:
        return
    found = refused(form)
    if found:
        kind = type(form)
        recorder.refusals.append(f"{kind.__module__}.{kind.__qualname__}: {', '.join(found)}")


def _refused_by_form(form: Any) -> list[str]:
    """Return field and codes of each error: names and codes are the project's own words, values are not kept."""
    errors = vars(form).get("_errors") or {}
    return [f"{_name(form, field)} ({' '.join(_codes(found))})" for field, found in errors.items()]


def _refused_by_formset(formset: Any) -> list[str]:
    found = vars(formset).get("_non_form_errors")
    return [f"__all__ ({' '.join(_codes(found))})"] if found else []


def _name(form: Any, field: str) -> str:
    return str(form.add_prefix(field)) if field in form.fields else field


def _codes(found: Any) -> list[str]:
    return list(dict.fromkeys(str(getattr(one, "code", None) or "invalid") for one in found.as_data()))
