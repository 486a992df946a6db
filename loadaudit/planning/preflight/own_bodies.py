"""Bodies that hold what one row holds: each address of a pool gets one of its own, or leaves the pool."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.echoes import ECHO
from loadaudit.planning.payloads.pages import ORIGIN as OF_ITS_PAGE
from loadaudit.planning.payloads.pages import SHOWN
from loadaudit.planning.preflight.amended import CORRECTED, OF_ITS_ROW
from loadaudit.planning.project.sources import DeclaredError
from loadaudit.planning.recorded.rebinding import RECORDED
from loadaudit.records import Operation, Payload, PlannedPath

BodiesOf = Callable[[Operation, str], Iterator[Payload | None]]
"""The bodies for an address, as they are tried."""

_MOST_BODIES = 12
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

    What a row's GET has answered, or the form of its page shows, would make all rows of a pool the same, and may name
    rows that hang on the first, which the view would have to refuse. None is looked for once it is `over`.
    """
    if sent is not None and OF_ITS_ROW in sent.origin:
        return []
    is_recorded = sent is not None and sent.origin.startswith(RECORDED) and not sent.origin.endswith(CORRECTED)
    if sent is None or not (is_recorded or sent.origin.startswith((ECHO, SHOWN))):
        return list(alike)
    if sent.origin.endswith(CORRECTED):
        # A body that was corrected is known of its own row only.
        return []
    if is_recorded and not _names_its_row(operation, sent, best, alike, bodies):
        return list(alike)
    found: list[PlannedPath] = []
    for one in [one for one in alike if one.path != best.path][: _MOST_ADDRESSES - 1]:
        if over():
            break
        own = min(_like(operation, one.path, sent, bodies), key=lambda each: _distance(each, sent), default=None)
        if own is not None:
            found.append(replace(one, payload=own))
    return found


def _names_its_row(
    operation: Operation, sent: Payload, best: PlannedPath, alike: Sequence[PlannedPath], bodies: BodiesOf
) -> bool:
    """Whether a recorded body says something of the row of its address, as another address has another one."""
    other = next((one for one in alike if one.path != best.path), None)
    return other is not None and all(one != sent for one in _like(operation, other.path, sent, bodies))


def _like(operation: Operation, path: str, sent: Payload, bodies: BodiesOf) -> Iterator[Payload]:
    """Yield the bodies of an address that are made as the one that was sent, forms of a page for the same thing."""
    names = {one.name for one in sent.pairs}
    try:
        for one in islice(bodies(operation, path), _MOST_BODIES):
            if one is None:
                continue
            shared = names & {each.name for each in one.pairs}
            is_form = one.origin.startswith(OF_ITS_PAGE) and len(shared) * 2 > len(names)
            if is_form if sent.origin.startswith(OF_ITS_PAGE) else one.origin == sent.origin:
                yield one
    except (NoRow, DeclaredError):
        return


def _distance(one: Payload, sent: Payload) -> tuple[bool, int]:
    """Return how much differs of what is filled in: one row has a value where another one's is empty."""
    differ = {each.name for each in one.pairs if each.value} ^ {each.name for each in sent.pairs if each.value}
    return one.origin != sent.origin, len(differ)
