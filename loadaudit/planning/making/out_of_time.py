"""Days and moments in rows that are over, or still to come, for what a view does: a deadline, the begin of a course."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from loadaudit.planning.making.breaking import either_end, read_last
from loadaudit.planning.payloads.values import is_end
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.states import names_in_code_at
from loadaudit.planning.preflight.told_times import NOT_BEGUN, NOT_YET, OVER
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation, Outcome

_OF_SOMEBODY = re.compile(r"birth|born|\bdob\b", re.I)
_DONE = re.compile(r"creat|updat|modif|chang|join|regist|last_|add(?:ed)?_|sign|log|publish|paid|sent|made", re.I)
"""Columns that tell when something was done: they count only where the view's code names them."""

_REFUSED = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE, Outcome.DENIED})
_SOON = timedelta(days=21)
"""What is as far ahead is early enough for most rules, and no farther away than calendars go."""

_LATER = timedelta(days=28)
_LONG_AGO = timedelta(days=2)
_JUST_NOW = timedelta(minutes=1)
_SLACK = timedelta(hours=1)
_MOST_HANGING = 3


def out_of_time(operation: Operation, best: Try | None) -> Iterator[tuple[Any, dict[str, object]]]:
    """Yield rows of an address, else of the tables read last, with moments on that side of now which a refusal wants.

    What ends is ahead of what begins. No values where all of them are there. Reads the database.
    """
    if best is None or best.works or best.answer is None or best.outcome not in _REFUSED:
        return
    said = f"{said_of(best.answer)} {' '.join(best.trace.refusals if best.trace is not None else ())}"
    ahead = NOT_YET.search(said) is None
    if ahead and not OVER.search(said):
        return
    path, is_end_too = best.path.path, ahead or NOT_BEGUN.search(said) is None
    rows = [row for one in operation.parameters if (row := row_at(one, path)) is not None]
    found = [(row, _values(row, path, ahead=ahead, is_end_too=is_end_too)) for row in rows]
    if not any(values for _, values in found):
        others = [one for row in rows for one in _hanging_on(row, best)]
        others = others or ([] if rows else [one for model in read_last(best) for one in either_end(model)])
        found += [(row, _values(row, path, ahead=ahead, is_end_too=is_end_too)) for row in others]
    yield from found


def _values(row: models.Model, path: str, *, ahead: bool, is_end_too: bool) -> dict[str, object]:
    values: dict[str, object] = {
        one.name: value
        for one in _columns(row, ahead=ahead, path=path)
        if (value := _moved(one, row, ahead=ahead)) is not None
    }
    if is_end_too:
        return values
    # What has ended already would be over at once, unless the row has nothing else.
    return {name: value for name, value in values.items() if not is_end(name)} or values


def _hanging_on(row: models.Model, best: Try) -> Iterator[models.Model]:
    """Yield a few rows of the tables read last that belong to a row: the poll of a post, the sale of a ticket."""
    for model in read_last(best):
        for column in model._meta.local_concrete_fields:
            if column.is_relation and column.related_model is type(row):
                yield from model._base_manager.filter(**{column.name: row.pk}).order_by("-pk")[:_MOST_HANGING]


def _columns(row: models.Model, *, ahead: bool, path: str) -> Iterator[Any]:
    named = names_in_code_at(path, (type(row),)) if ahead else frozenset()
    for one in row._meta.local_concrete_fields:
        is_moment = isinstance(one, models.DateField) and not _OF_SOMEBODY.search(one.name)
        if is_moment and (one.name in named or not _tells_what_was_done(one)):
            yield one


def _tells_what_was_done(column: Any) -> bool:
    is_own = getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False)
    return is_own or _DONE.search(column.name) is not None


def _moved(column: Any, row: models.Model, *, ahead: bool) -> date | None:
    """Return the moment of a column on the other side of now; None where it is there, or there is none."""
    value = getattr(row, column.attname)
    now = _now_as(column, value)
    if value is None or (not ahead and value < now):
        return None
    if not ahead:
        return now - _LONG_AGO
    if _tells_what_was_done(column):
        return now - _JUST_NOW if value < now - _SLACK else None
    soonest = now + (_LATER if is_end(column.name) else _SOON)
    # What was moved a moment ago is there.
    return soonest if value < soonest - _SLACK else None


def _now_as(column: Any, value: object) -> date:
    """Return today, or now as a column has its moments; a project without time zones has no local time beside it."""
    now = timezone.now()
    if not isinstance(column, models.DateTimeField):
        return (timezone.localtime(now) if timezone.is_aware(now) else now).date()
    is_naive = isinstance(value, datetime) and timezone.is_naive(value)
    return timezone.make_naive(now) if is_naive and timezone.is_aware(now) else now
