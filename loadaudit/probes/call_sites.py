"""Where in the project's own code a statement comes from, also through the threads that coroutines hand work to."""

import os
import sys
import weakref
from asyncio import Task, current_task
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from asgiref.sync import SyncToAsync

from loadaudit.probes.coroutines import timed
from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import current

_LIBRARY_FOLDERS = ("site-packages", "dist-packages", str(Path(__file__).parents[1]) + os.sep)
_OF_PYTHON = (f"{sys.base_prefix}/lib", "<frozen ")
_IN_THREAD = SyncToAsync.thread_handler.__code__
_TIMED = timed.__await__.__code__
_AWAITED = SyncToAsync.__call__.__code__

_task: ContextVar["weakref.ref[Task[Any]] | None"] = ContextVar("loadaudit_task", default=None)
"""Which waits for the synchronous code that runs in this context."""


class CallSiteProbe:
    """Notes which task waits for synchronous code. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch `sync_to_async`; a second call does nothing."""
        if not self._patches:
            self._patches.wrap(SyncToAsync, "__call__", _noting_task)

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        self._patches.restore()


def _noting_task(original: Callable[..., Any]) -> Callable[..., Any]:
    async def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:
        task = current_task()
        if task is not None and current() is not None:
            # Into the context that asgiref takes along to the thread; weakly, because the task has that context.
            _task.set(weakref.ref(task))
        return await original(self, *args, **kwargs)

    return __call__


def call_site() -> str:
    """Return `file:line in function` of the innermost frame that is no library code, or empty if none is known.

    Below the frames of a thread that works for a coroutine stands not who called, but what the thread did before; the
    callers are those that wait. Who waits inside an asynchronous generator cannot be seen, but in the response's own.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is _IN_THREAD:
            waiting = _task.get()
            frames, whole = _awaiting(None if waiting is None else waiting())
            for one in frames:
                if site := _described(one):
                    return site
            if not whole:
                return ""
        elif site := _described(frame):
            return site
        frame = frame.f_back
    return ""


def _awaiting(task: Task[Any] | None) -> tuple[list[FrameType], bool]:
    """Return the frames of what a task waits in, the innermost first, and whether they lead to the thread's work."""
    frames = list(_chain(None if task is None else task.get_coro()))
    frames.reverse()
    whole = any(one.f_code is _AWAITED for one in frames)
    return frames, whole


def _chain(waiting: Any) -> Iterator[FrameType]:
    while waiting is not None:
        # Coroutines, generators, and asynchronous generators.
        for frame, further in (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await")):
            if hasattr(waiting, frame):
                found = getattr(waiting, frame)
                if found is not None:
                    yield found
                is_timed = found is not None and found.f_code is _TIMED
                waiting = found.f_locals["self"].within if is_timed else getattr(waiting, further)
                break
        else:
            return


def _described(frame: FrameType) -> str:
    name = _shown(frame.f_code.co_filename)
    return f"{name}:{frame.f_lineno} in {frame.f_code.co_qualname}" if name else ""


@lru_cache(maxsize=10_000)
def _shown(name: str) -> str:
    """Return the path of a source file as it is shown, or empty when it is not the project's."""
    return short_name(name) if is_project_code(name) else ""


def is_project_code(name: str) -> bool:
    """Whether a file of source is neither a library's nor Python's nor loadaudit's."""
    return not any(folder in name for folder in _LIBRARY_FOLDERS) and not name.startswith(_OF_PYTHON)


def short_name(name: str) -> str:
    """Return the file's name relative to the working folder, where it lies there."""
    try:
        return str(Path(name).relative_to(Path.cwd()))
    except ValueError:
        return name
