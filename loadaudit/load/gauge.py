"""Watches the load worker itself: what it cannot do in time, its figures must not blame on the target."""

import threading
import time
from collections.abc import Callable

from loadaudit.load.outbox import Strain

_LOOK_S = 0.05


class Gauge:
    """Measures how late the worker's threads are woken, and how much of a processor it takes.

    A thread that asks to be woken in 50 ms and is woken in 60 shows what every virtual user suffers in between: the
    processors of the machine are taken, or the interpreter's lock is.
    """

    def __init__(
        self,
        epoch_ns: int,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        cpu_ns: Callable[[], int] = time.process_time_ns,
    ) -> None:
        self._epoch_ns = epoch_ns
        self._clock_ns = clock_ns
        self._cpu_ns = cpu_ns
        self._since_ns = clock_ns()
        self._used_ns = cpu_ns()
        self._delay_ns = 0

    def wait(self, stop: threading.Event, time_s: float) -> bool:
        """Wait for a time, looking at the clock again and again; return whether `stop` was set."""
        end_ns = self._clock_ns() + round(time_s * 1e9)
        while (left_ns := end_ns - self._clock_ns()) > 0:
            asked_ns = min(left_ns, round(_LOOK_S * 1e9))
            before_ns = self._clock_ns()
            if stop.wait(asked_ns / 1e9):
                return True
            self._delay_ns = max(self._delay_ns, self._clock_ns() - before_ns - asked_ns)
        return False

    def strain(self) -> Strain:
        """Return what was seen since the last call."""
        now_ns, used_ns = self._clock_ns(), self._cpu_ns()
        passed_ns = max(now_ns - self._since_ns, 1)
        found = Strain(
            time_ns=now_ns - self._epoch_ns,
            cpu_percent=round(100 * (used_ns - self._used_ns) / passed_ns, 1),
            delay_ns=self._delay_ns,
        )
        self._since_ns, self._used_ns, self._delay_ns = now_ns, used_ns, 0
        return found
