"""Which writes of different operations lock rows of the same tables, so that they may wait for each other in a ring."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from loadaudit.analysis.locks import locked_table
from loadaudit.planning.preflight.judge import Trial
from loadaudit.records import PlannedPath

_RING = 2
"""Rows that each of two has to lock until both can wait for the other."""
_LIST = re.compile(r"\bIN \(|\bCASE\b", re.IGNORECASE)
"""One statement of this kind locks several rows."""
_OF_EVERYBODY = re.compile(r"session", re.IGNORECASE)
_PARAMETER = re.compile(r"<[^>]*>|\(\?P<[^>]*>[^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Two writes that are sent at the same moment, with the addresses at which they share most."""

    first: Trial
    second: Trial
    paths: tuple[PlannedPath, PlannedPath]
    locks: int
    """Statements that lock rows of tables that both lock, of the one that has fewer."""


def crossings(trials: Sequence[Trial]) -> list[Crossing]:
    """Return the pairs of writes that each lock two rows or more of tables that both lock; those with most first."""
    known = [(one, locks) for one in trials if (locks := _locks(one))]
    found = []
    for (first, of_first), (second, of_second) in combinations(known, 2):
        shared = of_first.keys() & of_second.keys()
        least = min(sum(of[table] for table in shared) for of in (of_first, of_second))
        if least >= _RING:
            found.append(Crossing(first=first, second=second, paths=_paths(first, second), locks=least))
    return sorted(found, key=lambda one: (-one.locks, one.first.operation.id, one.second.operation.id))


def _locks(trial: Trial) -> Mapping[str, int]:
    """Return how many rows, at least, the write locked by table; sessions are everybody's and locked one at a time."""
    found: dict[str, int] = {}
    for use in trial.best.trace.statements if trial.best is not None and trial.best.trace is not None else ():
        table = locked_table(use.sql)
        if table and not _OF_EVERYBODY.search(table):
            rows = max(use.count, min(use.rows, _RING) if _LIST.search(use.sql) else 1)
            found[table] = found.get(table, 0) + rows
    return found


def _paths(first: Trial, second: Trial) -> tuple[PlannedPath, PlannedPath]:
    """Return addresses of both with as many values in common as there are, those that worked where all are alike."""
    assert first.best is not None
    assert second.best is not None
    ours = list(dict.fromkeys((first.best.path, *first.pool)))
    theirs = [(one, _values(second, one)) for one in dict.fromkeys((second.best.path, *second.pool))]
    of_ours = ((one, _values(first, one)) for one in ours)
    pairs = ((one, other, len(values & others)) for one, values in of_ours for other, others in theirs)
    best = max(pairs, key=lambda one: one[2])
    return best[0], best[1]


def _values(trial: Trial, path: PlannedPath) -> frozenset[tuple[str, str]]:
    return frozenset(_named(trial.operation.route, path.path))


def _named(route: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the segments of an address that stand where its route has a parameter, each with that parameter's name."""
    for pattern, segment in zip(route.split("/"), path.partition("?")[0].split("/"), strict=False):
        if _PARAMETER.fullmatch(pattern):
            yield pattern.strip("<>").rpartition(":")[2], segment
