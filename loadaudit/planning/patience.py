"""Waiting: for a lock of the database that a request holds which nobody waits for any more, and for limits to end."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loadaudit.records import Trace

_LOCKED = re.compile(r"database (?:table )?is locked|due to lock timeout|lock wait timeout exceeded", re.IGNORECASE)
"""As SQLite, PostgreSQL and MySQL say it."""

_IN_ALL_S = 60.0
_STEP_S = 3.0
_LONGEST_WAIT_S = 60.0
"""Longer limits, as those of a day, are not waited for."""


def waits_for_a_lock(trace: Trace | None) -> bool:
    """Whether a view failed on a lock of the database: each is sent alone, so that an earlier one has not ended yet."""
    exception = trace.exception if trace is not None else None
    return exception is not None and _LOCKED.search(exception.message) is not None


@dataclass(slots=True)
class Patience:
    """How long the requests of a run may wait for locks, all together: what hangs once may hang for ever."""

    left_s: float = _IN_ALL_S
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def again(self, trace: Trace | None, begun_s: float) -> bool:
        """Wait a little where a request that began then failed on a lock; tell whether to send it again."""
        if self.left_s <= 0 or not waits_for_a_lock(trace):
            return False
        self.pause(_STEP_S)
        self.left_s -= self.clock() - begun_s
        return True


def longest_s(limits_s: Iterable[float | None]) -> float:
    """Return how long limits last of which answers tell, as far as they are waited for; 0 where there are none."""
    return max((one for one in limits_s if one is not None and 0 < one <= _LONGEST_WAIT_S), default=0.0)
