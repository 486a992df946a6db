"""Whether what works once works again, with other values where some may be there once only."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.payloads import settled
from loadaudit.load.sharing import sizes_in_body
from loadaudit.load.words import Turns
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.preflight.days_in_turn import LATER, MOST, Calendar, days_in_turn
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.reach import reach_of, within_reach
from loadaudit.planning.project.sources import DeclaredError
from loadaudit.records import Operation

_MANY = 500
"""Words that no load comes to the end of in a minute."""

_TAKEN_BEFORE = 2
"""Days of a calendar that are taken when its reach is known, beside the last one, which is sent no more."""

_AGAIN = 1 << 40
"""A number that no other request has, for what is to differ all the same."""


def repeated(
    operation: Operation,
    best: Try,
    send: Callable[[Try], Try],
    corrected: Callable[[Try], Iterator[Try]],
    over: Callable[[], bool],
    calendars: dict[str, Calendar],
) -> tuple[Try, bool]:
    """Return what works again and again in place of the best try, and whether anything does.

    A row may be moved or used up, and a stream holds a thread while a user listens. What a test has sent, or a page
    shows, may be there once only: what the second answer complains of is made anew, as that of a first one is. Days
    are later ones each time before that: whatever words a project has for it, nobody is in two places at once.
    """
    if best.answer is not None and best.answer.goes_on:
        return best, False
    writes = operation.method not in SAFE_METHODS or (operation.parameters and best.trace and best.trace.sql_writes)
    if not writes or operation.risk.value == "destructive" or over():
        return best, True
    again = send(best)
    if again.works or best.payload is None:
        return within_reach(best, send, over, calendars) if again.works else best, again.works
    if (later := _on_later_days(operation, best, send, over, calendars)) is not None:
        return later, True
    try:
        other = next((one for one in corrected(again) if one.works or over()), again)
    except (NoRow, DeclaredError):
        return best, False
    return (other, True) if other.works and not over() and send(other).works else (best, False)


def _on_later_days(
    operation: Operation,
    best: Try,
    send: Callable[[Try], Try],
    over: Callable[[], bool],
    calendars: dict[str, Calendar],
) -> Try | None:
    """Return what works on later days each time, of as many as a calendar takes; None where it does not."""
    days = days_in_turn(operation, best, calendars) if operation.method == "POST" else None
    if days is None:
        return None
    moved = send(replace(best, payload=days.in_turn(_untaken(days.calendar.reach) or MOST)))
    if not moved.works or over() or not send(moved).works:
        return None

    def works(most: int) -> bool:
        return send(replace(best, payload=days.at(most - 1))).works

    # Many calendars are open for some weeks or a year alone.
    reach = reach_of(days.calendar, MOST, works, over)
    return replace(moved, payload=days.in_turn(_untaken(reach) or MOST)) if reach is not None else None


def _untaken(reach: int | None) -> int | None:
    """Return of how many days of a calendar the last one was not taken to find how far it is open."""
    return reach - 1 if reach is not None else None


def most_of(operation: Operation, best: Try, send: Callable[[Try], Try], over: Callable[[], bool]) -> int | None:
    """Return how many requests of a load succeed at the most, where what came to its end is refused; else None.

    Of few words that a body has in turn, as pairs of which there may be one row each, one that was sent is sent again.
    """
    sizes = sizes_in_body(best.payload).values() if best.payload is not None else ()
    if operation.method in SAFE_METHODS or best.payload is None or over() or min(sizes, default=_MANY) >= _MANY:
        return None
    if best.payload.origin.endswith(LATER):
        # Those that were sent to find out how many there are have been taken.
        return max(1, min(sizes) - _TAKEN_BEFORE)
    sent = settled(best.payload, _AGAIN, Turns(before=True))
    return min(sizes) if not send(replace(best, payload=sent)).works else None
