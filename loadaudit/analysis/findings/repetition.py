"""Statements that requests repeat, brought together over operations that share the place in the code."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.fingerprints import is_select, is_transaction_control
from loadaudit.analysis.statistics import median
from loadaudit.analysis.tallies import EXAMPLES, OperationTally, StatementTally

_MOST_PER_ROW = 5
_MINIMUM = 3
"""Requests that must have been served before a count per request says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """One statement that requests of `operations` execute `median` times; figures of the worst operation."""

    sql: str
    call_site: str
    operations: tuple[str, ...]
    n: int
    """Served requests of the worst operation."""
    median: int
    least: int
    most: int
    total_ns_median: int
    """Time in the statement per request, over those that used it."""
    samples: tuple[int, ...]
    parent: str = ""
    """Statement for each of whose rows this one is executed, `per_row` times; empty: none is known."""
    per_row: int = 0

    @property
    def reads(self) -> bool:
        """Whether the statement reads."""
        return is_select(self.sql)

    def values(self) -> dict[str, str | int | float]:
        """Return the figures as values of a finding."""
        law: dict[str, str | int | float] = {"parent": self.parent, "per_row": self.per_row} if self.parent else {}
        return law | {
            "median": self.median,
            "least": self.least,
            "most": self.most,
            "n": self.n,
            "call_site": self.call_site,
            "total_ns": self.total_ns_median,
            "reads": int(self.reads),
        }


def repetitions(facts: RunFacts) -> tuple[Repetition, ...]:
    """Return every statement that is executed at least twice per request in the median of an operation.

    Operations are brought together by statement and call site; where no call site is known each
    operation stands alone.
    """
    groups: dict[tuple[str, str, str], list[Repetition]] = {}
    for operation, tally in facts.known():
        if len(tally.service_ns) < _MINIMUM:
            continue
        for statement in tally.statements.values():
            found = _repetition(operation.id, tally, statement)
            if found is not None:
                alone = "" if found.call_site else operation.id
                groups.setdefault((found.sql, found.call_site, alone), []).append(found)
    return tuple(_together(group) for group in groups.values())


def _repetition(operation_id: str, tally: OperationTally, statement: StatementTally) -> Repetition | None:
    n = len(tally.service_ns)
    if len(statement.counts) * 2 <= n or is_transaction_control(statement.sql):
        return None
    counts = [0] * (n - len(statement.counts)) + list(statement.counts)
    middle = median(counts) or 0
    if middle < 2:
        return None
    parent, per_row = _growth_law(tally, statement)
    return Repetition(
        sql=statement.sql,
        parent=parent,
        per_row=per_row,
        call_site=statement.call_site,
        operations=(operation_id,),
        n=n,
        median=middle,
        least=min(counts),
        most=max(counts),
        total_ns_median=median(statement.total_ns) or 0,
        samples=tuple(statement.examples),
    )


def _together(group: Sequence[Repetition]) -> Repetition:
    worst = max(group, key=lambda one: one.median)
    return Repetition(
        sql=worst.sql,
        call_site=worst.call_site,
        operations=tuple(sorted({one for entry in group for one in entry.operations})),
        n=worst.n,
        median=worst.median,
        least=min(entry.least for entry in group),
        most=max(entry.most for entry in group),
        total_ns_median=worst.total_ns_median,
        samples=worst.samples[:EXAMPLES],
        parent=worst.parent,
        per_row=worst.per_row,
    )


def _growth_law(tally: OperationTally, statement: StatementTally) -> tuple[str, int]:
    """Return the statement whose rows decide how often this one is executed, and how often per row; else "", 0.

    In nine of ten requests that used both, the executions must be the rows times one whole number; a few rows more
    are allowed, because related objects that are already there are not asked for again.
    """
    counts = dict(zip(statement.request_indexes, statement.counts, strict=True))
    for other in tally.statements.values():
        if other is statement or not is_select(other.sql) or (median(other.counts) or 0) != 1:
            continue
        pairs = [
            (counts[index], rows)
            for index, rows in zip(other.request_indexes, other.rows, strict=True)
            if index in counts and rows >= 2
        ]
        if len(pairs) < max(_MINIMUM, len(counts) // 2):
            continue
        per_row = max(1, round((median([100 * count // rows for count, rows in pairs]) or 0) / 100))
        exact = sum(0 <= rows * per_row - count <= rows * per_row // 10 for count, rows in pairs)
        if per_row <= _MOST_PER_ROW and exact >= 0.9 * len(pairs):
            return other.sql, per_row
    return "", 0
