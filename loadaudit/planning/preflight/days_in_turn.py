"""Days of a body as marks: each request takes later ones, where nobody may have the same days twice."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import models

from loadaudit.load.words import Words, key_of
from loadaudit.planning.payloads.bodies import pairs_of
from loadaudit.planning.preflight.amended import amended, sent_values
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.on_days import DAY
from loadaudit.planning.rows import models_by_table
from loadaudit.records import BodyKind, Operation, Payload

_MADE = re.compile(r"""\s*INSERT INTO ["`]?(\w+)""", re.IGNORECASE)
_OF_SOMEBODY = re.compile(r"birth|born|\bdob\b", re.IGNORECASE)
LATER = ", each time on later days"
"""Ends the origin of such a body."""

_WORDS = 400
_BEFORE = 24
"""Of them for the preflight, which takes the nearest ones behind those that are taken."""

_WEEK = timedelta(days=7)
_FARTHEST = timedelta(days=3 * 365)
"""Rows beyond it are no calendar that goes on."""


def with_days_in_turn(operation: Operation, one: Try) -> Payload | None:
    """Return the body of a try whose days are later ones in each request; None where it has no days.

    They keep their distance and their day of the week, and begin behind those of the rows of the kind that it made.
    """
    if one.payload is None:
        return None
    sent = sent_values(one.payload, set())
    days = {name: date.fromisoformat(match[0]) for name, match in _days_in(sent)}
    if not days:
        return None
    first, last = min(days.values()), max(days.values())
    step = _in_weeks(last - first + timedelta(days=1))
    begin = _in_weeks(max(step, _taken_until(one, last) - first + timedelta(days=1)))
    key = key_of(f"days of {operation.id}")
    marks = {}
    for name, day in days.items():
        try:
            texts = tuple(f"{day + begin + number * step}" for number in range(_WORDS))
        except OverflowError:
            return None
        rest = str(sent[name])[len(texts[0]) :]
        marks[name] = Words(parts=(texts, (rest,)) if rest else (texts,), first=_BEFORE, key=key).mark
    if one.payload.kind is BodyKind.JSON:
        made = replace(one.payload, document=_with(one.payload, marks))
    else:
        made = replace(one.payload, pairs=tuple(pairs_of(marks)))
    return replace(amended(one.payload, made, set(marks), set()), origin=f"{one.payload.origin}{LATER}")


def _with(payload: Payload, marks: dict[str, str]) -> str:
    document: Any = json.loads(payload.document)
    alone = document[0] if isinstance(document, list) else document
    alone.update(marks)
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


def _taken_until(one: Try, last: date) -> date:
    """Return the last day of the rows of the kind that a request has made, at least that of its own."""
    statements = one.trace.statements if one.trace is not None else ()
    known = models_by_table()
    made = [known[match[1]] for each in statements if (match := _MADE.match(each.sql)) and match[1] in known]
    found = [last]
    try:
        for model in made:
            columns = [each.name for each in model._meta.local_concrete_fields if isinstance(each, models.DateField)]
            most = model._base_manager.aggregate(**{f"most_{name}": models.Max(name) for name in columns})
            # A moment is a day, too.
            found += [date(each.year, each.month, each.day) for each in most.values() if each is not None]
    except Exception:  # columns and managers may be the project's own
        return last
    return max(each for each in found if each <= last + _FARTHEST)
