"""LA406: an operation is slower than its budget allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.own_time import own_service_ns
from loadaudit.analysis.statistics import P95_MINIMUM, P99_MINIMUM, in_order, median, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Lane, Metric, Operation, Severity, Threshold, parse_threshold

CODE = "LA406"

BUDGET_NS = 2_000_000_000
EXPORT_BUDGET_NS = 5_000_000_000
"""Those of the default success criteria, p99 < 2 s and p95[Export] < 5 s, for the service time of one operation."""

_EXPORT = "Export"
_HEAVY = "heavy"
_NAMED = ("database", "connect", "commit", "cache", "template", "python", "http")
_SHARE = 0.5
_DISTURBED = 3
_QUANTILES = ((Metric.P95, 0.95, P95_MINIMUM), (Metric.P99, 0.99, P99_MINIMUM))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Budget:
    quantile: str
    share: float
    needed: int
    limit_ns: float
    declared: str = ""
    """The threshold that says so; empty: the default."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose service time is over its budget: p95 from 20 requests on, p99 from 100.

    The budget is what a declared threshold says of the operation, else 2 s, and for heavy operations and exports 5 s; a
    threshold of the category or the whole run that grants more counts, too. Service time without waits for locks,
    because whoever stands in line is not to blame. The cause is the part that takes most of the typical request; where
    that is waiting, it has no name. Results of another tool know the latency only.
    """
    declared = _declared(facts)
    for operation, tally in facts.known():
        measured = _measured(facts, tally)
        if tally.alone or len(measured) < P95_MINIMUM:
            continue
        ordered = in_order([measured])
        # The least disturbed tenth tells a slow operation from a machine that was busy for a while.
        quick_ns = nearest_rank(ordered, 0.1)
        for budget in _budgets(operation, facts.lanes.get(operation.id), declared):
            value_ns = nearest_rank(ordered, budget.share)
            disturbed = not budget.declared and quick_ns * _DISTURBED <= budget.limit_ns
            if len(ordered) >= budget.needed and value_ns > budget.limit_ns and not disturbed:
                always = quick_ns > budget.limit_ns and not facts.cpu_contended
                yield _finding(operation.id, tally, value_ns, budget, measured, always=always)
                break


def _declared(facts: RunFacts) -> Mapping[tuple[Metric, str], Threshold]:
    """Return the upper limits of latency that were declared, by metric and scope."""
    parsed = [parse_threshold(text) for text in facts.info.thresholds]
    return {(one.metric, one.scope.lower()): one for one in parsed if one.comparison in ("<", "<=")}


def _budgets(
    operation: Operation, lane: Lane | None, declared: Mapping[tuple[Metric, str], Threshold]
) -> Iterator[_Budget]:
    """Yield the budgets of one operation, one of each quantile."""
    patient = operation.category == _EXPORT or lane is Lane.HEAVY
    # A limit of many operations together may be kept although one of them is beyond it: it can only grant more.
    scopes = (operation.category.lower(), _HEAVY if lane is Lane.HEAVY else "")
    for metric, share, needed in _QUANTILES:
        own = declared.get((metric, operation.id.lower()))
        granted_ns = max([one.limit for scope in scopes if (one := declared.get((metric, scope)))], default=0.0)
        yield _Budget(
            quantile=metric.value,
            share=share,
            needed=needed,
            limit_ns=own.limit if own is not None else max(EXPORT_BUDGET_NS if patient else BUDGET_NS, granted_ns),
            declared=own.text if own is not None else "",
        )


def _measured(facts: RunFacts, tally: OperationTally) -> Sequence[int]:
    if facts.imported is not None:
        return tally.success_latency_ns
    return own_service_ns(tally, single_writer=facts.sqlite)


def _finding(
    operation_id: str, tally: OperationTally, value_ns: int, budget: _Budget, measured: Sequence[int], *, always: bool
) -> Finding:
    split = tally.split.result()
    typical: Mapping[str, int] = split.typical if split is not None else {}
    part = max(_NAMED, key=lambda name: typical.get(name, 0))
    share = typical.get(part, 0) / max(sum(typical.values()), 1)
    values: dict[str, str | int | float] = {
        "quantile": budget.quantile,
        "value_ns": value_ns,
        "median_ns": median(measured) or 0,
        "budget_ns": round(budget.limit_ns),
        "declared": budget.declared,
        "n": len(measured),
        "part": part,
        "share": round(share, 4),
    }
    if split is None:
        values |= {"kind": "imported", "unproven": "only_the_status_is_known"}
    elif share < _SHARE:
        values["unproven"] = "no_part_stands_out"
    seldom = budget.quantile == Metric.P99.value and not budget.declared
    # Time without a name may be the busy machine; not where CPU was left and the quickest tenth is over, too. What is
    # over in one of a hundred requests only, and in no limit that anybody set, has rules of its own for its causes.
    plain = always or "unproven" not in values or split is None
    return Finding(
        code=CODE,
        severity=Severity.WARNING if plain and not seldom else Severity.INFO,
        operations=(operation_id,),
        values=values,
        samples=(split.slowest.number,) if split is not None else (),
        proven=share >= _SHARE,
    )
