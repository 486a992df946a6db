"""Lets what a request starts in other threads belong to that request."""

import functools
import inspect
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from typing import Any, ParamSpec, TypeVar

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import Recorder, current, recording

P = ParamSpec("P")
R = TypeVar("R")

_LAZY = ("imap", "imap_unordered")
"""What iterates in a thread of the pool."""
_HANDED_OVER = ("apply_async", "_map_async", *_LAZY)
"""What all other methods of a `ThreadPool` come to."""
_FUNCTIONS = frozenset({"func", "callback", "error_callback"})


class ThreadCarrier:
    """Lets threads and thread pools that a request starts belong to that request. `install` and `restore` are exact.

    Context variables do not follow into a new thread, and a middleware that runs the rest of the chain in one
    would leave the recorder behind. A pool's thread outlives the request that started it, so there the recorder
    travels with the submitted call and not with the thread.
    """

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch `Thread.start` and what hands work to the pools of threads; a second call does nothing."""
        if self._patches:
            return
        self._patches.wrap(threading.Thread, "start", _carrying_start)
        self._patches.wrap(ThreadPoolExecutor, "submit", _carrying_submit)
        self._patches.wrap(ThreadPool, "__init__", _starting_clean)
        for name in _HANDED_OVER:
            self._patches.wrap(ThreadPool, name, _carrying_call)

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        self._patches.restore()


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


def _starting_clean(original: Callable[..., None]) -> Callable[..., None]:
    """Return a pool's `__init__` whose threads, all started there, belong to nobody."""

    @functools.wraps(original)
    def init(self: ThreadPool, *args: Any, **kwargs: Any) -> None:
        with recording(None):
            original(self, *args, **kwargs)

    return init


def _carrying_call(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a pool that runs all it is handed as who hands it over, what `imap` iterates over as well."""
    signature = inspect.signature(original)

    @functools.wraps(original)
    def hand_over(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        for name in _FUNCTIONS & bound.arguments.keys():
            if bound.arguments[name] is not None:
                bound.arguments[name] = _carried(recorder, bound.arguments[name])
        if original.__name__ in _LAZY:
            bound.arguments["iterable"] = _carried_items(recorder, bound.arguments["iterable"])
        return original(*bound.args, **bound.kwargs)

    return hand_over


def _carried_items(recorder: Recorder, iterable: Iterable[R]) -> Iterator[R]:
    items = _carried(recorder, iter)(iterable)
    following = _carried(recorder, next)
    while True:
        try:
            item = following(items)
        except StopIteration:
            return
        yield item


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
