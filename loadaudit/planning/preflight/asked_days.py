"""Days on which there are rows, for addresses of a day that was made up and on which a view found none."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from django.db import models
from django.utils import timezone

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.made_up import made_up_paths
from loadaudit.planning.preflight.conditions import parts_of
from loadaudit.planning.rows import models_by_table
from loadaudit.records import Identity, Operation, PlannedPath, Trace

_MOST_DAYS = 3
_MOST_MOMENTS = 200
"""Of the newest ones these days are taken: a table may have millions, and hundreds of one day."""


def paths_of_days(
    operation: Operation, trace: Trace | None, identity: Identity, index: RouteIndex
) -> tuple[PlannedPath, ...]:
    """Return addresses with the newest days of rows, of the columns by which the view looked for some. Never raises."""
    if trace is None or all(one.model or one.choices for one in operation.parameters):
        return ()
    # What is made up alike on every day is no address of a day.
    known = {one.path for one in made_up_paths(operation, identity, index, date.today())}
    found: dict[str, PlannedPath] = {}
    try:
        for column in dict.fromkeys(_columns_asked(trace)):
            for day in islice(dict.fromkeys(_days_of(column)), _MOST_DAYS):
                made = made_up_paths(operation, identity, index, day)
                for one in [each for each in made if each.path not in known][:1]:
                    origin = f"day of a row of {column.model._meta.label}"
                    found.setdefault(one.path, PlannedPath(path=one.path, origin=origin))
    except Exception:  # a manager is the project's own code and may raise anything
        return ()
    return tuple(found.values())


def _columns_asked(trace: Trace) -> Iterator["models.DateField[object, object]"]:
    """Yield the columns of days and moments by which rows were looked for, the last statement first."""
    tables = models_by_table()
    for statement in reversed(trace.statements):
        for part in parts_of(statement.sql):
            for one in (condition for way in part for condition in way if condition.compared and not condition.negated):
                fields = tables[one.table]._meta.concrete_fields if one.table in tables else ()
                yield from (each for each in fields if each.column == one.column and isinstance(each, models.DateField))


def _days_of(column: "models.DateField[object, object]") -> Iterator[date]:
    rows = column.model._default_manager.exclude(**{column.name: None}).order_by(f"-{column.name}")
    for moment in rows.values_list(column.name, flat=True).distinct()[:_MOST_MOMENTS]:
        if isinstance(moment, datetime):
            yield (timezone.localtime(moment) if timezone.is_aware(moment) else moment).date()
        else:
            yield moment
