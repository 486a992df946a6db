"""LA304: a page or list so large that it is probably not divided into pages."""

import re
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.fingerprints import is_select
from loadaudit.analysis.statistics import in_order, median
from loadaudit.analysis.tallies import OperationTally, StatementTally
from loadaudit.records import Finding, Kind, Operation, Risk, Severity

CODE = "LA304"

LARGE_BYTES = 256 * 1024
_GROWTH = 1.05
_MANY_ROWS = 200
"""More than a page shows."""
_MINIMUM = 8
"""Two answers in each quarter of the load, so that the first can be compared with the last."""
_FILE_LIKE = re.compile(
    r"export|download|media|static|file|pdf|xlsx|csv|zip|image|attachment|openapi|schema|stream|backup",
    re.IGNORECASE,
)


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation with large answers from rows.

    Proven once an answer was seen to grow, or where a statement without LIMIT returns so many rows that the answer is
    made of them.
    """
    for operation, tally in facts.known():
        sizes = in_order([tally.success_body_bytes])
        size = median(sizes) or 0
        if size < LARGE_BYTES or not _may_be_a_list(operation, tally):
            continue
        first, last = _quarters(tally)
        grew = bool(first) and last > first * _GROWTH
        statement = _without_limit(tally)
        rows = median(statement.rows) or 0 if statement is not None else 0
        values: dict[str, str | int | float] = {
            "median_bytes": size,
            "max_bytes": sizes[-1],
            "n": len(sizes),
            "first_bytes": first,
            "last_bytes": last,
            "rows": rows,
        }
        if rows >= _MANY_ROWS:
            values["cause"] = "no_limit"
        elif grew:
            values["cause"] = "grew"
        else:
            values["unproven"] = "growth_not_observed"
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=(operation.id,),
            values=values,
            statements=(statement.sql,) if statement is not None else (),
            samples=tuple(tally.served_numbers[:3]),
            proven="cause" in values,
        )


def _may_be_a_list(operation: Operation, tally: OperationTally) -> bool:
    """Leave out files and streams, which are large on purpose, and answers made without the database."""
    if operation.kind is not Kind.READ or operation.risk is Risk.HEAVY or operation.needs_address or tally.files:
        return False
    if _FILE_LIKE.search(f"{operation.route} {operation.name} {operation.category}"):
        return False
    return not len(tally.sql_count) or max(tally.sql_count) > 0


def _quarters(tally: OperationTally) -> tuple[int, int]:
    """Return the median size in the first and in the last quarter of the answers, by time; 0 when too few."""
    n = len(tally.success_body_bytes)
    if n < _MINIMUM or len(tally.paths) > 1 or n != len(tally.success_start_ns):
        return 0, 0
    order = sorted(range(n), key=tally.success_start_ns.__getitem__)
    sizes = [tally.success_body_bytes[index] for index in order]
    return median(sizes[: n // 4]) or 0, median(sizes[-(n // 4) :]) or 0


def _without_limit(tally: OperationTally) -> StatementTally | None:
    """Return the statement without LIMIT that returned most rows, or took the most time where that is not known."""
    candidates = [one for one in tally.statements.values() if is_select(one.sql) and " LIMIT " not in one.sql]
    return max(candidates, key=lambda one: (median(one.rows) or 0, sum(one.total_ns)), default=None)
