"""One run read for comparing: facts, analysis, columns and figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadaudit.analysis.analyse import analysis_of, facts_of
from loadaudit.analysis.comparison.columns import OperationColumns, columns_of, light_of
from loadaudit.analysis.comparison.conditions import behind_login
from loadaudit.analysis.comparison.ranks import Column, Interval, interval
from loadaudit.analysis.comparison.result import CategoryFigures, RunFigures
from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.lanes import statistics_of
from loadaudit.analysis.result import Analysis, CoverageRow, Statistics
from loadaudit.analysis.statistics import P95_MINIMUM, P99_MINIMUM
from loadaudit.records import Outcome
from loadaudit.runfile.reader import RunFile

_SHARES = {50: (0.5, 1), 95: (0.95, P95_MINIMUM), 99: (0.99, P99_MINIMUM)}
_MOSTLY = 0.9
"""Proven successes by all requests from which imported latencies of a run or category are those of its own pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRun:
    """One run, read once and compared several times."""

    facts: RunFacts
    analysis: Analysis
    columns: Mapping[str, OperationColumns]
    figures: RunFigures
    light: frozenset[str]
    """Operations of the light lane."""

    @property
    def imported(self) -> bool:
        """Whether another tool measured it: there are sums and quantiles, and no single requests."""
        return self.facts.imported is not None


def read_run(run: RunFile, *, slow_ms: int = 500, thresholds: Sequence[str] | None = None) -> ReadRun:
    """Return one run read in one pass; `slow_ms` and `thresholds` are those of `analyse`."""
    facts = facts_of(run, slow_ms=slow_ms)
    analysis, columns = analysis_of(run, facts, thresholds=thresholds), columns_of(facts)
    light = light_of(facts)
    return ReadRun(
        facts=facts, analysis=analysis, columns=columns, figures=_figures(facts, analysis, columns, light), light=light
    )


def quantiles_of(column: Column) -> Mapping[int, Interval]:
    """Return p50, p95 and p99 of a column with their intervals, those that n allows to state."""
    n = len(column.values)
    return {name: interval(column, share) for name, (share, least) in _SHARES.items() if n >= least}


def _figures(
    facts: RunFacts, analysis: Analysis, columns: Mapping[str, OperationColumns], light: frozenset[str]
) -> RunFigures:
    reported, overall = analysis.reported, analysis.overall
    proven = reported.proven_requests / reported.requests if reported.requests else None
    succeeded, sent = behind_login(analysis)
    outcomes: Counter[Outcome] = Counter()
    for id_, tally in facts.tallies.items():
        if not facts.is_health(id_):
            outcomes.update(tally.outcomes)
    of_light = [columns[one] for one in columns if one in light]
    return RunFigures(
        info=analysis.info,
        total=analysis.coverage.total,
        categories=tuple(_category(facts, one, columns) for one in analysis.coverage.categories),
        requests=reported.requests,
        successes=reported.proven_requests,
        outcomes=outcomes,
        success_rate=proven,
        logins=analysis.logins.success_rate,
        behind_login=succeeded / sent if sent else None,
        rate_per_s=overall.rate_per_s,
        quantiles=_quantiles(facts, overall, proven or 0.0, of_light),
        queries_median=overall.queries_median,
        database_share=overall.database_share,
        body_bytes_median=overall.body_bytes_median,
        criteria=analysis.criteria,
    )


def _category(facts: RunFacts, row: CoverageRow, columns: Mapping[str, OperationColumns]) -> CategoryFigures:
    ids = [id_ for id_, one in facts.operations.items() if one.category == row.category]
    tallies = [facts.tallies[id_] for id_ in ids if id_ in facts.tallies and not facts.tallies[id_].alone]
    it = statistics_of(tallies, facts.load_ns)
    proven = it.successes / it.requests if it.requests else 0.0
    return CategoryFigures(
        coverage=row,
        requests=it.requests,
        successes=it.successes,
        outcomes=it.outcomes,
        quantiles=_quantiles(facts, it, proven, [columns[id_] for id_ in ids if id_ in columns]),
        rate_per_s=it.rate_per_s,
        queries_median=it.queries_median,
        database_share=it.database_share,
        body_bytes_median=it.body_bytes_median,
    )


def _quantiles(
    facts: RunFacts, figures: Statistics, proven: float, columns: Sequence[OperationColumns]
) -> Mapping[int, Interval]:
    """Return the quantiles of several operations; none of imported ones that are mostly no proven successes."""
    if facts.imported is None:
        return quantiles_of(
            Column(
                values=[value for one in columns for value in one.latency_ns.values],
                blocks=[block for one in columns for block in one.latency_ns.blocks],
            )
        )
    if proven < _MOSTLY:
        # What little succeeded is the login page and the like: its latency says nothing about the run.
        return {}
    latency = figures.latency
    stated = {50: latency.p50_ns, 95: latency.p95_ns, 99: latency.p99_ns}
    return {name: Interval(value=float(value), low=None, high=None) for name, value in stated.items() if value}
