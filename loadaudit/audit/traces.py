"""Sorts incoming traces: those of samples go to the run file, those of the control plane to whoever waits."""

import threading
from collections import deque
from collections.abc import Iterable

from loadaudit.load.correlation import is_control
from loadaudit.load.receiver import TraceInbox
from loadaudit.records import Trace

SUMMARY_WAIT_S = 3.0
"""How long a summary waits for the whole trace of its request."""

_MISSES = 3
_IMPATIENT_S = 0.1


class TraceDesk:
    """Between the inbox and its readers; safe to use from several threads."""

    def __init__(self, inbox: TraceInbox, *, has_summaries: bool = False) -> None:
        """With summaries, traces that do not come are waited for less and less: there is something else."""
        self._inbox = inbox
        self._has_summaries = has_summaries
        self._misses = 0
        self._lock = threading.Lock()
        self._control: dict[int, Trace] = {}
        self._samples: list[Trace] = []

    def find(self, number: int, timeout_s: float) -> Trace | None:
        """Wait for the trace of a control request and return it, or None when it does not come in time."""
        if self._has_summaries and not self._inbox.reachable:
            timeout_s = 0.0
        elif self._misses >= _MISSES:
            timeout_s = min(timeout_s, _IMPATIENT_S)
        found = self._inbox.wait_for(lambda: self._has(number), timeout_s)
        self._misses = 0 if found or not self._has_summaries else self._misses + 1
        with self._lock:
            return self._control.pop(number, None)

    def take(self) -> list[Trace]:
        """Return the traces of samples that came in since the last call."""
        self._sort()
        with self._lock:
            taken, self._samples = self._samples, []
        return taken

    def _has(self, number: int) -> bool:
        self._sort()
        with self._lock:
            return number in self._control

    def _sort(self) -> None:
        with self._lock:
            for trace in self._inbox.take():
                if is_control(trace.number):
                    self._control[trace.number] = trace
                else:
                    self._samples.append(trace)


class SummaryMerger:
    """Joins two ways by which one request's trace comes: the whole one counts, its summary where that does not come."""

    def __init__(self) -> None:
        self._whole: set[int] = set()
        self._summaries: dict[int, Trace] = {}
        self._due: deque[tuple[float, int]] = deque()

    def merge(self, summaries: Iterable[Trace], whole: Iterable[Trace], now_s: float) -> list[Trace]:
        """Return what is ready: whole traces at once, summaries that have waited `SUMMARY_WAIT_S` in vain."""
        ready = []
        for trace in whole:
            ready.append(trace)
            if self._summaries.pop(trace.number, None) is None:
                self._whole.add(trace.number)
        for trace in summaries:
            if trace.number in self._whole:
                self._whole.remove(trace.number)
            else:
                self._summaries[trace.number] = trace
                self._due.append((now_s + SUMMARY_WAIT_S, trace.number))
        while self._due and self._due[0][0] <= now_s:
            late = self._summaries.pop(self._due.popleft()[1], None)
            if late is not None:
                ready.append(late)
        return ready

    def rest(self) -> list[Trace]:
        """Return the summaries whose whole traces did not come."""
        left = list(self._summaries.values())
        self._summaries.clear()
        return left
