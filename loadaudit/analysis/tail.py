"""The slowest requests of an operation with the parts of their time, and who was being served at any moment."""

import heapq
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.locks import may_wait
from loadaudit.analysis.time_split import PARTS, parts_of
from loadaudit.records import Sample, Trace

KEPT = 50
"""Of each operation: enough for a tail, and bounded."""
_MOST_SERVED = 500_000


class Late(NamedTuple):
    """One request; a named tuple, because a heap compares it by its first field."""

    latency_ns: int
    number: int
    start_ns: int
    response_ns: int
    served_from_ns: int
    """Where the server began, on the clock of the run; 0 when it has another one."""
    statement: str
    """The one that took longest, as `fingerprint` writes it; empty without any."""
    hosts: tuple[str, ...]
    """That it asked over HTTP."""
    parts: Mapping[str, int]
    """As in `time_split.PARTS`, with all that locking statements took as `lock`, and `generator`: from due to begun."""


class TailTally:
    """The slowest requests of one operation."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Late] = []

    def add(self, sample: Sample, trace: Trace) -> None:
        """Take one request with its whole trace, if it is among the slowest."""
        if len(self._heap) >= KEPT and sample.latency_ns <= self._heap[0].latency_ns:
            return
        late = Late(
            latency_ns=sample.latency_ns,
            number=sample.number,
            start_ns=sample.start_ns,
            response_ns=sample.response_ns,
            served_from_ns=trace.start_ns,
            statement=_slowest(trace),
            hosts=trace.http_hosts,
            parts=_parts(sample, trace),
        )
        if len(self._heap) >= KEPT:
            heapq.heapreplace(self._heap, late)
        else:
            heapq.heappush(self._heap, late)

    def beyond(self, limit_ns: int) -> Sequence[Late]:
        """Return those that took longer, the slowest first."""
        return sorted((one for one in self._heap if one.latency_ns > limit_ns), reverse=True)


def _slowest(trace: Trace) -> str:
    slowest = max(trace.statements, key=lambda use: use.total_ns, default=None)
    return fingerprint(slowest.sql) if slowest is not None else ""


def _parts(sample: Sample, trace: Trace) -> Mapping[str, int]:
    parts = dict(zip(PARTS, parts_of(sample, trace), strict=True))
    locks_ns = max((use.max_ns for use in trace.statements if may_wait(use.sql)), default=0)
    # What samples of blocked sessions show is less than the truth; what a locking statement took may be more.
    database_ns = parts["database"] + parts["lock"]
    parts["lock"] = max(parts["lock"], min(database_ns, locks_ns))
    parts["database"] = database_ns - parts["lock"]
    parts["generator"] = max(0, sample.latency_ns - sample.response_ns)
    return parts


class ServedLog:
    """From when to when the server was at work on requests of which operation; bounded."""

    def __init__(self) -> None:
        self._from = array("q")
        self._to = array("q")
        self._which = array("l")
        self._names: dict[str, int] = {}

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take one request. Without a common clock nobody can be put beside anybody."""
        if trace is None or not trace.start_ns or len(self._from) >= _MOST_SERVED:
            return
        self._from.append(trace.start_ns)
        self._to.append(trace.start_ns + trace.service_ns)
        self._which.append(self._names.setdefault(sample.operation_id, len(self._names)))

    def shares(self, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[str, float]]:
        """Return the operations by their share of all work that was going on in `spans`, the greatest first."""
        names = list(self._names)
        spent: Counter[str] = Counter()
        for begin, end in spans:
            for start, stop, which in zip(self._from, self._to, self._which, strict=True):
                inside = min(stop, end) - max(start, begin)
                if inside > 0:
                    spent[names[which]] += inside
        total = spent.total()
        return [(name, time / total) for name, time in spent.most_common()] if total else []
