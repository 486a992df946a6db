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
"""Ratio from which a change of a time is worth a word."""
TIMES = {Figure.LATENCY: 0.5, Figure.CPU: 0.2, Figure.DATABASE: 0.5}
"""Figures that are times, with the standard deviation, in logarithms, of what moves all operations between equal runs
on a machine that others use."""
SUCCESS_MATTERS = 0.01
QUERIES_MATTER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All changes between two runs."""

    by_operation: Mapping[str, tuple[Change, ...]]
    times: Mapping[Figure, Moves]
    """Empty: single requests are not known."""


def changes_between(first: ReadRun, second: ReadRun, both: Sequence[str]) -> Changes:
    """Return the changes of the operations that both runs know."""
    if first.imported or second.imported:
        found = {id_: _of_aggregates(first, second, id_) for id_ in both}
        return Changes(by_operation=_corrected(found), times={})
    times = {figure: _moves(first, second, figure) for figure in TIMES}
    found = {
        id_: _of_requests(id_, first.columns[id_], second.columns[id_], times)
        for id_ in both
        if id_ in first.columns and id_ in second.columns
    }
    return Changes(by_operation=_corrected(found), times=times)


def _moves(first: ReadRun, second: ReadRun, figure: Figure) -> Moves:
    before, after = ({id_: one.of(figure)[1] for id_, one in run.columns.items()} for run in (first, second))
    return moves(before, after, first.light & second.light, unknown_drift=TIMES[figure])


def _of_aggregates(first: ReadRun, second: ReadRun, id_: str) -> tuple[Change, ...]:
    found = aggregate_changes(first.facts.tallies.get(id_), second.facts.tallies.get(id_))
    if min(first.facts.levels[id_], second.facts.levels[id_]) >= Level.SUCCEEDED:
        return found
    return tuple(_unknown(one.figure, None, None) if one.figure is Figure.LATENCY else one for one in found)


def _of_requests(
    id_: str, first: OperationColumns, second: OperationColumns, times: Mapping[Figure, Moves]
) -> tuple[Change, ...]:
    return (
        *(_time(figure, found, id_, first, second) for figure, found in times.items()),
        _success(first, second),
        _queries(first, second),
    )


def _time(figure: Figure, found: Moves, id_: str, first: OperationColumns, second: OperationColumns) -> Change:
    measured = [one.of(figure)[0].values for one in (first, second)]
    typical = [median(one) if one else None for one in measured]
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
