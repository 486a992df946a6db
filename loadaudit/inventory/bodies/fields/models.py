"""The body field that writes a model field."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator, RegexValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from loadaudit.inventory.bodies.fields.checks import bounds_of, checked_column, listed_by_checks
from loadaudit.records import BodyField

CHOICES_MOST = 100
"""More choices than that, as of time zones, serve nobody who needs one."""

NOTHING_SENT = frozenset({"none", "null", "undefined", "nil"})
"""What scripts send where they have no value; code that knows no other text compares with it to find that out."""

_TYPES: "tuple[tuple[type[models.Field[Any, Any]], str], ...]" = (
    (models.BooleanField, "boolean"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
    (models.IntegerField, "integer"),
    (models.AutoField, "integer"),
    (models.DateTimeField, "date-time"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.DurationField, "duration"),
    (models.UUIDField, "uuid"),
    (models.EmailField, "email"),
    (models.URLField, "uri"),
    (models.FileField, "file"),
    (models.JSONField, "any"),
)


_BY_CLASS = {
    **dict.fromkeys(("GenericIPAddressField", "IPAddressField", "InetAddressField", "IPField"), "ip"),
    **dict.fromkeys(("CidrAddressField", "CIDRField", "NetworkField", "IPNetworkField", "IPPrefixField"), "network"),
    **dict.fromkeys(("Base64FieldMixin", "Base64FileField", "Base64ImageField", "Base64Field"), "byte"),
    **dict.fromkeys(("MACAddressField", "MacAddressField", "MACAddress8Field", "EUIField"), "mac"),
    **dict.fromkeys(("PhoneNumberField", "PhoneField", "SplitPhoneNumberField"), "phone"),
    **{"IBANField": "iban", "IBANFormField": "iban", "BICField": "bic", "BICFormField": "bic"},
    **dict.fromkeys(("ColorField", "RGBColorField"), "color"),
}
"""Type by the name of a class, of a model, a form or a serializer: packages have fields of their own for addresses."""


def type_by_class(kind: type) -> str:
    """Return the type of what a field of this class takes where its name tells, else empty."""
    return next((_BY_CLASS[base.__name__] for base in kind.__mro__ if base.__name__ in _BY_CLASS), "")


@lru_cache(maxsize=1024)
def of_model_field(field: "models.Field[Any, Any]", name: str = "") -> BodyField:
    """Return the body field that holds a value of a model field; `name` defaults to the field's own."""
    if field.is_relation:
        return _relation(field, name or field.name)
    limits = limits_of(field)
    length = field.max_length if isinstance(field, (models.CharField, models.TextField)) else None
    return BodyField(
        name=name or field.name,
        type=type_of(field),
        required=is_required(field),
        choices=_choices(field),
        default=_default(field),
        max_length=length,
        minimum=limits.get("min_value"),
        maximum=limits.get("max_value"),
        pattern=pattern_of(field.validators) if isinstance(field, (models.CharField, models.TextField)) else "",
        unique=is_unique(field),
        column=column_of(field),
        checked=checked_column(field),
    )


def _choices(field: "models.Field[Any, Any]") -> tuple[str, ...]:
    if isinstance(field, models.FileField):
        return extensions_of(field)
    return choice_values(field.flatchoices) or tuple(map(as_text, listed_by_checks(field)))


def is_unique(field: "models.Field[Any, Any]") -> bool:
    """Whether no two rows may have the same value in a column that somebody fills."""
    return bool(field.unique) and not field.primary_key


def column_of(field: "models.Field[Any, Any]") -> str | None:
    """Return the label of a field's model and its name where no two rows may have the same there, alone or together."""
    model: Any = getattr(field, "model", None)
    # A field that hangs on no model, as one of a list, writes no column.
    if label_of(model) is None or not (is_unique(field) or field.name in _names_together(model)):
        return None
    return f"{model._meta.label}.{field.name}"


@lru_cache(maxsize=1024)
def _names_together(model: type[models.Model]) -> frozenset[str]:
    return frozenset(name for together in unique_sets(model) for name in together)


def unique_sets(model: type[models.Model]) -> Iterator[frozenset[str]]:
    """Yield the names of the fields that no two rows may have alike, set by set; of one field alone `unique` tells."""
    for one in (model, *model._meta.parents):
        for together in one._meta.unique_together:
            yield frozenset(together)
        for constraint in one._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
                yield frozenset(constraint.fields)
        columns: Iterable[Any] = one._meta.local_concrete_fields
        for field in columns:
            dates = (field.unique_for_date, field.unique_for_month, field.unique_for_year)
            yield from (frozenset((field.name, name)) for name in dates if name)


def pattern_of(validators: Iterable[Any]) -> str:
    """Return the regular expression that validators want a text to match; those of addresses have a type instead."""
    found: Iterable[Any] = (one for one in validators if type(one) is RegexValidator and not one.inverse_match)
    return next((str(one.regex.pattern) for one in found), "")


def extensions_of(field: Any) -> tuple[str, ...]:
    """Return what the names of files may end in that a model's or a form's field takes; empty where all will do."""
    if isinstance(field, (models.ImageField, forms.ImageField)):
        # Its list has all that the library for pictures opens.
        return ("png",)
    found = (one.allowed_extensions for one in field.validators if isinstance(one, FileExtensionValidator))
    return next((tuple(map(str, one)) for one in found if one), ())


def type_of(field: "models.Field[Any, Any]") -> str:
    """Return the type of a model field's values."""
    if known := type_by_class(type(field)):
        return known
    for kind, type_ in _TYPES:
        if isinstance(field, kind):
            return type_
    return "array" if hasattr(field, "base_field") else "string"


def is_required(field: "models.Field[Any, Any]") -> bool:
    """Whether a row cannot be made without a value from outside."""
    return not (field.blank or field.null or has_value_of_its_own(field) or getattr(field, "auto_now", False))


def has_value_of_its_own(field: "models.Field[Any, Any]") -> bool:
    """Whether a column has a default that it takes: None is none for a column that must not be empty."""
    return field.has_default() and (field.default is not None or field.null)


def label_of(model: Any) -> str | None:
    """Return the label of a model class, or None for anything else."""
    is_model = isinstance(model, type) and issubclass(model, models.Model)
    return model._meta.label if is_model and not model._meta.abstract else None


def find_field(model: type[models.Model], name: str) -> "models.Field[Any, Any] | None":
    """Return the field that a row's attribute, `project_id` included, writes."""
    if name == "pk":
        return model._meta.pk
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if name in (field.name, getattr(field, "attname", "")):
            return field
    return None


def writable_fields(model: type[models.Model]) -> tuple[BodyField, ...]:
    """Return what `Model(**data)` may be given: all fields that are not made by the database."""
    fields = [one for one in model._meta.concrete_fields if one.editable and not one.primary_key]
    return tuple(of_model_field(one) for one in fields)


def choice_values(choices: Iterable[Any]) -> tuple[str, ...]:
    """Return the values of flat choices as text, the empty one left out."""
    found = dict.fromkeys(as_text(value) for value, _ in choices if value not in (None, ""))
    # Sorted, since many are often those of a set, of which each process would keep others.
    return tuple(found) if len(found) <= CHOICES_MOST else tuple(sorted(found)[:CHOICES_MOST])


def as_text(value: Any) -> str:
    """Return a value as it is written in a record: members of enumerations by their values, booleans as in JSON."""
    value = getattr(value, "value", value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def limits_of(field: "models.Field[Any, Any]") -> dict[str, float]:
    """Return the least and the most that validators and checks of a model field let through, by their codes."""
    found: dict[str, float] = {}
    for code, limit in (*_limits(field.validators), *bounds_of(field)):
        narrower = max if code == "min_value" else min
        found[code] = narrower(found.get(code, limit), limit)
    return found


def _limits(validators: Iterable[Any]) -> Iterable[tuple[str, float]]:
    for one in validators:
        limit = getattr(one, "limit_value", None)
        # Numbers beyond what JSON's readers can tell apart limit nothing.
        if (
            getattr(one, "code", "") in ("min_value", "max_value")
            and isinstance(limit, (int, float))
            and abs(limit) < 2**53
        ):
            yield one.code, float(limit)


def _relation(field: "models.Field[Any, Any]", name: str) -> BodyField:
    related: Any = field.related_model
    target = getattr(field, "target_field", None) if field.many_to_one or field.one_to_one else None
    key = target if target is not None else getattr(getattr(related, "_meta", None), "pk", None)
    return BodyField(
        name=name,
        type=type_of(key) if isinstance(key, models.Field) and not key.is_relation else "any",
        required=is_required(field),
        many=bool(field.many_to_many),
        default=_default(field),
        unique=is_unique(field),
        column=None if field.many_to_many else column_of(field),
        checked=None if field.many_to_many else checked_column(field),
        model=label_of(related),
        model_field=None if key is None else "pk" if key.primary_key else key.name,
    )


def _default(field: "models.Field[Any, Any]") -> str | None:
    # A callable is the project's code, and its value changes.
    if field.default is NOT_PROVIDED or field.default is None or callable(field.default):
        return None
    return as_text(field.default)
