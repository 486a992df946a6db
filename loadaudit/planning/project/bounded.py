"""Ends code of the project that does not come to its end: an exception is raised in its thread from outside.

What waits in C, or handles whatever is raised, cannot be ended so: it is left behind in a thread of its own, and held
where it is, so that it takes no time from the rest.
"""

import _thread
import contextlib
import ctypes
import os
import signal
import socket
import sqlite3
import sys
import sysconfig
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Generic, TypeVar

import psutil
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.planning.project.exits import without_exit

PATIENCE_S = 2.0
"""How long what was told to end may take to do so."""

_AT_FIRST_S = 0.01
_AGAIN_S = 1.0
"""How soon what is to be held is told again, first and later: it may be in a library each time."""

_POLITE_S = 0.25
"""How long it is waited for a thread to be in the project's own code before something is raised in a library.

There it may come between the taking of a lock and the `try` that gives it back, as in `logging.Handler.handle`.
"""
_LOOK_S = 0.002
"""How soon it is looked again where a thread is."""

_LIBRARIES = (sysconfig.get_path("stdlib") + os.sep, str(Path(__file__).parents[2]) + os.sep, "<frozen ")
_INSTALLED = ("site-packages", "dist-packages")

_held: set[int] = set()
"""Threads that are held, by their ident."""
_to_hold: dict[threading.Thread, float] = {}
"""Threads that are to be held and are not yet, and until when nothing is raised in a library. One thread tells all."""
_ending: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
"""Threads that come to their end by themselves."""
_holding = threading.Lock()
"""Of the three above, and of what is raised in other threads."""
_one_more = threading.Event()

T = TypeVar("T")


class TooLongError(BaseException):
    """Code of the project took longer than it may. No Exception, as a loop may handle all of those."""

    frames: traceback.StackSummary | None = None
    """Where it was when it was ended."""


class Held(BaseException):
    """Made in the thread in which it is raised, which it does not leave any more: no code can handle that.

    Only where the project's own code is at work, called by nothing else: library code may have a lock that the rest
    needs, also while it calls the project (a handler of `logging` its formatter).
    """

    def __init__(self) -> None:
        super().__init__()
        raised_in = sys._getframe(1)
        frame = _last_of_its_own(raised_in)
        if frame is raised_in:
            _stay()
        elif frame is not None:
            # The exception itself passes through there next, and is handled in vain.
            frame.f_trace = _stay
            sys.settrace(_trace_nothing)


def _last_of_its_own(innermost: FrameType) -> FrameType | None:
    """Return the last frame before the project's code first calls a library's.

    What lies before its first one counts as the project's: that wraps the whole of it, as a decorator does.
    """
    found: FrameType | None = None
    frame: FrameType | None = innermost
    was_own = False
    while frame is not None:
        own = is_own(frame.f_code.co_filename)
        if own and not was_own:
            found = frame
        was_own, frame = own, frame.f_back
    return found


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


def _raise_in(thread: threading.Thread, kind: type[BaseException] | None) -> None:
    """Raise an exception in another thread at its next Python instruction: what calls nothing has no other end.

    None takes back what has not come there yet.
    """
    if thread not in _ending:
        error = None if kind is None else ctypes.py_object(kind)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), error)


def _in_own_code(thread: threading.Thread) -> bool:
    """Whether a thread is in code of the project, where it waits for its turn."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and is_own(frame.f_code.co_filename)


def _raise_in_own_code(thread: threading.Thread, kind: type[BaseException]) -> bool:
    """Raise an exception in another thread if it is in code of the project. False where it is not."""
    if not _in_own_code(thread):
        return False
    _raise_in(thread, kind)
    if _in_own_code(thread):
        return True
    # This thread lost its turn between the look and the deed.
    _raise_in(thread, None)
    return False


def tell(thread: threading.Thread, kind: type[BaseException], patience_s: float = 0.0) -> None:
    """Raise an exception in a thread, and end the programs that it has started, for one of which it may wait.

    For so long it is waited for the thread to be in code of the project.
    """
    polite_until_s, told = time.monotonic() + patience_s, False
    while not told and thread.is_alive():
        with _holding:
            told = _raise_in_own_code(thread, kind)
            if not told and time.monotonic() >= polite_until_s:
                _raise_in(thread, kind)
                told = True
        if not told:
            time.sleep(_LOOK_S)
    end_programs(thread)


def let_end() -> None:
    """Have nothing more raised in this thread, which has its last steps to do; what is under way is forgotten."""
    thread, done = threading.current_thread(), False
    while not done:
        # It may come right now, and in Python code that takes care of it, as contextlib.suppress is, once more.
        try:
            with _holding:
                _ending.add(thread)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), None)
                done = True
        except BaseException:  # whatever is raised in this thread from without
            continue


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
    with _holding:
        _to_hold[thread] = time.monotonic() + _POLITE_S
        _one_more.set()
        if len(_to_hold) == 1:
            threading.Thread(target=_hold_all, daemon=True, name="loadaudit-hold").start()


def _hold_all() -> None:
    wait_s = _AT_FIRST_S
    while True:
        with _holding:
            for thread in list(_to_hold):
                if not thread.is_alive() or thread.ident in _held or thread in _ending:
                    del _to_hold[thread]
            if not _to_hold:
                return
            now_s = time.monotonic()
            for thread, polite_until_s in _to_hold.items():
                if not _raise_in_own_code(thread, Held) and now_s >= polite_until_s:
                    _raise_in(thread, Held)
            polite = now_s < max(_to_hold.values())
        wait_s = _AT_FIRST_S if _one_more.wait(wait_s) or polite else min(2 * wait_s, _AGAIN_S)
        _one_more.clear()


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

    A thread that does not even end when it is told to is left behind, and this thread gets other connections; a
    transaction that is open on the old ones is ended, as its locks would keep everybody else from writing.
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
        if call.left_behind:
            give_up(lent.values())
    return call


def called_here(function: Callable[[], T], seconds: float) -> Call[T]:
    """Call a function in this thread, the main one, and end it after so long: only there may it handle signals.

    It has no end where it handles all that is raised. Where the system has no such timer, it has a thread of its own.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return called(function, seconds)
    call: Call[T] = Call()
    begun_s = time.monotonic()
    polite_until_s = begun_s + seconds + _POLITE_S

    def too_long(number: int, frame: FrameType | None) -> None:
        """Come again soon where it is in a library, and in vain."""
        if frame is None or is_own(frame.f_code.co_filename) or time.monotonic() >= polite_until_s:
            raise TooLongError
        signal.setitimer(signal.ITIMER_REAL, _LOOK_S, _AGAIN_S)

    former = signal.signal(signal.SIGALRM, too_long)
    left_s, every_s = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
    try:
        # What tells it to end may come when it has just ended.
        with contextlib.suppress(TooLongError), without_exit():
            try:
                call.values.append(function())
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # the project's own code may raise anything
                call.error = error
    finally:
        rest_s = max(0.001, left_s - (time.monotonic() - begun_s)) if left_s else 0.0
        signal.setitimer(signal.ITIMER_REAL, rest_s, every_s)
        if signal.getsignal(signal.SIGALRM) is too_long:
            signal.signal(signal.SIGALRM, former or signal.SIG_DFL)
    if not call.values and call.error is None:
        call.error = TooLongError()
    return call


def _ended(thread: threading.Thread, call: Call[T]) -> TooLongError:
    """End what a thread does, or leave it behind."""
    error = TooLongError()
    frame = sys._current_frames().get(thread.ident or 0)
    error.frames = traceback.extract_stack(frame) if frame is not None else None
    tell(thread, TooLongError, _POLITE_S)
    thread.join(PATIENCE_S)
    call.left_behind = thread.is_alive()
    if call.left_behind:
        hold(thread)
    return error


def give_up(used: Iterable[BaseDatabaseWrapper]) -> None:
    """End what is under way on database connections that another thread goes on to use, and their transactions."""
    # What a project has SQLite call may not come to its end either, and servers may not answer.
    thread = threading.Thread(target=_give_up, args=(list(used),), daemon=True, name="loadaudit-give-up")
    thread.start()
    thread.join(PATIENCE_S)


def _give_up(used: Iterable[BaseDatabaseWrapper]) -> None:
    for raw in [one.connection for one in used]:
        if isinstance(raw, sqlite3.Connection):
            with contextlib.suppress(sqlite3.Error):
                raw.interrupt()
                # To close it would take away statements that are at work.
                raw.rollback()
        elif hasattr(raw, "cancel") and hasattr(raw, "fileno"):
            with contextlib.suppress(Exception):  # each driver has its own
                raw.cancel()
            # Of a copy, as the number of what is closed would be that of the next file while somebody waits for it.
            with contextlib.suppress(Exception), socket.socket(fileno=os.dup(raw.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def _carry_out(call: Call[T], function: Callable[[], T], lent: Mapping[str, BaseDatabaseWrapper]) -> None:
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
    let_end()
