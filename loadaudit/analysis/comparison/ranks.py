"""Statistics of values that come in blocks of time, because requests of one run are not independent of each other."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from loadaudit.analysis.statistics import nearest_rank

MINIMUM = 20
"""Values of each run from which a difference is looked for."""

LEAST_BLOCKS = 5
"""Blocks of each run from which their variance says something."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Values of one figure in one run, each with the block of time in which its request began."""

    values: Sequence[float]
    blocks: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How the values of a second run lie to those of a first."""

    superiority: float
    """Probability that a value of the second is greater than one of the first, ties counted half."""
    p: float
    """Two-sided: how often chance would do as much or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A quantile with its 95 % confidence interval; an end is None where n is too small to bound it."""

    value: float
    low: float | None
    high: float | None


def shift(first: Column, second: Column) -> Shift | None:
    """Return how the second column lies to the first, or None with too few values or blocks.

    The test of Mann and Whitney with the variance of Obuchowski, "Nonparametric analysis of clustered ROC curve
    data", Biometrics 53 (1997): sums over blocks instead of single values, so that a slow second counts once.
    """
    if min(len(first.values), len(second.values)) < MINIMUM:
        return None
    if min(len(set(first.blocks)), len(set(second.blocks))) < LEAST_BLOCKS:
        return None
    low, high = sorted(first.values), sorted(second.values)
    below = [1 - _share_up_to(high, value) for value in first.values]
    above = [_share_up_to(low, value) for value in second.values]
    theta = math.fsum(above) / len(above)
    of_first, df_first = _variance(below, first.blocks, theta)
    of_second, df_second = _variance(above, second.blocks, theta)
    variance = of_first + of_second
    if variance <= 0:
        # All values of both runs are apart from each other, or all are equal.
        return Shift(superiority=theta, p=1.0 if theta == 0.5 else 0.0)
    # Welch and Satterthwaite.
    df = variance**2 / (of_first**2 / df_first + of_second**2 / df_second)
    return Shift(superiority=theta, p=two_sided_p((theta - 0.5) / math.sqrt(variance), df))


def interval(column: Column, share: float) -> Interval:
    """Return a quantile with its confidence interval.

    The interval is that of Woodruff, "Confidence intervals for medians and other position measures", Journal of the
    American Statistical Association 47 (1952): the share of values up to the quantile gets an interval, here from
    the variance between blocks, and its ends are looked up as quantiles.
    """
    ordered = sorted(column.values)
    value = nearest_rank(ordered, share)
    if len(ordered) < MINIMUM or len(set(column.blocks)) < LEAST_BLOCKS:
        return Interval(value=value, low=None, high=None)
    inside = [float(one <= value) for one in column.values]
    variance, df = _variance(inside, column.blocks, math.fsum(inside) / len(inside))
    # A share near 1 varies less between blocks than the binomial distribution allows for single values.
    variance = max(variance, share * (1 - share) / len(ordered))
    reach = student_quantile(0.975, df) * math.sqrt(variance)
    return Interval(
        value=value,
        low=nearest_rank(ordered, share - reach) if share > reach else None,
        high=nearest_rank(ordered, share + reach) if share + reach < 1 else None,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, in the same order.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    """
    corrected = [1.0] * len(p_values)
    greatest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        greatest = max(greatest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = greatest
    return corrected


def two_sided_p(t: float, df: float) -> float:
    """Return the two-sided p-value of Student's t, by the normal approximation of Wallace.

    "Bounds on normal approximations to Student's and the chi-square distributions", The Annals of Mathematical
    Statistics 30 (1959).
    """
    z = (8 * df + 1) / (8 * df + 3) * math.sqrt(df * math.log1p(t * t / df))
    return math.erfc(z / math.sqrt(2))


def student_quantile(share: float, df: float) -> float:
    """Return the quantile of Student's t: the inverse of `two_sided_p`'s approximation."""
    z = _NORMAL.inv_cdf(share) * (8 * df + 3) / (8 * df + 1)
    return math.copysign(math.sqrt(df * math.expm1(z * z / df)), z)


def _share_up_to(ordered: Sequence[float], value: float) -> float:
    """Return the share of values below `value`, those equal to it counted half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))


def _variance(values: Sequence[float], blocks: Sequence[int], mean: float) -> tuple[float, int]:
    """Return the variance of the mean of values that come in blocks, and its degrees of freedom."""
    sums: dict[int, float] = {}
    for value, block in zip(values, blocks, strict=True):
        sums[block] = sums.get(block, 0.0) + value - mean
    count = len(sums)
    spread = math.fsum(one * one for one in sums.values())
    return count / (count - 1) * spread / len(values) ** 2, count - 1
