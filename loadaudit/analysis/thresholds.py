"""Declared limits held against what a run measured: passed, failed, or not enough data to say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result import Logins, OperationResult
from loadaudit.analysis.statistics import P95_MINIMUM, P99_MINIMUM, in_order, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import (
    Criterion,
    Finding,
    Lane,
    Level,
    Metric,
    Threshold,
    Verdict,
    parse_threshold,
)

DEFAULT_CRITERIA = (
    "auth_success_rate > 99%",
    "p99 < 2s",
    "coverage[Write] > 80%",
    "success_rate[Export] > 95%",
    "p95[Export] < 5s",
    "coverage[Template] > 80%",
    "coverage > 75%",
)
"""Shown in every report; one of a category that the project does not have is left out."""

HEAVY = "heavy"
"""Scope of everything in the heavy lane, which the figures of the whole run leave out."""

_SHARES = {
    Metric.P50: (0.5, 1),
    Metric.P95: (0.95, P95_MINIMUM),
    Metric.P99: (0.99, P99_MINIMUM),
    Metric.MAX: (1.0, 1),
    Metric.QUERIES_P50: (0.5, 1),
    Metric.QUERIES_P95: (0.95, P95_MINIMUM),
    Metric.QUERIES_MAX: (1.0, 1),
}
"""Metric → the share of values that do not exceed it, and the least n that states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    value: float | None
    n: int
    needed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What thresholds are held against."""

    facts: RunFacts
    results: Sequence[OperationResult]
    logins: Logins
    findings: Sequence[Finding]


def judge_thresholds(judged: Judged, declared: Iterable[str]) -> tuple[Criterion, ...]:
    """Return a criterion for each declared text, then for each default that none of these replaces.

    Raises ValueError for a text that is no threshold. A scope that the project does not have has no data.
    """
    own = [parse_threshold(text) for text in dict.fromkeys(declared)]
    named = {(one.metric, one.scope.lower()) for one in own}
    defaults = [one for one in map(parse_threshold, DEFAULT_CRITERIA) if (one.metric, one.scope.lower()) not in named]
    categories = {result.operation.category.lower() for result in judged.results}
    shown = [one for one in defaults if not one.scope or one.scope.lower() in categories]
    return (
        *(_judge(judged, one, declared=True) for one in own),
        *(_judge(judged, one, declared=False) for one in shown),
    )


def _judge(judged: Judged, threshold: Threshold, *, declared: bool) -> Criterion:
    found = _measure(judged, threshold)
    if found.value is None or found.n < found.needed:
        verdict = Verdict.NOT_ENOUGH_DATA
    else:
        verdict = Verdict.PASSED if threshold.holds(found.value) else Verdict.FAILED
    return Criterion(
        threshold=threshold,
        verdict=verdict,
        declared=declared,
        value=found.value if verdict is not Verdict.NOT_ENOUGH_DATA else None,
        n=found.n,
        needed=found.needed,
    )


def _measure(judged: Judged, threshold: Threshold) -> _Measured:
    metric, scope = threshold.metric, threshold.scope.lower()
    if metric is Metric.AUTH_SUCCESS_RATE:
        return _auth(judged.logins, threshold)
    if metric is Metric.FINDINGS:
        chosen = [one for one in judged.findings if scope in ("", one.severity.word, one.code.lower())]
        # A run that sent nothing has found nothing, and that is no merit.
        return _Measured(value=len(chosen), n=judged.facts.requests)
    if metric is Metric.COVERAGE:
        return _coverage([one for one in judged.results if _is_in(one, scope)], sent=judged.facts.requests > 0)
    tallies = _tallies(judged, scope)
    requests = sum(one.requests for one in tallies)
    if metric is Metric.REQUESTS:
        return _Measured(value=requests, n=judged.facts.requests)
    if metric is Metric.RATE:
        load_s = judged.facts.load_ns / 1e9
        return _Measured(value=requests / load_s if load_s > 0 else None, n=requests)
    if metric is Metric.SUCCESS_RATE:
        successes = sum(one.successes for one in tallies)
        return _Measured(value=successes / requests if requests else None, n=requests)
    return _quantile(metric, tallies)


def _auth(logins: Logins, threshold: Threshold) -> _Measured:
    """Return the share of proven logins. Doubted ones decide nothing unless the verdict is the same either way."""
    best = (logins.proven + logins.doubted) / logins.attempts if logins.attempts else None
    worst = logins.success_rate
    if best is not None and worst is not None and threshold.holds(best) is not threshold.holds(worst):
        return _Measured(value=None, n=logins.attempts)
    return _Measured(value=best, n=logins.attempts)


def _coverage(results: Sequence[OperationResult], *, sent: bool) -> _Measured:
    """Return the share that succeeded, as the table of categories has it: what a run left out counts as not covered."""
    if not sent or not results:
        return _Measured(value=None, n=0)
    succeeded = sum(one.level >= Level.SUCCEEDED for one in results)
    return _Measured(value=succeeded / len(results), n=len(results))


def _quantile(metric: Metric, tallies: Sequence[OperationTally]) -> _Measured:
    share, needed = _SHARES[metric]
    of_queries = metric in (Metric.QUERIES_P50, Metric.QUERIES_P95, Metric.QUERIES_MAX)
    columns = (one.sql_count if of_queries else one.success_latency_ns for one in tallies)
    values = in_order(columns)
    return _Measured(value=nearest_rank(values, share) if values else None, n=len(values), needed=needed)


def _tallies(judged: Judged, scope: str) -> list[OperationTally]:
    """Return the requests that figures are made of: of the load, where heavy and health are lanes of their own.

    What was only sent alone counts where an operation or a category is named: a deletion is never part of a load.
    """
    facts = judged.facts
    if not scope:
        # With what fits no operation of the inventory, as in the figures of the whole run that stand beside.
        return [
            one
            for id_, one in facts.tallies.items()
            if not one.alone and facts.lanes.get(id_, Lane.LIGHT) is Lane.LIGHT
        ]
    found = [facts.tallies.get(one.operation.id) for one in judged.results if _is_in(one, scope)]
    return [one for one in found if one is not None and not (scope == HEAVY and one.alone)]


def _is_in(result: OperationResult, scope: str) -> bool:
    if scope in ("", result.operation.id.lower(), result.operation.category.lower()):
        return True
    return scope == HEAVY and result.lane is Lane.HEAVY
