"""The course of figures over more than two runs, and the runs at which they changed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, median

from loadaudit.analysis.comparison.aggregates import own_latency
from loadaudit.analysis.comparison.changes import SIGNIFICANCE, TIME_MATTERS, TIMES
from loadaudit.analysis.comparison.location import COMMON_MINIMUM
from loadaudit.analysis.comparison.ranks import two_sided_p
from loadaudit.analysis.comparison.reading import ReadRun
from loadaudit.analysis.comparison.result import ChangePoint, Comparison, Figure, Trend, Verdict

LEAST_RUNS = 6
"""Runs from which the course itself shows a change: three on each side."""
_SIDE = 3

Values = tuple[float | None, ...]


def trends(read: Sequence[ReadRun], steps: Sequence[Comparison]) -> tuple[Trend, ...]:
    """Return the courses of the whole run and of each operation, those that changed first.

    A change is found in two ways: a run differs from the one before by its own requests; or, from six runs on, the
    runs before differ from those after.
    """
    found = [_of_whole(read)]
    ids = dict.fromkeys(id_ for one in read for id_ in one.facts.operations)
    for figure in TIMES:
        courses = {id_: tuple(_typical(one, id_, figure) for one in read) for id_ in ids}
        courses = {id_: values for id_, values in courses.items() if _known(values) > 1}
        common = _common(courses, len(read))
        for id_, values in courses.items():
            logs = [None if value is None else math.log(value) - common[at] for at, value in enumerate(values)]
            points = {one.position: one for one in _of_course(logs, len(courses))}
            points |= {one.position: one for one in _of_steps(steps, id_, figure)}
            ordered = tuple(points[position] for position in sorted(points))
            found.append(Trend(operation_id=id_, figure=figure, values=values, changes=ordered))
    return (found[0], *sorted(found[1:], key=lambda one: (-_greatest(one), one.operation_id, one.figure)))


def change_points(values: Sequence[float | None], *, tests: int = 1) -> list[tuple[int, float, float]]:
    """Return where a course changed: position of the first value after, difference of the means, corrected p-value.

    The course is cut where that leaves the least squares (Jackson and others, "An algorithm for optimal partitioning of
    data on an interval", IEEE Signal Processing Letters 12, 2005), as often as Schwarz' criterion allows (Yao,
    Statistics & Probability Letters 6, 1988). Then the weakest cuts are taken back until Student's t finds each beyond
    noise, as Hunter does (Fleming and others, "Hunter: Using Change Point Detection to Hunt for Performance
    Regressions", ICPE 2023). Each p-value is multiplied by the number of places for a cut, and by `tests`, the number
    of courses that are looked at.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    course = [value for _at, value in known]
    tests *= max(1, len(course) - 2 * _SIDE + 1)
    cuts = _best_cuts(course)
    while cuts:
        bounds = [0, *cuts, len(course)]
        found = [
            _split(course[start:end], cut - start)
            for start, cut, end in zip(bounds, bounds[1:], bounds[2:], strict=False)
        ]
        weakest = max(range(len(cuts)), key=lambda at: found[at][0])
        if found[weakest][0] * tests < SIGNIFICANCE:
            return [(known[cut][0], apart, p * tests) for cut, (p, apart) in zip(cuts, found, strict=True)]
        del cuts[weakest]
    return []


def _best_cuts(course: Sequence[float]) -> list[int]:
    """Return where to cut, with at least three values on each side of a cut."""
    n = len(course)
    if n < LEAST_RUNS:
        return []
    best: list[dict[int, tuple[float, list[int]]]] = [
        {end: (_squares(course[:end]), []) for end in range(_SIDE, n + 1)}
    ]
    while (len(best) + 1) * _SIDE <= n:
        before = best[-1]
        pieces = len(best) + 1
        best.append(
            {
                end: min(
                    (before[cut][0] + _squares(course[cut:end]), [*before[cut][1], cut])
                    for cut in range(_SIDE * (pieces - 1), end - _SIDE + 1)
                )
                for end in range(_SIDE * pieces, n + 1)
            }
        )
    least = max(_squares(course), 1e-12) * 1e-9
    scores = [n * math.log(max(one[n][0], least) / n) + 2 * at * math.log(n) for at, one in enumerate(best)]
    return best[scores.index(min(scores))][n][1]


def _squares(values: Sequence[float]) -> float:
    middle = fmean(values)
    return math.fsum((value - middle) ** 2 for value in values)


def _split(values: Sequence[float], at: int) -> tuple[float, float]:
    """Return the p-value and the difference of means of one split."""
    before, after = values[:at], values[at:]
    apart = fmean(after) - fmean(before)
    df = len(values) - 2
    error = math.sqrt((_squares(before) + _squares(after)) / df * (1 / len(before) + 1 / len(after)))
    if error == 0:
        return (1.0 if apart == 0 else 0.0), apart
    return two_sided_p(apart / error, df), apart


def _of_course(logs: Sequence[float | None], tests: int) -> Iterator[ChangePoint]:
    for position, apart, p in change_points(logs, tests=tests):
        if abs(apart) >= math.log(TIME_MATTERS):
            verdict = Verdict.WORSE if apart > 0 else Verdict.BETTER
            yield ChangePoint(position=position, verdict=verdict, ratio=math.exp(apart), p=p)


def _of_steps(steps: Sequence[Comparison], id_: str, figure: Figure) -> Iterator[ChangePoint]:
    for at, step in enumerate(steps):
        changes = next((one.changes for one in step.operations if one.operation_id == id_), ())
        for one in changes:
            if (
                one.figure is figure
                and one.verdict in (Verdict.WORSE, Verdict.BETTER)
                and one.ratio
                and one.p is not None
            ):
                yield ChangePoint(position=at + 1, verdict=one.verdict, ratio=one.ratio, p=one.p)


def _of_whole(read: Sequence[ReadRun]) -> Trend:
    quantiles = [one.figures.quantiles.get(50) for one in read]
    values = tuple(one.value if one is not None else None for one in quantiles)
    logs = [math.log(value) if value else None for value in values]
    return Trend(operation_id="", figure=Figure.LATENCY, values=values, changes=tuple(_of_course(logs, 1)))


def _common(courses: Mapping[str, Values], runs: int) -> Sequence[float]:
    """Return by how much each run as a whole lies above the others: what moved all operations is nobody's own."""
    if len(courses) < COMMON_MINIMUM:
        return [0.0] * runs
    levels = []
    for at in range(runs):
        apart = [math.log(values[at] or 1.0) - _level(values) for values in courses.values() if values[at]]
        levels.append(median(apart) if apart else 0.0)
    return levels


def _level(values: Values) -> float:
    return median(math.log(value) for value in values if value)


def _typical(run: ReadRun, id_: str, figure: Figure) -> float | None:
    """Return the median, in nanoseconds; None where it is not known to be that of the operation's own answers."""
    if run.imported:
        tally = run.facts.tallies.get(id_)
        values: Sequence[float] = own_latency(tally) if tally is not None and figure is Figure.LATENCY else ()
    else:
        columns = run.columns.get(id_)
        values = columns.of(figure)[0].values if columns is not None else ()
    return (median(values) or None) if values else None


def _known(values: Values) -> int:
    return sum(value is not None for value in values)


def _greatest(trend: Trend) -> float:
    return max((abs(math.log(one.ratio)) for one in trend.changes), default=0.0)
