"""LA303: a statement that is slow by itself or makes slow requests slow."""

from collections.abc import Iterator, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings import lock_wait
from loadaudit.analysis.findings.n_plus_one import REPEATS
from loadaudit.analysis.fingerprints import can_wait_for_a_lock, is_transaction_control
from loadaudit.analysis.locks import locked_table
from loadaudit.analysis.statistics import median, nearest_rank
from loadaudit.analysis.tallies import OperationTally, StatementTally
from loadaudit.records import Finding, Severity, TableScan

CODE = "LA303"

SLOW_NS = 100_000_000
_MINIMUM = 3
_PLANNED = 2
"""Where the plan tells the same."""
_ENOUGH = 5
_COST_SHARE = 0.5
_FACTOR = 5
_FACTOR_OF_A_BUSY_MACHINE = 20
_MAIN_SHARE = 0.5
_USUAL_OF = 10
_QUIET_SHARE = 5
"""If the fastest execution takes less than this part of the limit, the machine was busy, not the database."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and slow statement; proven when its plan reads a table from end to end.

    The plan is asked for after the load, and counts when an index could serve the filter and the database does not put
    the cost elsewhere.
    """
    usual_ns = _usual_ns(facts)
    waited_for = {finding.values["table"] for finding in lock_wait.find(facts)}
    for operation, tally in facts.known():
        for statement in tally.statements.values():
            if locked_table(statement.sql) in waited_for:
                continue
            scan = _scan(facts, statement)
            if _judgeable(facts, statement, _PLANNED if scan is not None else _MINIMUM) and (
                _slow(statement) or _dominates(facts, tally, statement)
            ):
                stands_out = _stands_out(facts, tally, statement, usual_ns)
                yield _finding(operation.id, tally, statement, scan, stands_out=stands_out)


def _stands_out(facts: RunFacts, tally: OperationTally, statement: StatementTally, usual_ns: int) -> bool:
    """Say whether it is the statement, and not a busy machine, where all take long and the quickest does not."""
    times_ns = _times_ns(statement)
    quick = len(times_ns) < _ENOUGH or nearest_rank(sorted(times_ns), 0.1) < SLOW_NS
    share = sum(statement.total_ns) / max(sum(tally.service_ns[index] for index in statement.request_indexes), 1)
    if facts.cpu_contended:
        # All of them wait for the processor, those with many rows most often.
        return not quick and (median(times_ns) or 0) >= _FACTOR_OF_A_BUSY_MACHINE * usual_ns and share >= _MAIN_SHARE
    return (median(times_ns) or 0) >= _FACTOR * usual_ns and (not quick or share >= _MAIN_SHARE)


def _usual_ns(facts: RunFacts) -> int:
    """Return how long a statement of this run takes, or 0 where there are too few to say what is usual."""
    medians = [
        median(statement.max_ns) or 0
        for tally in facts.tallies.values()
        for statement in tally.statements.values()
        if len(statement.max_ns) >= _MINIMUM
    ]
    return median(medians) or 0 if len(medians) >= _USUAL_OF else 0


def _judgeable(facts: RunFacts, statement: StatementTally, least: int) -> bool:
    """Leave out what waits instead of working: transaction control, and writes on SQLite's single writer.

    Elsewhere a statement that can wait for a row lock is judged by its fastest execution.
    """
    if len(statement.max_ns) < least or is_transaction_control(statement.sql):
        return False
    if not can_wait_for_a_lock(statement.sql):
        return True
    return not facts.sqlite and min(statement.max_ns) >= SLOW_NS


def _slow(statement: StatementTally) -> bool:
    times_ns = _times_ns(statement)
    return (median(times_ns) or 0) >= SLOW_NS and min(times_ns) >= SLOW_NS // _QUIET_SHARE


def _times_ns(statement: StatementTally) -> Sequence[int]:
    """Return how long the statement took, request by request: of a loop the mean, for its longest is one of many."""
    if (median(statement.counts) or 0) < REPEATS:
        return statement.max_ns
    return [total_ns // count for total_ns, count in zip(statement.total_ns, statement.counts, strict=True)]


def _dominates(facts: RunFacts, tally: OperationTally, statement: StatementTally) -> bool:
    """Say whether requests are slow and spend most of their time in a statement that is not a loop."""
    slow_ns = facts.slow_ms * 1_000_000
    service_ns = median(tally.service_ns) or 0
    total_ns = median(statement.total_ns) or 0
    if service_ns < slow_ns or total_ns * 2 < service_ns or (median(statement.counts) or 0) >= REPEATS:
        return False
    return len(statement.counts) * 2 > len(tally.service_ns) and min(statement.total_ns) >= SLOW_NS // _QUIET_SHARE


def _scan(facts: RunFacts, statement: StatementTally) -> TableScan | None:
    scans = [one for one in facts.scans.get(statement.sql, ()) if one.columns and _costly(one)]
    return max(scans, key=lambda one: one.rows, default=None)


def _costly(scan: TableScan) -> bool:
    return scan.cost_share is None or scan.cost_share >= _COST_SHARE


def _finding(
    operation_id: str, tally: OperationTally, statement: StatementTally, scan: TableScan | None, *, stands_out: bool
) -> Finding:
    cause: dict[str, str | int | float] = {"unproven": "no_query_plan" if stands_out else "all_statements_slow"}
    if scan is not None:
        cause = {"cause": "missing_index", "table": scan.table, "rows": scan.rows, "index": ", ".join(scan.columns)}
    total_ns = sum(statement.total_ns)
    service_ns = sum(tally.service_ns[index] for index in statement.request_indexes)
    return Finding(
        code=CODE,
        severity=Severity.WARNING if stands_out or scan is not None else Severity.INFO,
        operations=(operation_id,),
        values={
            "median_ns": median(_times_ns(statement)) or 0,
            "max_ns": max(statement.max_ns),
            "n": len(statement.max_ns),
            "share": round(total_ns / service_ns, 4) if service_ns else 0.0,
            "call_site": statement.call_site,
            "alias": ", ".join(sorted(statement.aliases)),
            **cause,
        },
        statements=(statement.sql,),
        samples=tuple(statement.examples),
        proven=scan is not None,
    )
