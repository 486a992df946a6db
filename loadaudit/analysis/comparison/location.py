"""Where the values of one figure lie, how sure that is, and what moved from one run to another."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from loadaudit.analysis.comparison.ranks import LEAST_BLOCKS, MINIMUM, Column, student_quantile, two_sided_p

COMMON_MINIMUM = 8
"""Operations whose moves tell what moved all of them from what moved one."""

_CONTROL_MINIMUM = 8
"""Values of each run from which an operation is one of those; a verdict of its own needs more."""
_ASSUMED_DF = 1e6
"""Of a variance that is not estimated."""
_SHARED = 0.5
"""Of what moved all operations, the part that one of them may have moved more or less: never all move alike."""
_TRIMMED = 0.2
"""Of the values at each end."""
_UNCHANGED = 0.75
"""Of all operations: those that lie nearest to the common move show how far operations drift that nobody changed."""
_UNCHANGED_SQUARE = 0.3684
"""Mean of the squares of standard normal values, of the least three quarters."""
_UNCHANGED_DF = 0.57
"""Degrees of freedom of a variance from those, by one less than the number of operations; simulated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A trimmed mean."""

    n: int
    value: float
    variance: float
    """Of the mean, from sums over blocks of time."""
    df: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """By how much the logarithms of one figure moved from one run to another, operation by operation."""

    by_operation: Mapping[str, "Move"]
    common: float | None
    """What all of them moved by; None: too few to tell it from one operation's."""
    count: int
    """How many operations that rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One operation's, without what all of them moved by."""

    value: float
    p: float
    """Two-sided: how often chance would do as much or more."""
    reach: float
    """Half the width of the 95 % confidence interval."""


def location(column: Column) -> Location | None:
    """Return where the values of a column lie, or None with fewer than eight values or five blocks.

    The mean without a fifth at each end, whose variance comes from winsorised values (Yuen, "The two-sample trimmed t
    for unequal population variances", Biometrika 61, 1974), here summed over blocks of time before they are squared,
    so that a slow second counts once.
    """
    n = len(column.values)
    if n < _CONTROL_MINIMUM:
        return None
    ordered = sorted(column.values)
    cut = int(_TRIMMED * n)
    low, high = ordered[cut], ordered[n - 1 - cut]
    drawn_in = [min(max(value, low), high) for value in column.values]
    middle = fmean(drawn_in)
    sums: dict[int, float] = {}
    for value, block in zip(drawn_in, column.blocks, strict=True):
        sums[block] = sums.get(block, 0.0) + value - middle
    count = len(sums)
    if count < LEAST_BLOCKS:
        return None
    spread = math.fsum(one * one for one in sums.values()) / (1 - 2 * _TRIMMED) ** 2
    return Location(
        n=n, value=fmean(ordered[cut : n - cut]), variance=count / (count - 1) * spread / n**2, df=count - 1
    )


def moves(
    first: Mapping[str, Column], second: Mapping[str, Column], light: Collection[str], *, unknown_drift: float
) -> Moves:
    """Return how each operation moved that both runs have; those of `light` show what moved all of them.

    Two runs are never made under the same conditions, and what differs does not move all operations alike. How far
    operations lie apart that nobody has changed is read from three quarters of them, and added to the variance of each:
    the empirical null of Efron, "Large-scale simultaneous hypothesis testing", Journal of the American Statistical
    Association 99 (2004), as the between-study variance of Paule and Mandel, Journal of Research of the National
    Bureau of Standards 87 (1982), without the fourth that lies farthest, so that operations that did change do not
    widen it. `unknown_drift` is the standard deviation, in logarithms, that is allowed for where too few operations
    show the drift, and for an operation that is sent in another way than those of `light`, which may share it or not.
    """
    located = dict(_located(first, second))
    controls = [both for id_, both in located.items() if id_ in light]
    pairs = {id_: both for id_, both in located.items() if min(one.n for one in both) >= MINIMUM}
    apart = {id_: other.value - one.value for id_, (one, other) in pairs.items()}
    if len(controls) < COMMON_MINIMUM:
        judged = {id_: _judged(apart[id_], both, unknown_drift**2, _ASSUMED_DF) for id_, both in pairs.items()}
        return Moves(by_operation=judged, common=None, count=len(controls))
    common = median(other.value - one.value for one, other in controls)
    drift = _scatter(
        [(other.value - one.value - common) ** 2 for one, other in controls],
        [one.variance + other.variance for one, other in controls],
    )
    # Most operations do not show how far single ones go when a busy machine moves all of them.
    drift += (_SHARED * common) ** 2
    other_lane = drift + unknown_drift**2 + common**2
    df = _UNCHANGED_DF * (len(controls) - 1)
    judged = {
        id_: _judged(apart[id_] - common, both, drift if id_ in light else other_lane, df)
        for id_, both in pairs.items()
    }
    return Moves(by_operation=judged, common=common, count=len(controls))


def _located(
    first: Mapping[str, Column], second: Mapping[str, Column]
) -> Iterator[tuple[str, tuple[Location, Location]]]:
    for id_, column in first.items():
        if id_ in second:
            one, other = location(column), location(second[id_])
            if one is not None and other is not None:
                yield id_, (one, other)


def _judged(value: float, places: tuple[Location, Location], drift: float, drift_df: float) -> Move:
    """Judge one move by all its variances, with the degrees of freedom of Welch and Satterthwaite."""
    parts = [*((one.variance, one.df) for one in places), (drift, drift_df)]
    variance = math.fsum(part for part, _df in parts)
    if variance <= 0:
        return Move(value=value, p=0.0 if value else 1.0, reach=0.0)
    df = variance**2 / math.fsum(part**2 / of_part for part, of_part in parts)
    error = math.sqrt(variance)
    return Move(value=value, p=two_sided_p(value / error, df), reach=student_quantile(0.975, df) * error)


def _scatter(squares: Sequence[float], variances: Sequence[float]) -> float:
    """Return the variance that has to be added to each for the squares to be as great as chance makes them.

    Found by halving an interval: squares by variances fall as more is added.
    """
    kept = max(1, round(_UNCHANGED * len(squares)))

    def excess(added: float) -> bool:
        ratios = sorted(
            square / (variance + added) if variance + added > 0 else math.inf if square else 0.0
            for square, variance in zip(squares, variances, strict=True)
        )
        return fmean(ratios[:kept]) > _UNCHANGED_SQUARE

    if not excess(0.0):
        return 0.0
    low, high = 0.0, max(squares) / _UNCHANGED_SQUARE
    for _ in range(50):
        middle = (low + high) / 2
        if excess(middle):
            low = middle
        else:
            high = middle
    return high
