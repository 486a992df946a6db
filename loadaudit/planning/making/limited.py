"""Which rows a link may point to where its model limits them (`limit_choices_to`), and what a new one has to be."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models


def first_free(column: Any, rows: Iterable[tuple[Any, ...]]) -> Any:
    """Return the first of the rows with these keys that a column may point to: one that has to be unique only once."""
    allowed = column.related_model._base_manager.complex_filter(_limits(column))
    for (key,) in rows:
        row = allowed.filter(pk=key).first()
        if row is not None and not (column.unique and is_taken(column, row)):
            return row
    return None


def is_taken(column: Any, row: Any) -> bool:
    """Whether something points to a row by a column already."""
    return bool(column.model._base_manager.filter(**{column.name: row}).exists())


def asked_of_rows(column: Any) -> dict[str, object]:
    """Return what a new row must be so that a link may point to it, as far as the limits are plain look-ups."""
    return dict(_plain(_limits(column)))


def _limits(column: Any) -> Any:
    limits = getattr(column, "get_limit_choices_to", None)
    return limits() if limits is not None else {}


def _plain(limits: Any) -> Iterator[tuple[str, object]]:
    if isinstance(limits, models.Q):
        if limits.negated or limits.connector != models.Q.AND:
            return
        pairs = limits.children
    else:
        pairs = list(limits.items())
    for one in pairs:
        if isinstance(one, models.Q):
            yield from _plain(one)
        elif isinstance(one, tuple):
            yield from _asked(*one)


def _asked(look_up: str, value: Any) -> Iterator[tuple[str, object]]:
    name, _, how = look_up.rpartition("__")
    if how == "in":
        yield from ((name, each) for each in list(value)[:1])
    elif how == "exact":
        yield name, value
    elif how in ("isnull", "lte", "gte") or how not in models.Field().get_lookups():
        yield look_up, value
