"""The order in which operations and their addresses are tried, and the addresses that the load may use then."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.build import QUERY_RECORDED
from loadaudit.planning.payloads.echoes import ECHO
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.asked_headers import WITH_HEADERS
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.makers import falls_with
from loadaudit.planning.preflight.own_bodies import BodiesOf, with_own_bodies
from loadaudit.planning.preflight.script_headers import SENT_BY_A_SCRIPT
from loadaudit.planning.rows import PAST_MANAGER
from loadaudit.planning.values import GUESS
from loadaudit.records import Operation, PlannedPath

MOST_PATHS = 10
_SHARES = 6
_SHORTEST_SHARE_S = 5.0
_OF_AN_ORIGIN = 3
_ENDS = re.compile(
    r"/(?:[\w-]+[-_])?(?:cancel|complete|close|finish|archive|reject|decline|revoke|deactivate|disable|suspend|ban|withdraw|abort"
    r"|terminate|expire)(?:[-_][\w-]+)?/?$"
)
"""Ends the route of what puts a row into a state in which it takes little else."""


def order_of(operation: Operation) -> tuple[int, int, int, str]:
    """Sort pages first, then what creates, rows, what changes them, what ends and what destroys them; wide before deep.

    A session that was cancelled takes nothing more.
    """
    reads = operation.method in SAFE_METHODS
    if operation.risk.value == "destructive":
        # Deep before wide, and what takes few rows along before what takes many.
        takes = falls_with(operation) - len(operation.parameters)
        return (6 if operation.parameters else 7), takes, -operation.route.count("/"), operation.id
    if reads:
        stage = 2 if operation.parameters else 0
    elif operation.parameters:
        stage = 5 if _ENDS.search(operation.route) else 3 if operation.method == "POST" else 4
    else:
        stage = 1
    return stage, len(operation.parameters), 0, operation.id


def shared_out(
    operations: Sequence[Operation], clock: Callable[[], float], deadline_s: Callable[[], float]
) -> Iterator[tuple[Operation, float]]:
    """Yield operations with when the turn of each is over, on the clock: several shares of the time that is left.

    What is tried a hundred times on a slow server takes no time away from what did not have a turn yet. The deadline
    may move meanwhile.
    """
    for place, one in enumerate(operations):
        now_s = clock()
        yield one, now_s + max(_SHORTEST_SHARE_S, _SHARES * (deadline_s() - now_s) / (len(operations) - place))


def in_turn(paths: Sequence[PlannedPath], asked: Sequence[PlannedPath]) -> list[PlannedPath]:
    """Return the addresses in the order in which they are tried: with other queries before other rows."""
    varied = _varied(paths)
    return [*varied[:1], *asked, *varied[1:]][:MOST_PATHS]


def _varied(paths: Sequence[PlannedPath]) -> list[PlannedPath]:
    """Return the paths with no more than a few of one origin before those of another."""
    seen = Counter[str]()
    turns = []
    for one in paths:
        turns.append(seen[one.origin] // _OF_AN_ORIGIN)
        seen[one.origin] += 1
    return [one for _, one in sorted(zip(turns, paths, strict=True), key=lambda pair: pair[0])]


def plain_origin(path: PlannedPath) -> str:
    """Return where an address comes from, whatever is sent with it."""
    return path.origin.removesuffix(WITH_HEADERS).removesuffix(SENT_BY_A_SCRIPT).removesuffix(QUERY_RECORDED)


def in_the_same_way(paths: Sequence[PlannedPath], asked: PlannedPath) -> list[PlannedPath]:
    """Return addresses with the headers of another one of their view."""
    said = next((one for one in (SENT_BY_A_SCRIPT, WITH_HEADERS) if asked.origin.endswith(one)), "")
    if not asked.headers:
        return list(paths)
    return [replace(one, headers=asked.headers, origin=f"{plain_origin(one)}{said}") for one in paths]


def pool_of(
    operation: Operation,
    paths: Sequence[PlannedPath],
    failed: set[str],
    best: Try | None,
    bodies: BodiesOf,
    over: Callable[[], bool],
    proven: Sequence[PlannedPath] = (),
) -> tuple[PlannedPath, ...]:
    """Return the address that worked, and those of the same origin that nothing speaks against, or that are proven.

    What was read from one row is written to no other: each gets a body of its own, or none where nothing worked.
    """
    if best is None:
        return ()
    if not best.works and best.payload is not None and best.payload.origin.startswith(ECHO):
        unique = {one.name for one in operation.body.fields if one.unique}
        if unique & sent_values(best.payload, set()).keys():
            return (best.path,)
    origin = plain_origin(best.path)
    is_alone = origin.startswith(GUESS) or PAST_MANAGER in origin
    if is_alone and not proven:
        # What was made up is known to work only where it was tried: others may be written in a way that nothing reads.
        # So are rows of which nobody knows whose they are.
        return (best.path,)
    alike = [one for one in paths if not is_alone and plain_origin(one) == origin and one.path not in failed]
    alike = [*alike, *proven]
    if best.works:
        alike = with_own_bodies(operation, best.path, best.payload, alike, bodies, over)
    alike = in_the_same_way(alike, best.path)
    if "?" in best.path.path and "?" not in (alike[0].path if alike else "?"):
        query = best.path.path.partition("?")[2]
        alike = [one if "?" in one.path else replace(one, path=f"{one.path}?{query}") for one in alike]
    return tuple({one.path: one for one in (best.path, *alike)}.values())
