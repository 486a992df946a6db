"""The door of the comparison: two runs in, what changed between them out."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, median

from loadaudit.analysis.analyse import analysis_of
from loadaudit.analysis.comparison.columns import OperationColumns, columns_of
from loadaudit.analysis.comparison.conditions import differences
from loadaudit.analysis.comparison.ranks import MINIMUM, Column, Interval, holm, interval, shift, typical_difference
from loadaudit.analysis.comparison.result import (
    Change,
    Comparison,
    Figure,
    OperationChange,
    RunFigures,
    Series,
    Side,
    Verdict,
)
from loadaudit.analysis.facts import RunFacts, gather
from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.analysis.statistics import P95_MINIMUM, P99_MINIMUM
from loadaudit.records import Finding, Lane, Level
from loadaudit.runfile.reader import RunFile

SIGNIFICANCE = 0.05
"""Of all comparisons of two runs together: how often equal runs would show any difference by chance."""
LATENCY_MATTERS = 1.05
"""Ratio from which a change of latency is worth a word."""
SUCCESS_MATTERS = 0.01
QUERIES_MATTER = 0.5
COMMON_MINIMUM = 8
"""Operations whose latencies tell what moved all of them from what moved one."""

_SHARES = {50: (0.5, 1), 95: (0.95, P95_MINIMUM), 99: (0.99, P99_MINIMUM)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRun:
    """One run, read once and compared several times."""

    facts: RunFacts
    analysis: Analysis
    columns: Mapping[str, OperationColumns]
    figures: RunFigures


def compare(runs: Sequence[RunFile], *, slow_ms: int = 500) -> Series:
    """Return the runs, in the order given, each compared with the one before, and the last with the first.

    Raises ValueError with fewer than two.
    """
    if len(runs) < 2:
        raise ValueError("a comparison needs two runs")
    read = [read_run(run, slow_ms=slow_ms) for run in runs]
    steps = [compare_two(one, other) for one, other in pairwise(read)]
    known = dict.fromkeys(id_ for one in read for id_ in one.columns)
    return Series(
        runs=tuple(one.figures for one in read),
        steps=tuple(steps),
        whole=steps[0] if len(read) == 2 else compare_two(read[0], read[-1]),
        medians={id_: tuple(_median(one.columns.get(id_)) for one in read) for id_ in known},
    )


def read_run(run: RunFile, *, slow_ms: int = 500) -> ReadRun:
    """Return facts, analysis, columns and figures of one run."""
    facts = gather(run, slow_ms=slow_ms)
    analysis, columns = analysis_of(run, facts), columns_of(facts)
    return ReadRun(facts=facts, analysis=analysis, columns=columns, figures=_figures(facts, analysis, columns))


def compare_two(first: ReadRun, second: ReadRun) -> Comparison:
    """Return what changed from the first run to the second."""
    results = [{one.operation.id: one for one in run.analysis.operations} for run in (first, second)]
    both = [id_ for id_ in results[0] if id_ in results[1]]
    common, count = _common(first, second, both)
    changes = {id_: _changes(first.columns.get(id_), second.columns.get(id_), common or 0.0) for id_ in both}
    corrected = _corrected([change for of_one in changes.values() for change in of_one])
    kept = {id(change): verdict for change, verdict in corrected}
    findings = [{(one.code, one.operations): one for one in run.analysis.findings} for run in (first, second)]
    return Comparison(
        first=first.figures,
        second=second.figures,
        differences=differences(first.analysis, second.analysis),
        operations=tuple(
            _operation(
                (results[0][id_], results[1][id_]),
                (first.columns.get(id_), second.columns.get(id_)),
                tuple(kept[id(change)] for change in changes[id_]),
            )
            for id_ in both
        ),
        added=tuple(id_ for id_ in results[1] if id_ not in results[0]),
        removed=tuple(id_ for id_ in results[0] if id_ not in results[1]),
        common_ratio=None if common is None else math.exp(common),
        common_count=count,
        new_findings=_without(findings[1], findings[0]),
        gone_findings=_without(findings[0], findings[1]),
        kept_findings=tuple(one for key, one in findings[1].items() if key in findings[0]),
    )


def _common(first: ReadRun, second: ReadRun, both: Iterable[str]) -> tuple[float | None, int]:
    """Return by how much the logarithms of latency of all light operations moved together, and of how many."""
    moved = []
    for id_ in both:
        if first.facts.lanes.get(id_, Lane.LIGHT) is not Lane.LIGHT:
            continue
        pair = [run.columns[id_].steady.values for run in (first, second) if id_ in run.columns]
        if len(pair) == 2 and min(map(len, pair)) >= MINIMUM:
            moved.append(typical_difference(*pair))
    return (median(moved) if len(moved) >= COMMON_MINIMUM else None), len(moved)


def _changes(first: OperationColumns | None, second: OperationColumns | None, common: float) -> tuple[Change, ...]:
    """Return the changes of one operation, with p-values that are not yet corrected."""
    if first is None or second is None:
        return ()
    return (_latency(first, second, common), _success(first, second), _queries(first, second))


def _latency(first: OperationColumns, second: OperationColumns, common: float) -> Change:
    before, after = first.steady, second.steady
    moved = Column(values=[value - common for value in after.values], blocks=after.blocks)
    found = shift(before, moved)
    typical = [_middle(one.latency_ns.values) for one in (first, second)]
    if found is None:
        return _unknown(Figure.LATENCY, *typical)
    ratio = math.exp(typical_difference(before.values, moved.values))
    matters = max(ratio, 1 / ratio) >= LATENCY_MATTERS
    return _change(Figure.LATENCY, typical, found.p if matters else 1.0, worse=ratio > 1, ratio=ratio)


def _success(first: OperationColumns, second: OperationColumns) -> Change:
    shares = [_mean(one.success.values) for one in (first, second)]
    found = shift(first.success, second.success)
    if found is None or shares[0] is None or shares[1] is None:
        return _unknown(Figure.SUCCESS, *shares)
    matters = abs(shares[1] - shares[0]) >= SUCCESS_MATTERS
    return _change(Figure.SUCCESS, shares, found.p if matters else 1.0, worse=shares[1] < shares[0])


def _queries(first: OperationColumns, second: OperationColumns) -> Change:
    means = [_mean(one.queries.values) for one in (first, second)]
    found = shift(first.queries, second.queries)
    if found is None or means[0] is None or means[1] is None:
        return _unknown(Figure.QUERIES, *means)
    matters = abs(means[1] - means[0]) >= QUERIES_MATTER
    return _change(Figure.QUERIES, means, found.p if matters else 1.0, worse=means[1] > means[0])


def _change(
    figure: Figure, typical: Sequence[float | None], p: float, *, worse: bool, ratio: float | None = None
) -> Change:
    verdict = Verdict.WORSE if worse else Verdict.BETTER
    return Change(figure=figure, verdict=verdict, first=typical[0], second=typical[1], ratio=ratio, p=p)


def _unknown(figure: Figure, first: float | None, second: float | None) -> Change:
    return Change(figure=figure, verdict=Verdict.NOT_ENOUGH_DATA, first=first, second=second)


def _corrected(changes: Sequence[Change]) -> list[tuple[Change, Change]]:
    """Return each change with the one that is left of it after correcting for how many were looked at."""
    judged = [one for one in changes if one.p is not None]
    corrected = iter(holm([one.p for one in judged if one.p is not None]))
    found = []
    for change in changes:
        if change.p is None:
            found.append((change, change))
            continue
        p = next(corrected)
        verdict = change.verdict if p < SIGNIFICANCE else Verdict.NO_DIFFERENCE
        found.append((change, replace(change, verdict=verdict, p=p)))
    return found


def _operation(
    results: tuple[OperationResult, OperationResult],
    columns: tuple[OperationColumns | None, OperationColumns | None],
    changes: tuple[Change, ...],
) -> OperationChange:
    before, after = results
    proven = [one.level >= Level.SUCCEEDED for one in results]
    return OperationChange(
        operation_id=after.operation.id,
        category=after.operation.category,
        first=_side(before, columns[0]),
        second=_side(after, columns[1]),
        changes=changes,
        lost=proven[0] and not proven[1] and after.requests > 0,
        won=proven[1] and not proven[0] and before.requests > 0,
    )


def _side(result: OperationResult, columns: OperationColumns | None) -> Side:
    it = result.statistics
    return Side(
        level=result.level,
        requests=it.requests,
        successes=it.successes,
        quantiles=_quantiles(columns.latency_ns) if columns is not None else {},
        rate_per_s=it.rate_per_s,
        queries_median=it.queries_median,
        database_share=it.database_share,
        body_bytes_median=it.body_bytes_median,
    )


def _figures(facts: RunFacts, analysis: Analysis, columns: Mapping[str, OperationColumns]) -> RunFigures:
    light = [one.latency_ns for id_, one in columns.items() if facts.lanes.get(id_, Lane.LIGHT) is Lane.LIGHT]
    whole = Column(
        values=[value for one in light for value in one.values], blocks=[block for one in light for block in one.blocks]
    )
    reported = analysis.reported
    return RunFigures(
        info=analysis.info,
        total=analysis.coverage.total,
        categories=analysis.coverage.categories,
        requests=reported.requests,
        success_rate=reported.proven_requests / reported.requests if reported.requests else None,
        logins=analysis.logins.success_rate,
        rate_per_s=analysis.overall.rate_per_s,
        quantiles=_quantiles(whole),
        queries_median=analysis.overall.queries_median,
        database_share=analysis.overall.database_share,
        criteria=analysis.criteria,
    )


def _quantiles(column: Column) -> Mapping[int, Interval]:
    n = len(column.values)
    return {name: interval(column, share) for name, (share, least) in _SHARES.items() if n >= least}


def _median(columns: OperationColumns | None) -> float | None:
    return _middle(columns.latency_ns.values) if columns is not None else None


def _middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


_Findings = Mapping[tuple[str, tuple[str, ...]], Finding]


def _without(findings: _Findings, others: _Findings) -> tuple[Finding, ...]:
    return tuple(one for key, one in findings.items() if key not in others)
