"""Fields of a Django form, read from its class where the class alone decides them."""

import inspect
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django import forms
from django.db import models
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField

from loadaudit.inventory.bodies.fields.checks import checked_column, listed_by_checks
from loadaudit.inventory.bodies.fields.models import (
    as_text,
    choice_values,
    column_of,
    extensions_of,
    find_field,
    is_unique,
    label_of,
    limits_of,
    pattern_of,
    type_by_class,
)
from loadaudit.inventory.bodies.quiet import quietly, request_of_nobody
from loadaudit.inventory.source.relations import user_model
from loadaudit.inventory.source.trees import constants
from loadaudit.records import BodyField

_TYPES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.FloatField, "number"),
    (forms.DecimalField, "number"),
    (forms.IntegerField, "integer"),
    (forms.SplitDateTimeField, "date-time"),
    (forms.DateTimeField, "date-time"),
    (forms.DateField, "date"),
    (forms.TimeField, "time"),
    (forms.DurationField, "duration"),
    (forms.UUIDField, "uuid"),
    (forms.EmailField, "email"),
    (forms.URLField, "uri"),
    (forms.FileField, "file"),
    (forms.BooleanField, "boolean"),
    (forms.NullBooleanField, "boolean"),
    (forms.JSONField, "json"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFields:
    """What a form takes."""

    fields: tuple[BodyField, ...]
    exact: bool = True
    """Nothing but the class decides which fields there are, or the class was asked."""


def is_form(candidate: object) -> bool:
    """Whether the object is a form class."""
    return isinstance(candidate, type) and issubclass(candidate, forms.BaseForm)


@lru_cache(maxsize=1024)
def fields_of_form(form: type[forms.BaseForm], prefix: str = "") -> FormFields:
    """Return the fields of a form class; its instances are made only when its `__init__` may change them."""
    held, exact = _held_fields(form)
    model = getattr(getattr(form, "_meta", None), "model", None)
    found: list[BodyField] = []
    listed = getattr(getattr(form, "_meta", None), "fields", None)
    # The order of a set is another one in each process.
    for name, field in sorted(held.items()) if isinstance(listed, (set, frozenset)) else held.items():
        if not field.disabled:
            found += _read(f"{prefix}-{name}" if prefix else name, field, _model_field(model, name))
    return FormFields(fields=tuple(found), exact=exact)


def _held_fields(form: type[forms.BaseForm]) -> tuple[Mapping[str, forms.Field], bool]:
    own_init = form.__init__
    declared: Mapping[str, forms.Field] = getattr(form, "base_fields", {})
    if (own_init.__module__ or "").startswith("django.forms."):
        return declared, True
    made = quietly(form)
    if made is None:
        made = quietly(lambda: form(**_stand_ins(own_init)))
    if made is not None and isinstance(getattr(made, "fields", None), Mapping):
        return made.fields, True
    return _without_removed(declared, own_init), False


def _stand_ins(init: Any) -> dict[str, Any]:
    """Return arguments for a form that cannot do without them."""
    request = request_of_nobody("GET")
    known = {"request": request, "user": quietly(user_model())}
    return {
        name: known.get(name)
        for name, one in list(inspect.signature(init).parameters.items())[1:]
        if name in known or (one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY))
    }


def _without_removed(declared: Mapping[str, forms.Field], init: object) -> Mapping[str, forms.Field]:
    """Leave out nothing but fields that an `__init__` with a `pop` or `del` names: those may be gone."""
    if not isinstance(init, types.FunctionType) or "pop" not in init.__code__.co_names:
        return declared
    named = constants(init.__code__)
    return {name: field for name, field in declared.items() if name not in named or field.required}


def _model_field(model: object, name: str) -> "models.Field[Any, Any] | None":
    return find_field(model, name) if isinstance(model, type) and issubclass(model, models.Model) else None


def _read(name: str, field: forms.Field, model_field: "models.Field[Any, Any] | None") -> Iterable[BodyField]:
    plain = of_form_field(name, field)
    if model_field is not None and (column := column_of(model_field)) is not None:
        plain = replace(plain, unique=is_unique(model_field), column=column)
    if model_field is not None and (checked := checked_column(model_field)) is not None:
        listed = map(as_text, listed_by_checks(model_field)) if plain.type in ("string", "integer") else ()
        plain = replace(plain, checked=checked, choices=plain.choices or tuple(listed))
    if model_field is not None and not plain.pattern and plain.type == "string":
        # Its validators are asked behind those of the form.
        plain = replace(plain, pattern=pattern_of(model_field.validators))
    if model_field is not None and plain.type in ("integer", "number"):
        limits = limits_of(model_field)
        low, high = limits.get("min_value"), limits.get("max_value")
        plain = replace(
            plain,
            minimum=low if plain.minimum is None else plain.minimum,
            maximum=high if plain.maximum is None else plain.maximum,
        )
    if model_field is not None and plain.type == "file" and not plain.choices:
        plain = replace(plain, choices=extensions_of(model_field))
    parts = _parts(field.widget)
    if not parts:
        return (plain,)
    single = [of_form_field(plain.name, one) for one in getattr(field, "fields", ())]
    kept = [single[position] if position < len(single) else plain for position in range(len(parts))]
    return tuple(
        replace(one, name=f"{name}{part}", required=plain.required) for part, one in zip(parts, kept, strict=True)
    )


def _parts(widget: forms.Widget) -> tuple[str, ...]:
    """Return the suffixes under which a widget of several inputs sends its values."""
    if isinstance(widget, forms.MultiWidget):
        return tuple(getattr(widget, "widgets_names", ()))
    if isinstance(widget, forms.SelectDateWidget):
        return ("_year", "_month", "_day")
    return ()


def of_form_field(name: str, field: forms.Field) -> BodyField:
    """Return the body field of one form field."""
    many = isinstance(field, (ModelMultipleChoiceField, forms.MultipleChoiceField)) or (
        isinstance(field, forms.FileField) and bool(getattr(field.widget, "allow_multiple_selected", False))
    )
    plain = BodyField(
        name=name,
        type=type_by_class(type(field)) or next((type_ for kind, type_ in _TYPES if isinstance(field, kind)), "string"),
        required=field.required,
        many=many,
        default=_initial(field),
        min_length=getattr(field, "min_length", None),
        max_length=getattr(field, "max_length", None),
        minimum=_number(getattr(field, "min_value", None)),
        maximum=_number(getattr(field, "max_value", None)),
        pattern=_pattern(field),
    )
    if isinstance(field, ModelChoiceField):
        return _choosing_rows(plain, field)
    if isinstance(field, forms.FileField):
        return replace(plain, choices=extensions_of(field))
    return replace(plain, choices=_choices(field)) if isinstance(field, forms.ChoiceField) else plain


def _choosing_rows(plain: BodyField, field: "ModelChoiceField[Any]") -> BodyField:
    # The property would copy the queryset, which a project's manager may do in any way.
    model: Any = getattr(getattr(field, "_queryset", None), "model", None)
    label = label_of(model)
    if label is None:
        return plain
    key = field.to_field_name
    target = model._meta.pk if not key or key == model._meta.pk.name else find_field(model, key)
    type_ = "string" if target is None or target.is_relation else _type_of_key(target)
    return replace(plain, type=type_, model=label, model_field="pk" if target is model._meta.pk else key)


def _type_of_key(target: "models.Field[Any, Any]") -> str:
    if isinstance(target, models.UUIDField):
        return "uuid"
    return "integer" if isinstance(target, (models.IntegerField, models.AutoField)) else "string"


def _choices(field: forms.ChoiceField) -> tuple[str, ...]:
    return quietly(lambda: choice_values(_flat(field.choices))) or ()


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield value, label


def _initial(field: forms.Field) -> str | None:
    return as_text(field.initial) if isinstance(field.initial, (str, int, float)) else None


def _number(limit: object) -> float | None:
    if callable(limit) or limit is None:
        return None
    try:
        return float(limit)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _pattern(field: forms.Field) -> str:
    if type(field) in (forms.EmailField, forms.URLField, forms.IntegerField):
        return ""
    return pattern_of(field.validators)
