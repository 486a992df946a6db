"""Bodies that hold what one row holds: each address of a pool gets one of its own, or leaves the pool."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from loadaudit.load.payloads import is_marked
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.echoes import CHANGED, ECHO
from loadaudit.planning.payloads.pages import ORIGIN as OF_ITS_PAGE
from loadaudit.planning.project.sources import DeclaredError
from loadaudit.records import Operation, Payload, PlannedPath

BodiesOf = Callable[[Operation, str], Iterator[Payload | None]]
"""The bodies for an address, as they are tried."""

_ROW_OF_A_FORMSET = re.compile(r"-\d+-(id|pk|uuid|\w+_ptr)$")
_MOST_BODIES = 8
_MOST_ADDRESSES = 10
"""With bodies of their own: each costs a page that is fetched, and the plan keeps what its row holds."""


def with_own_bodies(
    operation: Operation,
    best: PlannedPath,
    sent: Payload | None,
    alike: Sequence[PlannedPath],
    bodies: BodiesOf,
    over: Callable[[], bool] = lambda: False,
) -> list[PlannedPath]:
    """Return the addresses to which the body may go that worked at one, with bodies of their own where it holds a row.

    What a row's GET has answered, or the form of its page with the rows of a formset, names rows that hang on it: at
    another address they are foreign, and the view would have to refuse them. None is looked for once it is `over`.
    """
    if sent is None or not (holds_a_row(sent) or _holds_what_is_unique(operation, sent)):
        return list(alike)
    if sent.origin not in (CHANGED, ECHO, OF_ITS_PAGE):
        # A body that was corrected is known of its own row only.
        return []
    # What was sent has changed the row, and its own body with it.
    number = next((n for n, one in enumerate(_of_origin(operation, best.path, sent, bodies)) if one == sent), 0)
    found: list[PlannedPath] = []
    for one in [one for one in alike if one.path != best.path][: _MOST_ADDRESSES - 1]:
        if over():
            break
        own = next(islice(_of_origin(operation, one.path, sent, bodies), number, None), None)
        if own is not None:
            found.append(replace(one, payload=own))
    return found


def holds_a_row(payload: Payload) -> bool:
    """Whether a body repeats what one row, or those that hang on it, hold."""
    if payload.origin.startswith(ECHO):
        return True
    of_page = payload.origin.startswith(OF_ITS_PAGE)
    return of_page and any(one.value and _ROW_OF_A_FORMSET.search(one.name) for one in payload.pairs)


def _holds_what_is_unique(operation: Operation, payload: Payload) -> bool:
    """Whether the form of a page repeats a value of its row that no other row may have, alone or with others."""
    fields = operation.body.fields if operation.parameters else ()
    unique = {one.name for one in fields if one.unique or one.column}
    kept = (one for one in payload.pairs if one.value and not is_marked(one.value))
    return payload.origin.startswith(OF_ITS_PAGE) and any(one.name in unique for one in kept)


def _of_origin(operation: Operation, path: str, sent: Payload, bodies: BodiesOf) -> Iterator[Payload]:
    try:
        for one in islice(bodies(operation, path), _MOST_BODIES):
            if one is not None and one.origin == sent.origin:
                yield one
    except (NoRow, DeclaredError):
        return
