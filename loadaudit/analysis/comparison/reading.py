"""One run read for comparing: facts, analysis, columns and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadaudit.analysis.analyse import analysis_of, facts_of
from loadaudit.analysis.comparison.columns import OperationColumns, columns_of, light_of
from loadaudit.analysis.comparison.conditions import behind_login
from loadaudit.analysis.comparison.ranks import Column, Interval, interval
from loadaudit.analysis.comparison.result import RunFigures
from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result import Analysis
from loadaudit.analysis.statistics import P95_MINIMUM, P99_MINIMUM
from loadaudit.runfile.reader import RunFile

_SHARES = {50: (0.5, 1), 95: (0.95, P95_MINIMUM), 99: (0.99, P99_MINIMUM)}
_MOSTLY = 0.9
"""Proven successes by all requests from which imported latencies of a whole run are those of its own pages."""


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
    reported = analysis.reported
    proven = reported.proven_requests / reported.requests if reported.requests else None
    succeeded, sent = behind_login(analysis)
    return RunFigures(
        info=analysis.info,
        total=analysis.coverage.total,
        categories=analysis.coverage.categories,
        requests=reported.requests,
        success_rate=proven,
        logins=analysis.logins.success_rate,
        behind_login=succeeded / sent if sent else None,
        rate_per_s=analysis.overall.rate_per_s,
        quantiles=_whole_quantiles(facts, analysis, proven or 0.0, [columns[one] for one in columns if one in light]),
        queries_median=analysis.overall.queries_median,
        database_share=analysis.overall.database_share,
        criteria=analysis.criteria,
    )


def _whole_quantiles(
    facts: RunFacts, analysis: Analysis, proven: float, columns: Sequence[OperationColumns]
) -> Mapping[int, Interval]:
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
    latency = analysis.overall.latency
    stated = {50: latency.p50_ns, 95: latency.p95_ns, 99: latency.p99_ns}
    return {name: Interval(value=float(value), low=None, high=None) for name, value in stated.items() if value}
