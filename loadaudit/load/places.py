"""How many requests may be under way at once: of a lane, and of an operation."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType

from loadaudit.load.job import Job
from loadaudit.records import Lane, PlannedRequest

_LOOK_S = 0.2
_PATIENCE_S = 0.05
"""How long a virtual user waits for a place of an operation, before it goes on with its next request."""

_FREE: AbstractContextManager[bool] = nullcontext(True)


class Places:
    """The places of one load worker; safe to use from several threads."""

    def __init__(self, job: Job, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._of_lanes = {one.lane: threading.Semaphore(one.at_once) for one in job.lanes if one.at_once is not None}
        self._of_operations = {one.operation_id: threading.Semaphore(one.at_once) for one in job.limits}

    def place(self, lane: Lane, planned: PlannedRequest) -> AbstractContextManager[bool]:
        """Return a context that says whether the request may be sent, and keeps its place meanwhile.

        Users of a bounded lane have nothing else to do and wait until the load ends; others go on with another request.
        """
        of_lane = self._of_lanes.get(lane)
        if of_lane is not None:
            return _Place(of_lane, self._stopped, patience_s=None)
        of_operation = self._of_operations.get(planned.operation_id)
        if of_operation is not None:
            return _Place(of_operation, self._stopped, patience_s=_PATIENCE_S)
        return _FREE


class _Place:
    def __init__(self, places: threading.Semaphore, stopped: Callable[[], bool], *, patience_s: float | None) -> None:
        self._places = places
        self._stopped = stopped
        self._patience_s = patience_s
        self._taken = False

    def __enter__(self) -> bool:
        if self._patience_s is not None:
            self._taken = self._places.acquire(timeout=self._patience_s)
        while self._patience_s is None and not self._taken and not self._stopped():
            self._taken = self._places.acquire(timeout=_LOOK_S)
        return self._taken and not self._stopped()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._taken:
            self._places.release()
