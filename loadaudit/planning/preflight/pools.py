"""The addresses that the load may use of an operation: what worked, what is like it, and rows that have answered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.neighbours import ORIGIN as SHOWN_ELSEWHERE
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.idle import OF_A_ROW
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.proven import LINKED, are_hidden
from loadaudit.planning.preflight.turns import in_the_same_way, plain_origin, pool_of
from loadaudit.planning.rows import PAST_MANAGER
from loadaudit.planning.spared import beside_accounts
from loadaudit.records import Kind, Operation, PlannedPath

_SEVERAL = 4
"""Rows among which users of a load are spread at the least, where there are so many."""

_PROVEN = 10
"""Addresses of a pool, with fewer of which others are tried."""

_BESIDE = f"{LINKED} to another page of its row"


def proven_pool(
    operation: Operation,
    candidates: Candidates,
    paths: Sequence[PlannedPath],
    asked: Sequence[PlannedPath],
    failed: set[str],
    best: Try | None,
    reading: Callable[[PlannedPath], Try],
    over: Callable[[], bool],
) -> tuple[int, tuple[PlannedPath, ...]]:
    """Return how many more requests were sent for it, and the addresses for the load.

    `asked` are those with query strings that tests sent, of which only those that work belong to it.
    """
    if best is None or not best.works:
        return 0, pool_of(operation, paths, failed, best, candidates.payloads, over)
    rows = [one for one in to_prove(operation, best.path, paths, candidates.harvest) if one.path not in failed]
    if operation.kind is Kind.READ:
        asked, proven = [*asked, *rows], []
    else:
        page = lambda at: None if over() else candidates.page(at)  # noqa: E731
        proven = are_read(operation, rows, candidates.harvest, candidates.methods, page)
    more = [reading(one) for one in asked if one != best.path and not over()]
    pool = pool_of(operation, paths, failed, best, candidates.payloads, over, proven)
    if operation.kind is not Kind.READ:
        pool = beside_accounts(operation, best.path, pool, candidates.accounts)
    return len(more), tuple(dict.fromkeys((*pool, *(one.path for one in more if one.works))))


def to_prove(
    operation: Operation, worked: PlannedPath, paths: Sequence[PlannedPath], harvest: Harvest
) -> list[PlannedPath]:
    """Return addresses that join the one that worked once they have answered: nobody knows whose rows these are.

    Rows that pages link to at other routes come first. Where a read has few rows of its user's own, those are looked at
    that answers have told. There are none where the address that worked is of another kind, or enough have been shown.
    """
    origin = plain_origin(worked)
    is_past = PAST_MANAGER in origin
    if operation.kind is Kind.READ and operation.risk.value == "safe" and origin.startswith(OF_A_ROW) and not is_past:
        few = sum(plain_origin(one) == origin for one in paths)
        told = [one for one in paths if plain_origin(one) in (LINKED, SHOWN_ELSEWHERE)]
        return list(in_the_same_way(told[: max(0, _SEVERAL - few)], worked))
    if operation.risk.value == "destructive" or not (is_past or (origin == LINKED and are_hidden(operation))):
        return []
    shown = [one.path for one in paths if plain_origin(one) == LINKED]
    rows = [one for one in paths if one.origin.startswith(OF_A_ROW) and (PAST_MANAGER in one.origin or not is_past)]
    beside = [PlannedPath(path=path, origin=_BESIDE) for path in _shown_beside(operation.route, harvest)]
    known, most = {worked.path.partition("?")[0], *shown}, _PROVEN - (1 if is_past else len(shown))
    found = {one.path: one for one in (*beside, *rows) if one.path not in known}
    query = worked.path[len(worked.path.partition("?")[0]) :]
    alike = in_the_same_way(list(found.values())[: max(0, most)], worked)
    return [one if "?" in one.path else replace(one, path=one.path + query) for one in alike]


def _head(route: str) -> str:
    return route[: route.rfind(">") + 1]


def _shown_beside(route: str, harvest: Harvest) -> Iterator[str]:
    """Yield the addresses of a route for the rows to which pages link at others that name the same."""
    head = _head(route)
    for other, paths in harvest.paths.items() if head else ():
        if other != route and _head(other) == head:
            yield from (moved for one in paths if (moved := _moved(one, other, route)))


def _moved(path: str, route: str, to: str) -> str:
    """Return the address of the same row at another route that ends otherwise; empty where nobody can tell."""
    head, plain = _head(route), path.partition("?")[0]
    tail = route[len(head) :]
    return f"{plain.removesuffix(tail)}{to[len(head) :]}" if plain.endswith(tail) else ""


def are_read(
    operation: Operation,
    rows: Sequence[PlannedPath],
    harvest: Harvest,
    methods: Mapping[str, frozenset[str]],
    page: Callable[[str], Answer | None],
) -> list[PlannedPath]:
    """Return those addresses of a write whose rows a page shows that has worked for others, each looked at once."""
    head = _head(operation.route)
    reads = [one for one in harvest.good if _head(one) == head and "GET" in methods.get(one, frozenset())]
    route = min(reads, key=len, default="") if head else ""
    if not route:
        return []
    answers = ((one, page(at)) for one in rows if (at := _moved(one.path, operation.route, route)))
    return [one for one, answer in answers if answer is not None and answer.status == HTTPStatus.OK]
