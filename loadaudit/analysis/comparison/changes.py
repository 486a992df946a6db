"""What changed in the figures of each operation from one run to another, corrected for how many were looked at."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from loadaudit.analysis.comparison.aggregates import aggregate_changes
from loadaudit.analysis.comparison.columns import OperationColumns
from loadaudit.analysis.comparison.location import Moves, moves
from loadaudit.analysis.comparison.ranks import holm, shift
from loadaudit.analysis.comparison.reading import ReadRun
from loadaudit.analysis.comparison.result import Change, Figure, Verdict
from loadaudit.records import Level

SIGNIFICANCE = 0.05
"""Of all comparisons of two runs together: how often equal runs would show any difference by chance."""
TIME_MATTERS = 1.05
"""Ratio from which a change of latency or CPU time is worth a word."""
LATENCY_DRIFT, CPU_DRIFT = 0.5, 0.2
"""Standard deviations, in logarithms, of what moves all operations between equal runs on a machine that others use."""
SUCCESS_MATTERS = 0.01
QUERIES_MATTER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All changes between two runs."""

    by_operation: Mapping[str, tuple[Change, ...]]
    latency: Moves | None
    """None: single requests are not known."""
    cpu: Moves | None


def changes_between(first: ReadRun, second: ReadRun, both: Sequence[str]) -> Changes:
    """Return the changes of the operations that both runs know."""
    if first.imported or second.imported:
        found = {id_: _of_aggregates(first, second, id_) for id_ in both}
        return Changes(by_operation=_corrected(found), latency=None, cpu=None)
    light = first.light & second.light
    latency = moves(
        {id_: one.latency for id_, one in first.columns.items()},
        {id_: one.latency for id_, one in second.columns.items()},
        light,
        unknown_drift=LATENCY_DRIFT,
    )
    cpu = moves(
        {id_: one.cpu for id_, one in first.columns.items()},
        {id_: one.cpu for id_, one in second.columns.items()},
        light,
        unknown_drift=CPU_DRIFT,
    )
    found = {
        id_: _of_requests(id_, first.columns[id_], second.columns[id_], latency, cpu)
        for id_ in both
        if id_ in first.columns and id_ in second.columns
    }
    return Changes(by_operation=_corrected(found), latency=latency, cpu=cpu)


def _of_aggregates(first: ReadRun, second: ReadRun, id_: str) -> tuple[Change, ...]:
    found = aggregate_changes(first.facts.tallies.get(id_), second.facts.tallies.get(id_))
    if min(first.facts.levels[id_], second.facts.levels[id_]) >= Level.SUCCEEDED:
        return found
    return tuple(_unknown(one.figure, None, None) if one.figure is Figure.LATENCY else one for one in found)


def _of_requests(
    id_: str, first: OperationColumns, second: OperationColumns, latency: Moves, cpu: Moves
) -> tuple[Change, ...]:
    return (
        _time(Figure.LATENCY, latency, id_, (first.latency_ns.values, second.latency_ns.values)),
        _time(Figure.CPU, cpu, id_, (first.cpu_ns.values, second.cpu_ns.values)),
        _success(first, second),
        _queries(first, second),
    )


def _time(figure: Figure, found: Moves, id_: str, values: tuple[Sequence[float], Sequence[float]]) -> Change:
    typical = [median(one) if one else None for one in values]
    move = found.by_operation.get(id_)
    if move is None:
        return _unknown(figure, *typical)
    matters = abs(move.value) >= math.log(TIME_MATTERS)
    return Change(
        figure=figure,
        verdict=Verdict.WORSE if move.value > 0 else Verdict.BETTER,
        first=typical[0],
        second=typical[1],
        ratio=math.exp(move.value),
        low=math.exp(move.value - move.reach),
        high=math.exp(move.value + move.reach),
        p=move.p if matters else 1.0,
    )


def _success(first: OperationColumns, second: OperationColumns) -> Change:
    shares = [_mean(one.success.values) for one in (first, second)]
    found = shift(first.success, second.success)
    if found is None or shares[0] is None or shares[1] is None:
        return _unknown(Figure.SUCCESS, *shares)
    matters = abs(shares[1] - shares[0]) >= SUCCESS_MATTERS
    return _judged(Figure.SUCCESS, shares, found.p if matters else 1.0, worse=shares[1] < shares[0])


def _queries(first: OperationColumns, second: OperationColumns) -> Change:
    means = [_mean(one.queries.values) for one in (first, second)]
    found = shift(first.queries, second.queries)
    if found is None or means[0] is None or means[1] is None:
        return _unknown(Figure.QUERIES, *means)
    matters = abs(means[1] - means[0]) >= QUERIES_MATTER
    return _judged(Figure.QUERIES, means, found.p if matters else 1.0, worse=means[1] > means[0])


def _judged(figure: Figure, typical: Sequence[float | None], p: float, *, worse: bool) -> Change:
    verdict = Verdict.WORSE if worse else Verdict.BETTER
    return Change(figure=figure, verdict=verdict, first=typical[0], second=typical[1], p=p)


def _unknown(figure: Figure, first: float | None, second: float | None) -> Change:
    return Change(figure=figure, verdict=Verdict.NOT_ENOUGH_DATA, first=first, second=second)


def _corrected(found: Mapping[str, tuple[Change, ...]]) -> Mapping[str, tuple[Change, ...]]:
    """Return the changes with p-values corrected for their number, and what is left of the verdicts."""
    corrected = iter(holm([one.p for changes in found.values() for one in changes if one.p is not None]))
    return {
        id_: tuple(one if one.p is None else _left(one, next(corrected)) for one in changes)
        for id_, changes in found.items()
    }


def _left(change: Change, p: float) -> Change:
    return replace(change, verdict=change.verdict if p < SIGNIFICANCE else Verdict.NO_DIFFERENCE, p=p)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
