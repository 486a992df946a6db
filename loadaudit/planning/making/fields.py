"""Values for the columns of a row that is made through its model: what type, limits, choices and name suggest."""

import base64
from collections.abc import Collection
from copy import copy
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any, Literal

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from loadaudit.inventory.bodies.fields.models import has_value_of_its_own, is_required, of_model_field
from loadaudit.load.payloads import UNIQUE_NUMBER, unique, unique_number
from loadaudit.load.words import has_words
from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.values import NOTHING, Needs, is_end, value_of

_PAST = timedelta(hours=1)
_FUTURE = timedelta(days=7)
_MORNING = time(9)
_LATER = time(9, 30)
_KINDS_OF_FILES = ("", "image", "pdf", "csv")
"""Tried in turn where a validator refuses one."""


Fill = Literal["needed", "plain", "every"]
"""What of a row gets values: only what must have one, beside it what points to no other row, or all."""


def fields_of(model: type[models.Model], named: Collection[str], fill: Fill) -> list[Any]:
    """Return the columns that a new row gets a value for: the named ones, and more.

    What a default, the database or the model itself fills is left to them unless it is named.
    """
    return [one for one in model._meta.concrete_fields if one.name in named or (_is_open(one) and _is_meant(one, fill))]


def filled_by_itself(model: type[models.Model]) -> frozenset[str]:
    """Return columns that the constructor of the model fills, such as the kind of a row: its code knows better."""
    try:
        bare = vars(model())
    except Exception:
        return frozenset()
    return frozenset(
        one.name
        for one in model._meta.concrete_fields
        if not has_value_of_its_own(one) and bare.get(one.attname) not in (None, "")
    )


def _is_meant(field: Any, fill: Fill) -> bool:
    more = fill == "every" or (fill == "plain" and not field.is_relation)
    return bool(more or is_required(field) or not _may_stay_empty(field))


def _is_open(field: Any) -> bool:
    """Whether nobody but whoever makes the row gives the column its value."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) or has_value_of_its_own(field):
        return False
    is_link = field.is_relation and getattr(field.remote_field, "parent_link", False)
    return not (is_link or isinstance(field, models.AutoField) or getattr(field, "generated", False))


def _may_stay_empty(field: Any) -> bool:
    """Whether the table takes nothing for the column: NULL, or a text of no length."""
    return bool(field.null or (field.empty_strings_allowed and not field.unique))


def plain_value(field: Any, needs: Needs, number: int) -> Any:
    """Return a value for a column that names no row, or `NOTHING`; `number` tells it from those of other rows."""
    known = of_model_field(field)
    if known.type in ("date", "date-time") and not field.choices:
        return _moment(field, needs.today)
    if isinstance(field, models.TimeField) and not field.choices:
        return _LATER if is_end(field.name) else _MORNING
    if isinstance(field, models.FileField):
        return _file(field, number, needs.variant)
    if isinstance(field, models.JSONField):
        return {} if field.blank else {"loadaudit": 1}
    if isinstance(field, models.BinaryField):
        return b"loadaudit"
    if any(one.__name__ == "HStoreField" for one in type(field).__mro__):
        # Of PostgreSQL, and importing it needs psycopg.
        return {"loadaudit": "1"}
    if hasattr(field, "range_type"):
        return _range(field.base_field, needs.today)
    if known.type == "array":
        return _list(field, needs, number)
    # A number that is the key of its row and that nothing counts is another one in each.
    found = value_of(replace(known, required=True, unique=known.unique or field.primary_key), needs)
    if found == UNIQUE_NUMBER:
        return unique_number(number)
    if has_words(found):
        return field.to_python(unique(found, number))
    return unique(found, number) if isinstance(found, str) else found


def _moment(field: Any, today: date) -> Any:
    """Return a time that has been, so that what is published shows; the end of something is ahead."""
    ahead = is_end(field.name)
    if not isinstance(field, models.DateTimeField):
        return today + _FUTURE if ahead else today
    moment = timezone.now() + (_FUTURE if ahead else -_PAST)
    return moment if settings.USE_TZ else timezone.make_naive(moment, timezone.get_default_timezone())


def _list(field: Any, needs: Needs, number: int) -> list[Any]:
    """Return a list of one value where an empty one counts as none; what is in it has no name of its own."""
    if field.blank or not hasattr(field, "base_field"):
        return []
    base = copy(field.base_field)
    base.name = field.name
    value = plain_value(base, needs, number)
    return [] if value is NOTHING else [value]


def _range(of: Any, today: date) -> tuple[Any, Any]:
    """Return the ends of a range of PostgreSQL; one of moments has begun and has not ended."""
    if isinstance(of, models.DateTimeField):
        now = timezone.now()
        return now - _PAST, now + _FUTURE
    return (today, today + _FUTURE) if isinstance(of, models.DateField) else (1, 9)


def _file(field: Any, number: int, variant: int) -> "ContentFile[Any]":
    kind = "image" if isinstance(field, models.ImageField) else _KINDS_OF_FILES[variant % len(_KINDS_OF_FILES)]
    made = upload(f"{field.name} {field.model._meta.label} {kind}")
    return ContentFile(base64.b64decode(made.content), name=unique(made.filename, number))
