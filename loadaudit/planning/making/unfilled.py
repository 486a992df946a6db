"""Columns that every row has empty and that a view looks rows up by, as names that people choose for themselves."""

from collections.abc import Iterator
from dataclasses import replace

from django.apps import apps
from django.db import models

from loadaudit.planning.making.fitting import MOST_FITTED, ROWS_LOOKED_AT, Unfit
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.looked_up import as_learnt, looked_up_with
from loadaudit.records import Operation, Outcome

_PLAIN = "[a-z]+"
"""Of a value for such a column: letters alone are refused least."""


def as_seen(operation: Operation, best: Try | None) -> Operation:
    """Return an operation with those parameters alone of which only a try has shown what the view looks up with them.

    Without a try it stays as it is.
    """
    if best is None:
        return operation
    open_ones = [one for one in operation.parameters if not one.model]
    seen = looked_up_with([one.name for one in open_ones], best.trace)
    return replace(operation, parameters=tuple(as_learnt(one, seen) for one in open_ones if one.name in seen))


def empty_columns(operation: Operation, best: Try) -> Iterator[Unfit]:
    """Yield the columns of texts by which a view looked up in vain what it was sent, and that every row has empty.

    Managers and fields are the project's own code and may raise anything.
    """
    names = [one.name for one in operation.parameters if not one.model] if best.outcome is Outcome.NOT_FOUND else []
    for label, name in looked_up_with(names, best.trace).values():
        model = apps.get_model(label)
        column = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if not isinstance(column, models.CharField) or column.primary_key or column.choices:
            continue
        rows = tuple(model._base_manager.order_by("pk")[:ROWS_LOOKED_AT])
        if rows and all(column.value_from_object(row) in (None, "") for row in rows):
            yield Unfit(column=column, pattern=_PLAIN, rows=rows[:MOST_FITTED])
