"""LA407: a health check costs more than it should, because something asks it all day."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import median, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Lane, Severity

CODE = "LA407"

QUERIES = 5
"""One to see whether the database answers, and a few for what else the site hangs on."""
CPU_NS = 50_000_000
SLOW_NS = 250_000_000
_CATEGORY = "Health"
_MINIMUM = 3


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per check that asks the database more than five times, or is slow even when undisturbed."""
    for operation, tally in facts.known():
        if operation.category != _CATEGORY and facts.lanes.get(operation.id) is not Lane.HEALTH:
            continue
        if len(tally.service_ns) < _MINIMUM:
            continue
        queries = median(tally.sql_count) or 0
        cpu_ns, service_ns = (nearest_rank(sorted(of), 0.1) for of in (tally.cpu_ns, tally.service_ns))
        if queries > QUERIES or cpu_ns >= CPU_NS or service_ns >= SLOW_NS:
            yield _finding(operation.id, tally, queries, cpu_ns, service_ns)


def _finding(operation_id: str, tally: OperationTally, queries: int, cpu_ns: int, service_ns: int) -> Finding:
    costs = [sum(one.total_ns) for one in tally.statements.values()]
    heaviest = max(tally.statements.values(), key=lambda one: sum(one.total_ns)) if costs else None
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        operations=(operation_id,),
        values={
            "queries": queries,
            "cpu_ns": cpu_ns,
            "service_ns": service_ns,
            "n": len(tally.service_ns),
            "allowed": QUERIES,
            "kind": "queries" if queries > QUERIES else "cpu" if cpu_ns >= CPU_NS else "slow",
        },
        statements=(heaviest.sql,) if heaviest is not None else (),
        samples=tuple(tally.served_numbers[:3]),
    )
