"""Waiting: for locks that requests hold which nobody waits for any more, for limits to end, for answers, and as long
as a person takes to fill in a form that notes when it was shown."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.signing import b62_decode

from loadaudit.records import Payload, Trace

_LOCKED = re.compile(r"database (?:table )?is locked|due to lock timeout|lock wait timeout exceeded", re.IGNORECASE)
"""As SQLite, PostgreSQL and MySQL say it."""

_IN_ALL_S = 60.0
_STEP_S = 3.0
_SPARE_S = 240.0
"""Time that requests without an answer may take in all before they take it from others."""

_LONGEST_WAIT_S = 60.0
"""Longer limits, as those of a day, are not waited for."""

_LONGEST_SHOWN_S = 3600.0
_READING_S = 4.0
"""What forms against robots want between their page and what is sent is a few seconds at most."""

_SIGNED_AT = re.compile(r"[^:].*:(?P<at>[0-9A-Za-z]{6}):[\w-]{20,}")
"""A value that Django has signed with the second in which it did."""

_EPOCH = re.compile(r"(?P<at>1\d{9})(?P<ms>\d{3})?(?:\.\d+)?")


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
    now: Callable[[], float] = time.time

    def read(self, payload: Payload | None) -> None:
        """Wait where a form holds the moment in which its page was shown, and a person would still be filling it in."""
        age_s = shown_s_ago((one.value for one in payload.pairs), self.now()) if payload is not None else None
        if age_s is not None and age_s < _READING_S:
            self.pause(_READING_S - age_s)

    def again(self, trace: Trace | None, begun_s: float) -> bool:
        """Wait a little where a request that began then failed on a lock; tell whether to send it again."""
        if self.left_s <= 0 or not waits_for_a_lock(trace):
            return False
        self.pause(_STEP_S)
        self.left_s -= self.clock() - begun_s
        return True


def shown_s_ago(values: Iterable[str], now_s: float) -> float | None:
    """Return how many seconds before `now_s`, in Unix time, the latest moment was that values of a form hold.

    None where none holds one of the last hour. A value counts that is signed with its second, or is one.
    """
    found = [at for one in values if (at := _moment_of(one)) is not None and -1 <= now_s - at < _LONGEST_SHOWN_S]
    return max(now_s - max(found), 0.0) if found else None


def _moment_of(value: str) -> float | None:
    if (signed := _SIGNED_AT.fullmatch(value)) is not None:
        return float(b62_decode(signed["at"]))
    plain = _EPOCH.fullmatch(value)
    return float(plain["at"]) if plain is not None else None


@dataclass(slots=True)
class Silence:
    """Requests without an answer, as of views that never end: others have their turn all the same."""

    count: int = 0
    spare_s: float = _SPARE_S

    def note(self, waited_s: float) -> float:
        """Count one that was waited for so long; return by how much all that is sent may last longer therefore."""
        self.count += 1
        given_s = max(0.0, min(waited_s, self.spare_s))
        self.spare_s -= given_s
        return given_s


def longest_s(limits_s: Iterable[float | None]) -> float:
    """Return how long limits last of which answers tell, as far as they are waited for; 0 where there are none."""
    return max((one for one in limits_s if one is not None and 0 < one <= _LONGEST_WAIT_S), default=0.0)
