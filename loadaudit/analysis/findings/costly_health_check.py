"""LA407: a health check costs more than it should, because something asks it all day."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.own_time import own_service_ns
from loadaudit.analysis.statistics import median, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Lane, Severity

CODE = "LA407"

QUERIES = 5
"""One to see whether the database answers, and a few for what else the site hangs on."""
CPU_NS = 50_000_000
SLOW_NS = 250_000_000
_ASKED = ("connect", "database", "commit", "cache", "http")
"""Parts of the time in which a check waits for what it asks."""
_CATEGORY = "Health"
_MINIMUM = 3
_USUAL_OF = 10


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per check that asks the database more than five times, or is slow even when undisturbed.

    Slow also means twice as slow as the site's operations usually are: what holds up all of them is not the check's.
    Where no CPU was left, waiting for it looks like other waiting, and only what the check asked for counts.
    """
    usual_cpu_ns, usual_ns = _usual(facts)
    for operation, tally in facts.known():
        if operation.category != _CATEGORY and facts.lanes.get(operation.id) is not Lane.HEALTH:
            continue
        if len(tally.service_ns) < _MINIMUM:
            continue
        queries = median(tally.sql_count) or 0
        cpu_ns, service_ns = _undisturbed(facts, tally)
        computes = cpu_ns >= max(CPU_NS, 2 * usual_cpu_ns)
        slow_ns = _asked_ns(tally) if facts.cpu_contended else service_ns
        if queries > QUERIES or computes or slow_ns >= max(SLOW_NS, 2 * usual_ns):
            yield _finding(operation.id, tally, queries, cpu_ns, service_ns, computes=computes)


def _undisturbed(facts: RunFacts, tally: OperationTally) -> tuple[int, int]:
    """Return CPU and service time of the least disturbed tenth of the requests, without waiting for locks."""
    own_ns = own_service_ns(tally, single_writer=facts.sqlite)
    return nearest_rank(sorted(tally.cpu_ns), 0.1), nearest_rank(sorted(own_ns), 0.1)


def _asked_ns(tally: OperationTally) -> int:
    split = tally.split.result()
    return sum(split.typical.get(part, 0) for part in _ASKED) if split is not None else 0


def _usual(facts: RunFacts) -> tuple[int, int]:
    figures = [_undisturbed(facts, tally) for _, tally in facts.known() if len(tally.service_ns) >= _MINIMUM]
    if len(figures) < _USUAL_OF:
        return 0, 0
    return median([cpu_ns for cpu_ns, _ in figures]) or 0, median([service_ns for _, service_ns in figures]) or 0


def _finding(
    operation_id: str, tally: OperationTally, queries: int, cpu_ns: int, service_ns: int, *, computes: bool
) -> Finding:
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
            "kind": "queries" if queries > QUERIES else "cpu" if computes else "slow",
        },
        statements=(heaviest.sql,) if heaviest is not None else (),
        samples=tuple(tally.served_numbers[:3]),
    )
