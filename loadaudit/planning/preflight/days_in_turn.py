"""Days of a body as marks: each request takes later ones, where nobody may have the same days twice."""

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, islice, pairwise
from typing import Any

from django.db import models

from loadaudit.load.words import Words, key_of
from loadaudit.planning.payloads.bodies import pairs_of
from loadaudit.planning.preflight.amended import amended, sent_values
from loadaudit.planning.preflight.further import OF_EVERY_REQUEST
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.on_days import DAY
from loadaudit.planning.rows import models_by_table
from loadaudit.records import BodyKind, Operation, Payload

_MADE = re.compile(r"""\s*(?:INSERT INTO|UPDATE) ["`]?(\w+)""", re.IGNORECASE)
_OF_SOMEBODY = re.compile(r"birth|born|\bdob\b", re.IGNORECASE)
LATER = ", each time on later days"
"""Ends the origin of such a body."""

MOST = 400
BEFORE = 8
"""Of them for the preflight, which takes the nearest ones behind those that are taken."""

_LONGEST = 31
"""Days between the first and the last day of what takes several."""

_MOST_ROWS = 20_000
_SATURDAY = 5

_WEEK = timedelta(days=7)
_FARTHEST = timedelta(days=3 * 365)
"""Rows beyond it are no calendar that goes on."""


@dataclass(slots=True, kw_only=True)
class Calendar:
    """Days that are handed out to what writes rows of one kind."""

    begins: list[date]
    reach: int | None = None
    """For how many of them it is open; None: nobody has tried that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysInTurn:
    """A body and later days for it, at the same distance from each other and on the same or other working days."""

    payload: Payload
    days: Mapping[str, tuple[str, ...]]
    """By name of a field, the nearest first; as many for each."""
    rests: Mapping[str, str]
    """What stands behind a day, as its time."""
    key: str
    calendar: Calendar

    def in_turn(self, most: int) -> Payload:
        """Return the body with a mark for each day, of so many."""
        marks = {}
        for name, texts in self.days.items():
            parts = (texts[:most], (self.rests[name],)) if self.rests[name] else (texts[:most],)
            marks[name] = Words(parts=parts, first=BEFORE, key=self.key).mark
        return self._with(marks)

    def at(self, number: int) -> Payload:
        """Return the body with the days of one number."""
        return self._with({name: f"{texts[number]}{self.rests[name]}" for name, texts in self.days.items()})

    def _with(self, values: Mapping[str, str]) -> Payload:
        if self.payload.kind is BodyKind.JSON:
            made = replace(self.payload, document=_document(self.payload, values))
        else:
            made = replace(self.payload, pairs=tuple(pairs_of(values)))
        return replace(amended(self.payload, made, set(values), set()), origin=f"{self.payload.origin}{LATER}")


def days_in_turn(operation: Operation, one: Try, calendars: dict[str, Calendar]) -> DaysInTurn | None:
    """Return the body of a try with later days; None where it has none.

    What writes rows of one kind shares them, by the `calendars` of a run: to move an appointment takes the same hours
    as to make one.

    One day is followed by the next on which no row is of the kind that it has written, a working day by such. What
    takes longer begins behind all these rows, and goes on weeks later.
    """
    if one.payload is None:
        return None
    sent = sent_values(one.payload, set())
    days = {name: date.fromisoformat(match[0]) for name, match in _days_in(sent)}
    if not days:
        return None
    first, last = min(days.values()), max(days.values())
    models_written = _written(one)
    of = ", ".join(sorted(each._meta.label for each in models_written)) or operation.id
    key = f"{of} {(last - first).days}"
    try:
        calendar = calendars.setdefault(key, Calendar(begins=_begins(first, last, _taken(models_written))))
        texts = {name: tuple(f"{each + (day - first)}" for each in calendar.begins) for name, day in days.items()}
    except OverflowError:
        return None
    rests = {name: str(sent[name])[len(f"{day}") :] for name, day in days.items()}
    return DaysInTurn(payload=one.payload, days=texts, rests=rests, key=key_of(f"days of {key}"), calendar=calendar)


def _begins(first: date, last: date, taken: set[date]) -> list[date]:
    if first == last:
        return [*islice(_following(first, taken), MOST)]
    step = _in_weeks(last - first + timedelta(days=1))
    until = max([last, *(each for each in taken if each <= last + _FARTHEST)])
    begin = first + _in_weeks(max(step, until - first + timedelta(days=1)))
    return [begin + number * step for number in range(MOST)]


def _following(day: date, taken: Container[date]) -> Iterator[date]:
    is_working = day.weekday() < _SATURDAY
    later = (day + timedelta(days=number) for number in count(1))
    return (one for one in later if one not in taken and (one.weekday() < _SATURDAY or not is_working))


def _document(payload: Payload, values: Mapping[str, str]) -> str:
    document: Any = json.loads(payload.document)
    alone = document[0] if isinstance(document, list) else document
    alone.update(values)
    return json.dumps(document)


def _days_in(sent: dict[str, Any]) -> Iterator[tuple[str, re.Match[str]]]:
    for name, value in sent.items():
        match = DAY.match(value) if isinstance(value, str) else None
        if match is not None and not _OF_SOMEBODY.search(name) and _is_day(match[0]):
            yield name, match


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _in_weeks(time: timedelta) -> timedelta:
    return -(-time // _WEEK) * _WEEK


def _written(one: Try) -> list[type[models.Model]]:
    """Return the models of which a request has written rows."""
    statements = one.trace.statements if one.trace is not None else ()
    known = models_by_table()
    tables = {match[1] for each in statements if (match := _MADE.match(each.sql)) and match[1] in known}
    return [known[each] for each in sorted(tables) if each not in OF_EVERY_REQUEST]


def _taken(written: Iterable[type[models.Model]]) -> set[date]:
    """Return the days of all rows of some models, and those between two days of a row that are near each other."""
    found = set[date]()
    for model in written:
        # Columns and managers may be the project's own.
        with suppress(Exception):
            columns = [each.name for each in model._meta.local_concrete_fields if isinstance(each, models.DateField)]
            # The latest first: what is long past is in nobody's way.
            latest = [models.F(name).desc(nulls_last=True) for name in columns]
            rows = model._base_manager.order_by(*latest).values_list(*columns).distinct() if columns else ()
            for row in rows[:_MOST_ROWS]:
                # A moment is a day, too.
                days = sorted(date(each.year, each.month, each.day) for each in row if each is not None)
                found.update(days)
                for before, after in pairwise(days):
                    if (length := (after - before).days) <= _LONGEST:
                        found.update(before + timedelta(days=number) for number in range(1, length))
    return found
