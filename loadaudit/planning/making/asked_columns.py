"""What look-ups ask of a row that is made: values of its own columns, and what a row has that it belongs to."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

_FAR = timedelta(days=7)


def as_columns(model: type[models.Model], asked: Mapping[str, object]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return look-ups such as `is_public`, `sent__isnull` and `begins__lte` as values of columns, and which must not
    be empty.

    Those of rows that it belongs to are left out.
    """
    fixed: dict[str, Any] = {}
    filled = set()
    for look_up, value in asked.items():
        name, _, how = look_up.rpartition("__")
        if _link(model, look_up) is not None:
            continue
        if how in ("lte", "gte") and isinstance(value, date):
            fixed[name] = value - _FAR if how == "lte" else value + _FAR
        elif how != "isnull" or not name:
            fixed[look_up] = value
        elif value:
            fixed[name] = None
        else:
            filled.add(name)
    # An empty column that must have passed is asked for twice, and one value does.
    return fixed, frozenset(filled - fixed.keys())


def of_parents(model: type[models.Model], asked: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return what look-ups ask of the rows that a row belongs to, by the name of the link."""
    found: dict[str, dict[str, object]] = {}
    for look_up, value in asked.items():
        if (link := _link(model, look_up)) is not None:
            found.setdefault(link, {})[look_up.removeprefix(f"{link}__")] = value
    return found


def first_meeting(model: type[models.Model], keys: Iterable[Any], asked: Mapping[str, object]) -> Any:
    """Return the first of the rows with these keys that meets look-ups, or None."""
    rows = model._base_manager.filter(**asked)
    return next((row for key in keys if (row := rows.filter(pk=key).first()) is not None), None)


def _link(model: type[models.Model], look_up: str) -> str | None:
    """Return the name of the link with which a look-up goes on to another model."""
    name, _, rest = look_up.partition("__")
    try:
        column: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    goes_on = rest not in ("", "isnull", "in", "lte", "gte") and (column.many_to_one or column.one_to_one)
    return name if goes_on and column.concrete else None
