"""Days and moments in rows that are over, or still to come, for what a view does: a deadline, the begin of a course."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from loadaudit.planning.making.breaking import either_end, read_last
from loadaudit.planning.payloads.values import is_end
from loadaudit.planning.preflight.corrections import said_of
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation, Outcome

_NOT_YET = re.compile(
    r"\b(?:not|never)(?: yet)? (?:started|begun|open(?:ed)?|available|ended|over|finished|reached|arrived)\b"
    r"|(?:\bnot|n't)(?: \w+){0,2} yet\b|n't (?:started|begun|opened|ended)\b|\btoo early\b"
    r"|\bstill (?:running|open|to come|going on)\b|\bonly (?:after|once|from)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\btoo late\b|\bany ?more\b|\bno longer\b|\bexpired\b|\bdeadline\b|\bended\b|\bclosed\b|\bover\b|\bin the past\b"
    r"|\b(?:already|has|have|was|is) (?:been )?(?:past|passed|started|begun|began|elapsed|finished|due)\b"
    r"|\b(?:hours?|days?|minutes?|weeks?) (?:before|in advance|prior|ahead|after)\b",
    re.IGNORECASE,
)
_NOT_BEGUN = re.compile(
    r"\b(?:not|never|n't)(?: yet)? (?:started|begun|open(?:ed)?|available|arrived)\b|n't (?:started|begun|opened)\b"
    r"|\btoo early\b",
    re.IGNORECASE,
)
"""What is to begin first, and not to end."""

_NOT_MEANT = re.compile(
    r"creat|updat|modif|chang|birth|born|\bdob\b|join|regist|last_|add(?:ed)?_|sign|log|publish|paid|sent|made", re.I
)
"""Columns that tell when something was done, or of whom."""

_REFUSED = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE})
_SOON = timedelta(days=21)
"""What is as far ahead is early enough for most rules, and no farther away than calendars go."""

_LATER = timedelta(days=28)
_LONG_AGO = timedelta(days=2)


def out_of_time(operation: Operation, best: Try | None) -> Iterator[tuple[Any, dict[str, object]]]:
    """Yield rows of an address, else of the tables read last, with moments on that side of now which a refusal wants.

    What ends is ahead of what begins. Reads the database.
    """
    if best is None or best.works or best.answer is None or not (best.outcome in _REFUSED or best.left_early):
        return
    said = f"{said_of(best.answer)} {' '.join(best.trace.refusals if best.trace is not None else ())}"
    ahead = _NOT_YET.search(said) is None
    if ahead and not _OVER.search(said):
        return
    rows = [row for one in operation.parameters if (row := row_at(one, best.path.path)) is not None]
    for row in rows or [one for model in read_last(best) for one in either_end(model)]:
        values: dict[str, object] = {
            one.name: value for one in _columns(row) if (value := _moved(one, row, ahead=ahead)) is not None
        }
        if not ahead and _NOT_BEGUN.search(said):
            # What has ended already would be over at once, unless the row has nothing else.
            values = {name: value for name, value in values.items() if not is_end(name)} or values
        if values:
            yield row, values


def _columns(row: models.Model) -> Iterator[Any]:
    for one in row._meta.local_concrete_fields:
        is_own = getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False)
        if isinstance(one, models.DateField) and not is_own and not _NOT_MEANT.search(one.name):
            yield one


def _moved(column: Any, row: models.Model, *, ahead: bool) -> date | None:
    """Return the moment of a column on the other side of now; None where it is there, or there is none."""
    value = getattr(row, column.attname)
    now: date = timezone.now() if isinstance(column, models.DateTimeField) else timezone.localdate()
    if isinstance(now, datetime) and isinstance(value, datetime) and timezone.is_naive(value):
        now = timezone.make_naive(now)
    if value is None or (not ahead and value < now):
        return None
    if not ahead:
        return now - _LONG_AGO
    soonest = now + (_LATER if is_end(column.name) else _SOON)
    return soonest if value < soonest else None
