"""Keeps code of the project from ending the process of the run."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from typing import NoReturn

_guarded = threading.local()
_guards = 0
"""In how many threads it is kept from that."""
_lock = threading.Lock()
_originals: tuple[Callable[[int], NoReturn], Callable[..., NoReturn]] = (os._exit, sys.exit)


class Exited(SystemExit, Exception):
    """Code of the project has asked for the end of the process.

    Whoever takes any exception of the project's code takes this one as well, and so does what waits for SystemExit.
    """

    def __init__(self, called: str, *status: object) -> None:
        super().__init__(*status)
        self._said = f"{called}({', '.join(map(repr, status))})"

    def __str__(self) -> str:
        return self._said


# By which whoever reads of it knows it.
Exited.__name__ = "SystemExit"


@contextlib.contextmanager
def without_exit() -> Iterator[None]:
    """Let `os._exit` and `sys.exit` raise Exited in this thread: its end is not to be that of the run."""
    global _guards, _originals
    with _lock:
        if not _guards:
            _originals = os._exit, sys.exit
            os._exit, sys.exit = _exit_at_once, _exit
        _guards += 1
    before, _guarded.process = getattr(_guarded, "process", 0), os.getpid()
    try:
        yield
    finally:
        _guarded.process = before
        with _lock:
            _guards -= 1
            if not _guards:
                os._exit, sys.exit = _originals  # type: ignore[assignment]


def threads_left(before: Collection[threading.Thread], patience_s: float) -> list[threading.Thread]:
    """Return threads begun since that go on, for all of which Python would wait at its end; they get so long to end."""
    begun = [one for one in threading.enumerate() if one not in before and not one.daemon]
    until_s = time.monotonic() + patience_s
    for one in begun:
        one.join(max(0.0, until_s - time.monotonic()))
    return [one for one in begun if one.is_alive()]


def _is_kept() -> bool:
    # A process that the project forks ends as it wants to.
    return getattr(_guarded, "process", 0) == os.getpid()


def _exit_at_once(status: int) -> NoReturn:
    if _is_kept():
        raise Exited("os._exit", status)
    _originals[0](status)


def _exit(*status: object) -> NoReturn:
    if _is_kept():
        raise Exited("sys.exit", *status)
    _originals[1](*status)
