"""What slowed all operations at one moment of a run, taken out of each by the requests of the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pvariance

from loadaudit.analysis.comparison.location import COMMON_MINIMUM

_LEAST_MOMENT_NS = 250_000_000
"""Shorter than most of what slows a server."""
_TOGETHER = 8
"""Requests that a moment should have."""
_NORMAL_SPREAD = 1.4826
"""Standard deviation by median absolute deviation, of normal values."""
_FARTHEST = 3.0
"""Standard deviations from the median at which an outlier's say about its moment ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Logarithms of one time of one operation, and when each request began."""

    logs: Sequence[float]
    starts_ns: Sequence[int]


class _Moments:
    """Sums and counts of what requests of each moment were slower than usual."""

    __slots__ = ("counts", "sums")

    def __init__(self) -> None:
        self.sums: dict[int, float] = {}
        self.counts: dict[int, int] = {}

    def add(self, moments: Iterable[int], values: Iterable[float]) -> None:
        for moment, value in zip(moments, values, strict=True):
            self.sums[moment] = self.sums.get(moment, 0.0) + value
            self.counts[moment] = self.counts.get(moment, 0) + 1

    def means(self) -> Mapping[int, float]:
        return {moment: total / self.counts[moment] for moment, total in self.sums.items()}


def steadied(timed: Mapping[str, Timed], light: Collection[str], longest_ns: int) -> Mapping[str, Sequence[float]]:
    """Return the logarithms, less what slowed the other operations of `light` in the same moment.

    The others are a control variate (Lavenberg and Welch, "A perspective on the use of control variables to increase
    the efficiency of Monte Carlo simulations", Management Science 27, 1981): a busy moment of the machine slows all of
    them, and says nothing about one. An operation's own requests stay out of what is taken from it, so that its
    scatter is not made to look smaller than it is. What few requests of a moment show is drawn towards nothing by the
    share that chance has in it (James and Stein, "Estimation with quadratic loss", Fourth Berkeley Symposium, 1961).
    With fewer than eight operations nothing is taken out: what slowed all of them and what slowed one could not be
    told apart.
    """
    alike = {id_: _residuals(one.logs) for id_, one in timed.items() if id_ in light and one.logs}
    if len(alike) < COMMON_MINIMUM:
        return {id_: one.logs for id_, one in timed.items()}
    moment_ns = _moment_ns([timed[id_].starts_ns for id_ in alike], longest_ns)
    moments = {id_: [start // moment_ns for start in one.starts_ns] for id_, one in timed.items()}
    own = {id_: _Moments() for id_ in timed}
    whole = _Moments()
    for id_, residuals in alike.items():
        own[id_].add(moments[id_], residuals)
        whole.add(moments[id_], residuals)
    means = whole.means()
    inside = fmean(
        (value - means[moment]) ** 2
        for id_, residuals in alike.items()
        for value, moment in zip(residuals, moments[id_], strict=True)
    )
    between = max(pvariance(means.values()) - fmean(inside / count for count in whole.counts.values()), 0.0)
    usual = sum(whole.sums.values()) / sum(whole.counts.values())
    return {
        id_: [
            value - _slowness(whole, own[id_], moment, usual, between, inside)
            for value, moment in zip(one.logs, moments[id_], strict=True)
        ]
        for id_, one in timed.items()
    }


def _slowness(whole: _Moments, own: _Moments, moment: int, usual: float, between: float, inside: float) -> float:
    """Return by how much others were slower in a moment than they usually are."""
    others = whole.counts.get(moment, 0) - own.counts.get(moment, 0)
    if not others or not between:
        return 0.0
    mean = (whole.sums[moment] - own.sums.get(moment, 0.0)) / others
    return (mean - usual) * between / (between + inside / others)


def _residuals(logs: Sequence[float]) -> Sequence[float]:
    typical = median(logs)
    reach = _FARTHEST * _NORMAL_SPREAD * median(abs(value - typical) for value in logs)
    return [min(max(value - typical, -reach), reach) for value in logs]


def _moment_ns(starts_ns: Collection[Sequence[int]], longest_ns: int) -> int:
    """Return how long a moment is: of doubled lengths the first in which there are enough requests."""
    requests = sum(map(len, starts_ns))
    span_ns = max(map(max, starts_ns)) - min(map(min, starts_ns)) + 1
    moment_ns = _LEAST_MOMENT_NS
    while moment_ns * requests < _TOGETHER * span_ns and 2 * moment_ns <= longest_ns:
        moment_ns *= 2
    return moment_ns
