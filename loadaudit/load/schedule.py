"""What the virtual users of one load worker share: the next arrival, and how many requests are left."""

import threading

from loadaudit.load.job import Job
from loadaudit.load.pacing import arrivals

PATIENCE_S = 1.0
"""How long an arrival waits for a virtual user that is free; then it is dropped, and counted."""


class Allowance:
    """Lets times through scenarios begin so that their requests, however many each sends, keep to a rate.

    Each request takes one arrival of the rate. A time through takes as many as those before it needed on average, and
    the difference is made up for when it has ended; what goes beyond that waits for an arrival of its own, since a
    loop ends with its time only. Every method may be called from any thread.
    """

    def __init__(self, job: Job) -> None:
        self._lock = threading.Lock()
        self._arrivals = (
            arrivals(job.scripted_rate, job.shape.arriving, seed=job.seed, of="scenarios")
            if job.scripted_rate is not None
            else iter(())
        )
        self._through = 0
        self._sent = 0
        self._owed = 0
        """Arrivals that are spent before they come."""
        self._dropped = 0

    def next_begin(self, now_s: float) -> tuple[float, int] | None:
        """Return when the next time through is due and how many arrivals it takes; None: there is no more."""
        with self._lock:
            for due_s in self._arrivals:
                if self._owed <= 0 and now_s - due_s <= PATIENCE_S:
                    taken = -(-self._sent // self._through) if self._through else 1
                    self._owed += taken - 1
                    return due_s, taken
                self._pass()
        return None

    def next_one(self, now_s: float) -> float | None:
        """Return when one more request of a time through is due; None: there is no more."""
        with self._lock:
            for due_s in self._arrivals:
                if self._owed <= 0 and now_s - due_s <= PATIENCE_S:
                    return due_s
                self._pass()
        return None

    def ended(self, taken: int, sent: int, *, claimed: int = 0, late: bool = False) -> None:
        """Note how many requests a time through has sent; the arrivals of one that sent none are dropped.

        `claimed` of them waited for an arrival of their own. What one sent beside these that ran out of its time is
        not made up for, and says nothing of others: a loop would take the arrivals of all others.
        """
        with self._lock:
            own = min(sent - claimed, taken) if late else sent - claimed
            if sent <= 0:
                self._dropped += taken
                return
            self._owed += own - taken
            self._through += 1
            self._sent += min(sent, taken) if late else sent

    def dropped(self, now_s: float) -> int:
        """Return how many arrivals nobody was free for; those due up to now that nobody has taken are among them."""
        with self._lock:
            for due_s in self._arrivals:
                if due_s > now_s:
                    break
                self._pass()
            return self._dropped

    def _pass(self) -> None:
        if self._owed > 0:
            self._owed -= 1
        else:
            self._dropped += 1


class Schedule:
    """Deals out the arrivals of a rate and the iterations of a load; every method may be called from any thread."""

    def __init__(self, job: Job) -> None:
        shape = job.shape
        self._lock = threading.Lock()
        self._warm_up_s = shape.warm_up_s
        self._left = job.iterations
        self._arrivals = (
            arrivals(shape.rate, shape.arriving, part=job.part, parts=job.parts, seed=job.seed)
            if shape.rate is not None
            else iter(())
        )
        self._dropped = 0

    def next_arrival(self, now_s: float) -> float | None:
        """Return when the next request is due; those that nobody was free for are dropped. None: there is no more."""
        with self._lock:
            for due_s in self._arrivals:
                if now_s - due_s <= PATIENCE_S:
                    return due_s if self._takes(due_s) else None
                self._dropped += 1
        return None

    def takes(self, now_s: float) -> bool:
        """Whether one more request may begin now; counts it."""
        if self._left is None:
            return True
        with self._lock:
            return self._takes(now_s)

    def put_back(self, *, arrived: bool) -> None:
        """Take back a request that no place was free for; one that had arrived is dropped."""
        with self._lock:
            self._dropped += arrived
            if self._left is not None:
                self._left += 1

    def dropped(self, now_s: float) -> int:
        """Return how many arrivals have been dropped; those due up to now that nobody has taken are, too."""
        with self._lock:
            if self._left != 0:
                for due_s in self._arrivals:
                    if due_s > now_s:
                        break
                    self._dropped += 1
            return self._dropped

    def _takes(self, now_s: float) -> bool:
        if self._left is None or now_s < self._warm_up_s:
            return True
        if not self._left:
            return False
        self._left -= 1
        return True
