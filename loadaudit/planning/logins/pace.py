"""Paces logins: what one of them has to wait for, all of them wait for."""

import threading
import time
from collections.abc import Callable

LONGEST_WAIT_S = 120.0
"""Longer than this no single wait is."""

PATIENCE_S = 300.0
"""Longer than this all waits of a run together are not; what still limits the login then is reported."""

_FIRST_WAIT_S = 5.0


class Pace:
    """One gate for all logins of a run; safe to use from several threads. Clock and sleep are arguments for tests."""

    def __init__(
        self,
        *,
        say: Callable[[str], None] = lambda text: None,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        longest_wait_s: float = LONGEST_WAIT_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._say = say
        self._clock_s = clock_s
        self._sleep = sleep
        self._longest_wait_s = longest_wait_s
        self._patience_s = patience_s
        self._not_before_s = 0.0
        self._lock = threading.Lock()
        self.waited_s = 0.0
        """How long rate limits have held the logins up, altogether."""

    def pass_gate(self) -> None:
        """Wait as long as a rate limit that was met by any login asks for."""
        while (wait_s := self._not_before_s - self._clock_s()) > 0:
            self._sleep(wait_s)

    def hold(self, earlier: int, asked_s: float | None) -> bool:
        """Close the gate after a rate limit, and return whether it is worth waiting for.

        As long as the server asked for, else longer with each of the `earlier` waits. It is not worth it when the
        server asks for too long, or when the logins of this run have waited long enough.
        """
        wait_s = min(asked_s if asked_s is not None else _FIRST_WAIT_S * 2**earlier, self._longest_wait_s)
        origin = "Retry-After" if asked_s is not None else "the server names no time"
        with self._lock:
            now_s = self._clock_s()
            until_s = now_s + wait_s
            if until_s <= self._not_before_s:
                return True
            longer_s = until_s - max(self._not_before_s, now_s)
            if (asked_s or 0) > self._longest_wait_s or self.waited_s + longer_s > self._patience_s:
                return False
            self.waited_s += longer_s
            self._not_before_s = until_s
        self._say(f"The login is rate-limited; it goes on in {wait_s:.0f} s ({origin}).")
        return True
