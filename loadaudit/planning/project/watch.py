"""Ends code of the project that does not come to its end while loadaudit asks it something in the main thread.

A timer looks at what is at work, so that no call costs anything: a property, a manager, `save()` or a converter alike.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from loadaudit.planning.project.bounded import is_own

LONGEST_S = 30.0
"""How long one call of the project's code may take."""

_AGAIN_S = 3.0
"""How long what has taken too long before may take the next time."""

_EVERY_S = 1.0
_IMPORTING = "<frozen importlib"
_OURS = str(Path(__file__).parents[2]) + "/"


class EndlessError(Exception):
    """Code of the project did not come to its end. Whatever takes any exception of the project's takes this one."""


@dataclass(slots=True, kw_only=True)
class _Watch:
    clock: Callable[[], float] = time.monotonic
    longest_s: float = LONGEST_S
    _seen: FrameType | None = None
    _since_s: float = 0.0
    _late: set[CodeType] = field(default_factory=set)

    def look(self, _number: int, frame: FrameType | None) -> None:
        """Raise EndlessError in what the project has been at for too long; a handler of signals."""
        called = _called(frame)
        if called is None or called is not self._seen:
            self._seen, self._since_s = called, self.clock()
            return
        longest_s = _AGAIN_S if called.f_code in self._late else self.longest_s
        if self.clock() - self._since_s < longest_s:
            return
        self._late.add(called.f_code)
        raise EndlessError(f"it did not come to its end within {longest_s:g} s")


def _called(frame: FrameType | None) -> FrameType | None:
    """Return the outermost frame of the project's own code that loadaudit has called; None where none is at work.

    None as well while anything is imported, which takes a large project a minute where the machine is busy.
    """
    found: FrameType | None = None
    own: FrameType | None = None
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_IMPORTING):
            return None
        if name.startswith(_OURS):
            found = own or found
        elif is_own(name):
            own = frame
        frame = frame.f_back
    return found


@contextlib.contextmanager
def watched(longest_s: float = LONGEST_S, every_s: float = _EVERY_S) -> Iterator[None]:
    """End calls of the project's code that take too long; only in the main thread, and where the system has timers."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGALRM, _Watch(longest_s=longest_s).look)
    before = signal.setitimer(signal.ITIMER_REAL, every_s, every_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, former or signal.SIG_DFL)


@contextlib.contextmanager
def unhurried() -> Iterator[None]:
    """Let code of the project take its time, as migrations of many rows do."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
