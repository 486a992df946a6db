"""What slowed all operations of a server worker, or at one moment, taken out of each by the requests of the others."""

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
"""Standard deviations from the median at which an outlier's say about its group ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Logarithms of one time of one operation, when each request began, and the server worker that it was served by."""

    logs: Sequence[float]
    starts_ns: Sequence[int]
    workers: Sequence[int]


class _Shared:
    """Sums and counts of what requests of each group were slower than usual."""

    __slots__ = ("counts", "sums")

    def __init__(self) -> None:
        self.sums: dict[int, float] = {}
        self.counts: dict[int, int] = {}

    def add(self, groups: Iterable[int], values: Iterable[float]) -> None:
        for group, value in zip(groups, values, strict=True):
            self.sums[group] = self.sums.get(group, 0.0) + value
            self.counts[group] = self.counts.get(group, 0) + 1

    def means(self) -> Mapping[int, float]:
        return {group: total / self.counts[group] for group, total in self.sums.items()}


def steadied(timed: Mapping[str, Timed], light: Collection[str], longest_ns: int) -> Mapping[str, Sequence[float]]:
    """Return the logarithms, less what slowed the other operations of `light` in the same worker and the same moment.

    A virtual user keeps its connection, and with it the worker that took it, for the whole run: of an operation that
    few users send, the latency is that of their workers, and those are dealt out anew in each run. What a worker
    slows is read from operations that several workers served (others are not connected with it: Searle, "Linear
    Models for Unbalanced Data", 1987). With fewer than eight operations nothing is taken out: what slowed all of them
    and what slowed one could not be told apart.
    """
    logs: Mapping[str, Sequence[float]] = {id_: one.logs for id_, one in timed.items()}
    alike = [id_ for id_, one in logs.items() if id_ in light and one]
    if len(alike) < COMMON_MINIMUM:
        return logs
    workers = {id_: one.workers for id_, one in timed.items()}
    # What only one worker served cannot tell the worker from itself.
    telling = [id_ for id_ in alike if len(set(workers[id_])) > 1]
    if len(telling) >= COMMON_MINIMUM:
        logs = _less_shared(logs, workers, telling)
    moment_ns = _moment_ns([timed[id_].starts_ns for id_ in alike], longest_ns)
    moments = {id_: [start // moment_ns for start in one.starts_ns] for id_, one in timed.items()}
    return _less_shared(logs, moments, alike)


def _less_shared(
    logs: Mapping[str, Sequence[float]], groups: Mapping[str, Sequence[int]], alike: Collection[str]
) -> Mapping[str, Sequence[float]]:
    """Return the logarithms, less what slowed the other operations of `alike` in the same group.

    The others are a control variate (Lavenberg and Welch, "A perspective on the use of control variables to increase
    the efficiency of Monte Carlo simulations", Management Science 27, 1981): a busy moment of the machine slows all of
    them, and says nothing about one. An operation's own requests stay out of what is taken from it, so that its
    scatter is not made to look smaller than it is. What few requests of a group show is drawn towards nothing by the
    share that chance has in it (James and Stein, "Estimation with quadratic loss", Fourth Berkeley Symposium, 1961).
    """
    residuals = {id_: _residuals(logs[id_]) for id_ in alike}
    own = {id_: _Shared() for id_ in logs}
    whole = _Shared()
    for id_, values in residuals.items():
        own[id_].add(groups[id_], values)
        whole.add(groups[id_], values)
    means = whole.means()
    inside = fmean(
        (value - means[group]) ** 2
        for id_, values in residuals.items()
        for value, group in zip(values, groups[id_], strict=True)
    )
    between = max(pvariance(means.values()) - fmean(inside / count for count in whole.counts.values()), 0.0)
    if not between:
        return logs
    usual = sum(whole.sums.values()) / sum(whole.counts.values())
    return {
        id_: [
            value - _slowness(whole, own[id_], group, usual, between, inside)
            for value, group in zip(values, groups[id_], strict=True)
        ]
        for id_, values in logs.items()
    }


def _slowness(whole: _Shared, own: _Shared, group: int, usual: float, between: float, inside: float) -> float:
    """Return by how much others were slower in a group than they usually are."""
    others = whole.counts.get(group, 0) - own.counts.get(group, 0)
    if not others:
        return 0.0
    mean = (whole.sums[group] - own.sums.get(group, 0.0)) / others
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
