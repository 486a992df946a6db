"""How far a calendar is open: the farthest days are tried first, of those in turn and of those no two rows may have."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from loadaudit.load.words import Words, all_in
from loadaudit.planning.preflight.days_in_turn import BEFORE, LATER, Calendar
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.on_days import DAY
from loadaudit.records import Payload

_CALENDARS = (200, 90, 45, 25, 12)
"""Days, working days or weeks for which a calendar may be open."""


def reach_of(calendar: Calendar, most: int, works: Callable[[int], bool], over: Callable[[], bool]) -> int | None:
    """Return how many days a calendar takes, of so many; None where it takes none of those that are tried.

    What the first that writes to it has found out holds for all: the day on which it has is taken.
    """
    if calendar.reach is None and over():
        return most
    if calendar.reach is None:
        tried = (most, *(one for one in _CALENDARS if one < most))
        calendar.reach = next((one for one in tried if over() or works(one)), None)
    return calendar.reach


def within_reach(one: Try, send: Callable[[Try], Try], over: Callable[[], bool], calendars: dict[str, Calendar]) -> Try:
    """Return what works again and again with no days beyond those for which a calendar is open, if its days are few."""
    if one.payload is None:
        return one
    payload = one.payload
    for key, marks in _marks_of_days(payload).items():
        days, first = _days_at(marks), marks[0].first
        # In the order in which a load takes them, at whose end are those that the preflight has taken.
        places = [(first + number) % len(days) for number in range(len(days))]
        untaken = places[:-BEFORE] if len(days) > 2 * BEFORE else places
        known = sorted(set(days))
        last = partial(_last, days, untaken, known)
        works = partial(_works, one, send, marks, last)
        reach = reach_of(calendars.setdefault(f"words {key}", Calendar(begins=[])), len(known), works, over)
        if reach is not None and reach < len(known):
            near = [place for place in places if days[place] <= known[reach - 1] and place != last(reach)]
            payload = replace(_with(payload, marks, near), origin=f"{payload.origin}{LATER}")
    return one if payload is one.payload else replace(one, payload=payload)


def _works(one: Try, send: Callable[[Try], Try], marks: Sequence[Words], last: Callable[[int], int], most: int) -> bool:
    assert one.payload is not None
    # Without their key, whose turns are those of the body itself.
    alone = {mark.mark: replace(mark, parts=((mark.parts[0][last(most)],),), first=0, key="").mark for mark in marks}
    return send(replace(one, payload=_exchanged(one.payload, alone))).works


def _last(days: Sequence[str], untaken: Sequence[int], known: Sequence[str], most: int) -> int:
    """Return the place of the last of so many days that nobody has sent."""
    within = [place for place in untaken if days[place] <= known[most - 1]] or untaken
    return max(within, key=lambda place: days[place])


def _marks_of_days(payload: Payload) -> dict[str, list[Words]]:
    """Return the marks of a body that are in step with one whose words are days, by their key."""
    found: dict[str, list[Words]] = {}
    for words in dict.fromkeys(_marks(payload)):
        found.setdefault(words.key, []).append(words)
    return {key: marks for key, marks in found.items() if _are_in_step(marks) and any(map(_has_days, marks))}


def _marks(payload: Payload) -> Iterator[Words]:
    for text in (payload.document, *(one.value for one in payload.pairs)):
        yield from all_in(text)


def _are_in_step(marks: Sequence[Words]) -> bool:
    return all(len(one.parts) == 1 for one in marks) and len({(one.size, one.first) for one in marks}) == 1


def _has_days(words: Words) -> bool:
    return all(DAY.fullmatch(text) for text in words.parts[0])


def _days_at(marks: Sequence[Words]) -> Sequence[str]:
    return next(one.parts[0] for one in marks if _has_days(one))


def _with(payload: Payload, marks: Sequence[Words], places: Sequence[int]) -> Payload:
    """Return a body whose marks stand for their words at these places alone."""
    texts = {one: tuple(one.parts[0][each] for each in places) for one in marks}
    return _exchanged(payload, {one.mark: replace(one, parts=(found,), first=0).mark for one, found in texts.items()})


def _exchanged(payload: Payload, others: Mapping[str, str]) -> Payload:
    document, values = payload.document, [one.value for one in payload.pairs]
    for old, new in others.items():
        document, values = document.replace(old, new), [one.replace(old, new) for one in values]
    pairs = (replace(one, value=value) for one, value in zip(payload.pairs, values, strict=True))
    return replace(payload, document=document, pairs=tuple(pairs))
