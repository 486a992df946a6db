"""Whether what works once works again, with other values where some may be there once only."""

from collections.abc import Callable, Iterator

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.project.sources import DeclaredError
from loadaudit.records import Operation


def repeated(
    operation: Operation,
    best: Try,
    send: Callable[[Try], Try],
    corrected: Callable[[Try], Iterator[Try]],
    over: Callable[[], bool],
) -> tuple[Try, bool]:
    """Return what works again and again in place of the best try, and whether anything does.

    A row may be moved or used up, and a stream holds a thread while a user listens. What a test has sent, or a page
    shows, may be there once only: what the second answer complains of is made anew, as that of a first one is.
    """
    if best.answer is not None and best.answer.goes_on:
        return best, False
    writes = operation.method not in SAFE_METHODS or (operation.parameters and best.trace and best.trace.sql_writes)
    if not writes or operation.risk.value == "destructive" or over():
        return best, True
    again = send(best)
    if again.works or best.payload is None:
        return best, again.works
    try:
        other = next((one for one in corrected(again) if one.works or over()), again)
    except (NoRow, DeclaredError):
        return best, False
    return (other, True) if other.works and not over() and send(other).works else (best, False)
