"""Quantiles and rates over sequences of measurements; a figure without enough data is None, never 0."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar, overload

from loadaudit.analysis.result import Quantiles

P95_MINIMUM = 20
"""Fewer values have no value beyond their 95th percentile: 1 / (1 − 0.95)."""
P99_MINIMUM = 100
"""1 / (1 − 0.99)."""
RANK_SUM_MINIMUM = 4
"""Of each group: with three each, even a clean separation may be chance."""


_Number = TypeVar("_Number", int, float)


class Weighted(Sequence[int]):
    """Values with the number of times that each was measured, ascending: a sequence that is not written out."""

    __slots__ = ("_ends", "_values")

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        """Keep pairs of a value and its count, in any order."""
        counts: dict[int, int] = {}
        for value, count in pairs:
            counts[value] = counts.get(value, 0) + count
        self._values = sorted(value for value, count in counts.items() if count > 0)
        self._ends = list(accumulate(counts[value] for value in self._values))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._values[bisect_right(self._ends, index)]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield each value with its count, ascending."""
        before = 0
        for value, end in zip(self._values, self._ends, strict=True):
            yield value, end - before
            before = end


def pairs_of(values: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Return values with their counts: those of a weighted sequence, else each value once."""
    return values.pairs() if isinstance(values, Weighted) else ((value, 1) for value in values)


def largest(values: Sequence[int]) -> int:
    """Return the largest value, 0 where there is none; values with counts, often millions, are not gone through."""
    if isinstance(values, Weighted):
        return values[-1] if values else 0
    return max(values, default=0)


def in_order(columns: Iterable[Sequence[int]]) -> Sequence[int]:
    """Return all values of several columns, ascending; where some have counts, without writing them out."""
    found = list(columns)
    if any(isinstance(one, Weighted) for one in found):
        return Weighted(pair for one in found for pair in pairs_of(one))
    return sorted(value for one in found for value in one)


def nearest_rank(ordered: Sequence[_Number], share: float) -> _Number:
    """Return the smallest value of the ascending `ordered` that at least `share` of all values do not exceed.

    This is definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
    Statistician 50 (1996): every figure is one that was measured, none is interpolated. Raises ValueError
    when there are no values.
    """
    if not ordered:
        raise ValueError("no values")
    # 0.95 × 20 is 19.000000000000004 in binary floating point; the rank is 19.
    rank = math.ceil(round(share * len(ordered), 9))
    return ordered[max(rank, 1) - 1]


def median(values: Sequence[int]) -> int | None:
    """Return the median by nearest rank, or None without values."""
    return nearest_rank(in_order([values]), 0.5) if values else None


def quantiles(values_ns: Sequence[int]) -> Quantiles:
    """Return the quantiles of durations in nanoseconds with their n; None where n is too small."""
    ordered = in_order([values_ns])
    n = len(ordered)
    return Quantiles(
        n=n,
        p50_ns=nearest_rank(ordered, 0.50) if n else None,
        p95_ns=nearest_rank(ordered, 0.95) if n >= P95_MINIMUM else None,
        p99_ns=nearest_rank(ordered, 0.99) if n >= P99_MINIMUM else None,
        max_ns=ordered[-1] if n else None,
    )


def rate_per_s(count: int, duration_ns: int) -> float | None:
    """Return `count` per second, or None when no time passed."""
    return count / (duration_ns / 1e9) if duration_ns > 0 else None


def share(part: float, whole: float) -> float | None:
    """Return `part / whole`, or None when there is no whole."""
    return part / whole if whole > 0 else None


def rank_sum_z(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return by how many standard deviations `first` ranks above what chance would do; None with fewer than four each.

    The normal approximation of the U test of Mann and Whitney, The Annals of Mathematical Statistics 18 (1947).
    """
    n, m = len(first), len(second)
    if min(n, m) < RANK_SUM_MINIMUM:
        return None
    above = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    return (above - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def two_humps(values_ns: Sequence[int], *, minimum: int = 20, factor: float = 5.0, least: float = 0.1) -> int | None:
    """Return the value that splits `values_ns` into two humps: those below it and those from it on.

    The split is Otsu's (IEEE Trans. Systems, Man, and Cybernetics 9, 1979) on the logarithms: the one with
    the greatest variance between the two groups. None when there are fewer than `minimum` values, a group
    has less than `least` of them, the medians differ by less than `factor`, or the groups
    touch: a gap of at least half the distance between the medians has to be free of values on the log axis.
    """
    n = len(values_ns)
    if n < minimum:
        return None
    ordered = sorted(max(value, 1) for value in values_ns)
    logs = [math.log(value) for value in ordered]
    split = _otsu(logs)
    if min(split, n - split) < max(least * n, 2):
        return None
    low, high = math.log(ordered[(split - 1) // 2]), math.log(ordered[split + (n - split - 1) // 2])
    if high - low < math.log(factor):
        return None
    # One straggler between the humps must not hide them, so the gap is taken between inner quantiles.
    inner_low = logs[max(math.ceil(0.9 * split) - 1, 0)]
    inner_high = logs[split + int(0.1 * (n - split))]
    return ordered[split] if inner_high - inner_low >= 0.5 * (high - low) else None


def _otsu(ordered: Sequence[float]) -> int:
    n, total = len(ordered), sum(ordered)
    best, best_split, below = -1.0, 1, 0.0
    for split in range(1, n):
        below += ordered[split - 1]
        distance = below / split - (total - below) / (n - split)
        variance = split * (n - split) * distance * distance
        if variance > best:
            best, best_split = variance, split
    return best_split
