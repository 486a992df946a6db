"""What the virtual users of one load worker share: the next arrival, and how many requests are left."""

import threading

from loadaudit.load.job import Job
from loadaudit.load.pacing import arrivals

PATIENCE_S = 1.0
"""How long an arrival waits for a virtual user that is free; then it is dropped, and counted."""


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
