"""Fields of a formset: its management form and the fields of its forms, numbered."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.forms import BaseFormSet, BaseModelFormSet
from django.forms.formsets import ORDERING_FIELD_NAME

from loadaudit.inventory.bodies.fields.forms import FormFields, fields_of_form
from loadaudit.inventory.bodies.fields.models import of_model_field
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.records import BodyField


def is_formset(candidate: object) -> bool:
    """Whether the object is a formset class."""
    return isinstance(candidate, type) and issubclass(candidate, BaseFormSet)


def fields_of_formset(formset: "type[BaseFormSet[Any]]", prefix: str = "", *, may_be_empty: bool = False) -> FormFields:
    """Return what a formset takes with its first forms filled in.

    With `may_be_empty` no more forms than the formset demands count as sent; the first one is listed all the same.
    """
    prefix = prefix or quietly(formset.get_default_prefix) or "form"
    least = int(getattr(formset, "min_num", 0) or 0)
    sent = least if may_be_empty else max(least, 1)
    form: Any = formset.form
    inner = fields_of_form(form)
    found = list(_management(prefix, sent))
    for position in range(max(sent, 1)):
        own = [*inner.fields, *_of_the_set(formset)]
        found += [
            replace(one, name=f"{prefix}-{position}-{one.name}", required=one.required and position < sent)
            for one in own
        ]
    return FormFields(fields=tuple(found), exact=inner.exact)


def _management(prefix: str, sent: int) -> Iterator[BodyField]:
    for name, default in (("TOTAL_FORMS", str(sent)), ("INITIAL_FORMS", "0")):
        # As many forms as are filled in, and none of a row that is there: what a plan would make up says neither.
        yield BodyField(
            name=f"{prefix}-{name}", type="integer", required=True, default=default, example=default, minimum=0
        )
    for name in ("MIN_NUM_FORMS", "MAX_NUM_FORMS"):
        yield BodyField(name=f"{prefix}-{name}", type="integer", minimum=0)


def _of_the_set(formset: Any) -> Iterator[BodyField]:
    """Yield the fields that the set adds to each form, but not the one that would delete what was just filled in."""
    if getattr(formset, "can_order", False):
        yield BodyField(name=ORDERING_FIELD_NAME, type="integer")
    if issubclass(formset, BaseModelFormSet):
        model: Any = getattr(formset, "model", None)
        key = model._meta.pk if model is not None else None
        if key is not None and key.name not in formset.form.base_fields:
            label = model._meta.label
            yield replace(of_model_field(key), required=False, unique=False, column=None, model=label, model_field="pk")
        relation = getattr(formset, "fk", None)
        if relation is not None and relation.name not in formset.form.base_fields:
            yield replace(of_model_field(relation), required=False, unique=False, column=None)
