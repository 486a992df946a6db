"""Sorts incoming traces: those of samples go to the run file, those of the control plane to whoever waits."""

import threading

from loadaudit.load.correlation import is_control
from loadaudit.load.receiver import TraceReceiver
from loadaudit.records import Trace


class TraceDesk:
    """Between the receiver and its readers; safe to use from several threads."""

    def __init__(self, receiver: TraceReceiver) -> None:
        self._receiver = receiver
        self._lock = threading.Lock()
        self._control: dict[int, Trace] = {}
        self._samples: list[Trace] = []

    def find(self, number: int, timeout_s: float) -> Trace | None:
        """Wait for the trace of a control request and return it, or None when it does not come in time."""
        self._receiver.wait_for(lambda: self._has(number), timeout_s)
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
            for trace in self._receiver.take():
                if is_control(trace.number):
                    self._control[trace.number] = trace
                else:
                    self._samples.append(trace)
