"""The load second by second: how many requests began, how many succeeded, how slow the slowest was."""

from collections import Counter
from collections.abc import Callable

from loadaudit.analysis.result import TimeBucket
from loadaudit.records import Lane, Sample, Trace

_TIMELINE_BUCKETS = 120


class Clock:
    """The load second by second, and where it ended."""

    def __init__(self) -> None:
        self.end_ns = 0
        self.connections_opened: Counter[int] = Counter()
        """To databases, by the second in which the request began."""
        self._requests: Counter[int] = Counter()
        self._successes: Counter[int] = Counter()
        self._max_latency_ns: dict[int, int] = {}

    def add(self, sample: Sample, trace: Trace | None, success: bool) -> None:
        """Count one request; health checks are no part of the course of the load."""
        second = max(sample.start_ns, 0) // 1_000_000_000
        self.end_ns = max(self.end_ns, sample.start_ns + sample.latency_ns)
        if trace is not None:
            self.connections_opened[second] += trace.connections_opened
        if sample.lane is Lane.HEALTH:
            return
        self._requests[second] += 1
        if success:
            self._successes[second] += 1
            self._max_latency_ns[second] = max(self._max_latency_ns.get(second, 0), sample.latency_ns)

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

        return TimeBucket(
            start_s=float(start),
            length_s=float(length),
            requests=total(self._requests.__getitem__),
            successes=total(self._successes.__getitem__),
            max_latency_ns=max(self._max_latency_ns.get(second, 0) for second in range(start, start + length)),
        )
