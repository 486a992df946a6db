"""Ends code of the project that does not come to its end: an exception is raised in its thread from outside.

What waits in C, or handles whatever is raised, cannot be ended so: it is left behind in a thread of its own, and held
where it is, so that it takes no time from the rest.
"""

import _thread
import contextlib
import ctypes
import os
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Generic, TypeVar

import psutil
from django.db import connections

from loadaudit.planning.project.exits import without_exit

PATIENCE_S = 2.0
"""How long what was told to end may take to do so."""

_AGAIN_S = 1.0
"""How often at most what is to be held is told again."""

_LIBRARIES = (sysconfig.get_path("stdlib") + os.sep, str(Path(__file__).parents[2]) + os.sep, "<frozen ")
_INSTALLED = ("site-packages", "dist-packages")

_held: set[int] = set()
"""Threads that are held, by their ident."""

T = TypeVar("T")


class TooLongError(BaseException):
    """Code of the project took longer than it may. No Exception, as a loop may handle all of those."""

    frames: traceback.StackSummary | None = None
    """Where it was when it was ended."""


class Held(BaseException):
    """Made in the thread in which it is raised, which it does not leave any more: no code can handle that.

    Only where the project's own code is at work: library code may hold a lock that the rest needs.
    """

    def __init__(self) -> None:
        super().__init__()
        frame: FrameType | None = sys._getframe(1)
        if frame is not None and is_own(frame.f_code.co_filename):
            _stay()
        while frame is not None and not is_own(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is not None:
            # The exception itself passes through there next, and is handled in vain.
            frame.f_trace = _stay
            sys.settrace(_trace_nothing)


def _stay(*event: object) -> None:
    """Never return."""
    _held.add(threading.get_ident())
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire()


def _trace_nothing(*event: object) -> None:
    """Take no interest in what is called now: tracing has to be on for the one frame that has a function of its own."""


def is_own(filename: str) -> bool:
    """Whether a file is neither Python's, nor an installed package's, nor loadaudit's."""
    return not filename.startswith(_LIBRARIES) and not any(one in filename for one in _INSTALLED)


def raise_in(thread_id: int, kind: type[BaseException]) -> None:
    """Raise an exception in another thread at its next Python instruction: what calls nothing has no other end."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind))


def tell(thread: threading.Thread, kind: type[BaseException]) -> None:
    """Raise an exception in a thread, and end the programs that it has started, for one of which it may wait."""
    raise_in(thread.ident or 0, kind)
    end_programs(thread)


def end_programs(thread: threading.Thread) -> None:
    """End the programs that a thread has started, and theirs. Only Linux tells whose they are."""
    try:
        numbers = Path(f"/proc/self/task/{thread.native_id}/children").read_text().split()
    except OSError:
        return
    for number in numbers:
        with contextlib.suppress(psutil.Error):
            program = psutil.Process(int(number))
            for one in (*program.children(recursive=True), program):
                with contextlib.suppress(psutil.Error):
                    one.kill()


def hold(thread: threading.Thread) -> None:
    """Let a thread that does not end go no further, as soon as it executes code of the project."""
    threading.Thread(target=_hold, args=(thread,), daemon=True, name="loadaudit-hold").start()


def _hold(thread: threading.Thread) -> None:
    wait_s = 0.01
    while thread.is_alive() and thread.ident not in _held:
        raise_in(thread.ident or 0, Held)
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, _AGAIN_S)


@dataclass(slots=True, kw_only=True)
class Call(Generic[T]):
    """What came of a call of the project's code."""

    values: list[T] = field(default_factory=list)
    """What it returned, alone; empty where it did not."""
    error: BaseException | None = None
    """What it raised, or TooLongError."""
    left_behind: bool = False
    """Whether its thread goes on, although it was told to end."""


def called(function: Callable[[], T], seconds: float) -> Call[T]:
    """Call a function in a thread of its own, with this thread's database connections, and wait at most so long.

    A thread that does not even end when it is told to is left behind, and this thread gets other connections.
    """
    call: Call[T] = Call()
    lent = {alias: connections[alias] for alias in connections}
    for connection in lent.values():
        connection.inc_thread_sharing()
    target = copy_context().run
    thread = threading.Thread(target=target, args=(_carry_out, call, function, lent), daemon=True, name="loadtests")
    thread.start()
    try:
        thread.join(seconds)
        if thread.is_alive():
            call.error = _ended(thread, call)
    except BaseException:
        # Somebody waits for the end of the command.
        end_programs(thread)
        hold(thread)
        raise
    finally:
        for alias, connection in lent.items():
            if call.left_behind:
                del connections[alias]
            else:
                connection.dec_thread_sharing()
    return call


def _ended(thread: threading.Thread, call: Call[T]) -> TooLongError:
    """End what a thread does, or leave it behind."""
    error = TooLongError()
    frame = sys._current_frames().get(thread.ident or 0)
    error.frames = traceback.extract_stack(frame) if frame is not None else None
    tell(thread, TooLongError)
    thread.join(PATIENCE_S)
    call.left_behind = thread.is_alive()
    if call.left_behind:
        hold(thread)
    return error


def _carry_out(call: Call[T], function: Callable[[], T], lent: Mapping[str, Any]) -> None:
    # What tells it to end may come when it has just ended.
    with contextlib.suppress(TooLongError, Held), without_exit():
        try:
            for alias, connection in lent.items():
                connections[alias] = connection
            call.values.append(function())
        except BaseException as error:  # the project's own code may raise anything, and no signal comes to this thread
            # Of what is left behind it has been said already that it took too long.
            call.error = call.error if call.left_behind else error
        finally:
            if call.left_behind:
                # It is the only one that still has them.
                for connection in lent.values():
                    connection.close()
