"""LA406: an operation is slower than its budget allows."""

from collections.abc import Iterator, Mapping, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.own_time import own_service_ns
from loadaudit.analysis.statistics import P95_MINIMUM, in_order, median, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Lane, Severity

CODE = "LA406"

BUDGET_NS = 2_000_000_000
EXPORT_BUDGET_NS = 5_000_000_000
"""Those of the default success criteria, p99 < 2 s and p95[Export] < 5 s, for the service time of one operation."""

_EXPORT = "Export"
_NAMED = ("database", "connect", "commit", "cache", "template", "python", "http")
_SHARE = 0.5
_DISTURBED = 3


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose p95 of the service time, from 20 requests on, is over its budget.

    Service time without waits for locks, because whoever stands in line is not to blame. Heavy operations and exports
    may take 5 s. The cause is the part that takes most of the typical request; where that is waiting, it has no name.
    Results of another tool know the latency only.
    """
    for operation, tally in facts.known():
        measured = _measured(facts, tally)
        if tally.alone or len(measured) < P95_MINIMUM:
            continue
        patient = operation.category == _EXPORT or facts.lanes.get(operation.id) is Lane.HEAVY
        budget_ns = EXPORT_BUDGET_NS if patient else BUDGET_NS
        ordered = in_order([measured])
        p95_ns = nearest_rank(ordered, 0.95)
        # The least disturbed tenth tells a slow operation from a machine that was busy for a while.
        quick_ns = nearest_rank(ordered, 0.1)
        if p95_ns > budget_ns and quick_ns * _DISTURBED > budget_ns:
            yield _finding(
                operation.id,
                tally,
                p95_ns,
                budget_ns,
                measured,
                always=quick_ns > budget_ns and not facts.cpu_contended,
            )


def _measured(facts: RunFacts, tally: OperationTally) -> Sequence[int]:
    if facts.imported is not None:
        return tally.success_latency_ns
    return own_service_ns(tally, single_writer=facts.sqlite)


def _finding(
    operation_id: str, tally: OperationTally, p95_ns: int, budget_ns: int, measured: Sequence[int], *, always: bool
) -> Finding:
    split = tally.split.result()
    typical: Mapping[str, int] = split.typical if split is not None else {}
    part = max(_NAMED, key=lambda name: typical.get(name, 0))
    share = typical.get(part, 0) / max(sum(typical.values()), 1)
    values: dict[str, str | int | float] = {
        "p95_ns": p95_ns,
        "median_ns": median(measured) or 0,
        "budget_ns": budget_ns,
        "n": len(measured),
        "part": part,
        "share": round(share, 4),
    }
    if split is None:
        values |= {"kind": "imported", "unproven": "only_the_status_is_known"}
    elif share < _SHARE:
        values["unproven"] = "no_part_stands_out"
    return Finding(
        code=CODE,
        # Time without a name may be the busy machine; not where CPU was left and the quickest tenth is over, too.
        severity=Severity.WARNING if always or "unproven" not in values or split is None else Severity.INFO,
        operations=(operation_id,),
        values=values,
        samples=(split.slowest.number,) if split is not None else (),
        proven=share >= _SHARE,
    )
