"""Lets what a request starts in other threads belong to that request."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from loadaudit.probes.recorder import Recorder, current, recording

P = ParamSpec("P")
R = TypeVar("R")


class ThreadCarrier:
    """Lets threads and thread pools that a request starts belong to that request. `install` and `restore` are exact.

    Context variables do not follow into a new thread, and a middleware that runs the rest of the chain in one
    would leave the recorder behind. A pool's thread outlives the request that started it, so there the recorder
    travels with the submitted call and not with the thread.
    """

    def __init__(self) -> None:
        self._start: Callable[[threading.Thread], None] | None = None
        self._submit: Any = None

    def install(self) -> None:
        """Patch `Thread.start` and `ThreadPoolExecutor.submit`; a second call does nothing."""
        if self._start is not None:
            return
        self._start, self._submit = threading.Thread.start, ThreadPoolExecutor.submit
        threading.Thread.start = _carrying_start(self._start)  # type: ignore[method-assign, assignment]
        ThreadPoolExecutor.submit = _carrying_submit(self._submit)  # type: ignore[method-assign]

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        if self._start is None:
            return
        threading.Thread.start = self._start  # type: ignore[method-assign, assignment]
        ThreadPoolExecutor.submit = self._submit  # type: ignore[method-assign]
        self._start = self._submit = None


def _carrying_start(original: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    def start(self: threading.Thread) -> None:
        recorder = current()
        if recorder is not None:
            self.run = _carried_run(recorder, self)  # type: ignore[method-assign]
        original(self)

    return start


def _carried_run(recorder: Recorder, thread: threading.Thread) -> Callable[[], None]:
    def run() -> None:
        # The thread is itself again at once: kept on it, this function would keep the recorder of a finished
        # request alive in a cycle.
        vars(thread).pop("run", None)
        try:
            with recording(recorder):
                inner()
        finally:
            recorder.carried_cpu_ns += time.thread_time_ns()

    inner = thread.run
    recorder.carried = True
    return run


def _carrying_submit(original: Any) -> Any:
    def submit(self: Executor, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        recorder = current()
        if recorder is None:
            return original(self, fn, *args, **kwargs)  # type: ignore[no-any-return]
        with recording(None):
            return original(self, _carried(recorder, fn), *args, **kwargs)  # type: ignore[no-any-return]

    return submit


def _carried(recorder: Recorder, function: Callable[P, R]) -> Callable[P, R]:
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        begin_ns = time.thread_time_ns()
        try:
            with recording(recorder):
                return function(*args, **kwargs)
        finally:
            recorder.carried_cpu_ns += time.thread_time_ns() - begin_ns

    recorder.carried = True
    return run
