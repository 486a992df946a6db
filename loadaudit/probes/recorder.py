"""What one request collects while it runs, and how it follows the request through threads and tasks."""

import contextvars
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from loadaudit.records import ServerException

P = ParamSpec("P")
R = TypeVar("R")


MOST_OUTGOING = 100
"""Attempts kept of one request, which may try without end."""


class Execution:
    """One executed statement; mutable, because fetching may add to its time."""

    __slots__ = ("alias", "call_site", "duration_ns", "parameters", "sql", "start_ns")

    def __init__(
        self, alias: str, sql: str, duration_ns: int, call_site: str, start_ns: int = 0, parameters: Any = None
    ) -> None:
        self.alias = alias
        self.sql = sql
        self.duration_ns = duration_ns
        self.call_site = call_site
        """Empty unless the statement repeats."""
        self.start_ns = start_ns
        """On the clock of `Recorder.start_ns`."""
        self.parameters = parameters
        """Of a SELECT or UPDATE that succeeded, until the trace is made; never stored."""


class Recorder:
    """Collects one request. Mutable on purpose: the hot path only appends, the trace is made afterwards."""

    __slots__ = (
        "cache_gets",
        "cache_hits",
        "closed",
        "connect_ns",
        "connections",
        "csrf_reason",
        "denied",
        "exception",
        "in_flight",
        "number",
        "outgoing",
        "refusals",
        "repeats",
        "route",
        "run_id",
        "start_cpu_ns",
        "start_ns",
        "statements",
        "thread_id",
        "view",
        "view_ran",
    )

    def __init__(self, number: int, in_flight: int, run_id: str = "") -> None:
        self.number = number
        self.run_id = run_id
        self.in_flight = in_flight
        self.closed = False
        self.thread_id = threading.get_ident()
        self.route = ""
        self.view = ""
        self.view_ran = False
        self.denied = False
        self.csrf_reason = ""
        self.exception: ServerException | None = None
        self.statements: list[Execution] = []
        self.repeats: dict[tuple[str, str], int] = {}
        """How often each statement was executed, by alias and SQL."""
        self.connections: list[tuple[weakref.ref[Any], threading.Thread]] = []
        self.connect_ns = 0
        self.cache_gets = 0
        self.cache_hits = 0
        self.outgoing: list[str] = []
        """What the request tried to do outside of the run, an entry each time."""
        self.refusals: list[str] = []
        """Forms that did not take what was sent."""
        self.start_ns = time.monotonic_ns()
        self.start_cpu_ns = time.thread_time_ns()


_current: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar("loadaudit_recorder", default=None)


def current() -> Recorder | None:
    """Return the recorder of the request that this code runs for, or None."""
    recorder = _current.get()
    return None if recorder is None or recorder.closed else recorder


def note_outgoing(text: str) -> bool:
    """Record that the current request tried to reach out of the run; return whether there is such a request."""
    recorder = current()
    if recorder is None:
        return False
    if len(recorder.outgoing) < MOST_OUTGOING:
        recorder.outgoing.append(text)
    return True


@contextmanager
def recording(recorder: Recorder | None) -> Iterator[None]:
    """Make `recorder` the current one for the block."""
    token = _current.set(recorder)
    try:
        yield
    finally:
        _current.reset(token)


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
        with recording(recorder):
            inner()

    inner = thread.run
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
        with recording(recorder):
            return function(*args, **kwargs)

    return run
