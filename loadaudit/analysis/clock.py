"""The load second by second: how many requests began and succeeded, how slow the slowest was, where the time went."""

from collections import Counter
from collections.abc import Callable

from loadaudit.analysis.result import TimeBucket
from loadaudit.analysis.time_split import PARTS, parts_of
from loadaudit.records import Lane, Sample, Trace

_TIMELINE_BUCKETS = 120
_SPLIT_IN_A_SECOND = 200
"""Requests of one second whose time is split: more change no mean that anybody sees, and cost as much each."""


class Clock:
    """The load second by second, and where it ended."""

    def __init__(self) -> None:
        self.end_ns = 0
        self.connections_opened: Counter[int] = Counter()
        """To databases, by the second in which the request began."""
        self._requests: Counter[int] = Counter()
        self._successes: Counter[int] = Counter()
        self._users: dict[int, set[int]] = {}
        self._max_latency_ns: dict[int, int] = {}
        self._split: dict[int, list[int]] = {}
        """Sums of the parts, and behind them the number of requests."""

    def add(self, sample: Sample, trace: Trace | None, success: bool) -> None:
        """Count one request; health checks are no part of the course of the load."""
        second = max(sample.start_ns, 0) // 1_000_000_000
        self.end_ns = max(self.end_ns, sample.start_ns + sample.latency_ns)
        if trace is not None:
            self.connections_opened[second] += trace.connections_opened
        if sample.lane is Lane.HEALTH:
            return
        self._requests[second] += 1
        self._users.setdefault(second, set()).add(sample.vu)
        if trace is not None and not trace.summary_only:
            self._add_split(second, sample, trace)
        if success:
            self._successes[second] += 1
            self._max_latency_ns[second] = max(self._max_latency_ns.get(second, 0), sample.latency_ns)

    def _add_split(self, second: int, sample: Sample, trace: Trace) -> None:
        sums = self._split.get(second)
        if sums is None:
            sums = self._split[second] = [0] * (len(PARTS) + 1)
        if sums[-1] < _SPLIT_IN_A_SECOND:
            for position, value in enumerate(parts_of(sample, trace)):
                sums[position] += value
            sums[-1] += 1

    def timeline(self) -> tuple[TimeBucket, ...]:
        """Return at most 120 stretches of equal length from the start to the last request."""
        if not self._requests:
            return ()
        seconds = max(self._requests) + 1
        length = -(-seconds // _TIMELINE_BUCKETS)
        return tuple(self._bucket(start, length) for start in range(0, seconds, length))

    def _bucket(self, start: int, length: int) -> TimeBucket:
        def total(counts: Callable[[int], int]) -> int:
            return sum(counts(second) for second in range(start, start + length))

        # A second with more requests than are split counts with all that it has.
        weighted = [
            (self._requests[second] / one[-1], one)
            for second in range(start, start + length)
            if (one := self._split.get(second))
        ]
        weight = sum(factor * one[-1] for factor, one in weighted) or 1.0
        means = [round(sum(factor * one[at] for factor, one in weighted) / weight) for at in range(len(PARTS))]
        return TimeBucket(
            start_s=float(start),
            length_s=float(length),
            requests=total(self._requests.__getitem__),
            successes=total(self._successes.__getitem__),
            max_latency_ns=max(self._max_latency_ns.get(second, 0) for second in range(start, start + length)),
            split_n=sum(one[-1] for _, one in weighted),
            users=max(len(self._users.get(second, ())) for second in range(start, start + length)),
            split=dict(zip(PARTS, means, strict=True)) if weighted else {},
        )
