"""Keeps code of the project from ending the process of the run."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn

_guarded = threading.local()
_guards = 0
"""In how many threads it is kept from that."""
_lock = threading.Lock()
_original: Callable[[int], NoReturn] = os._exit


@contextlib.contextmanager
def without_exit() -> Iterator[None]:
    """Let `os._exit` raise SystemExit in this thread: its end is not to be that of the run."""
    global _guards, _original
    with _lock:
        if not _guards:
            _original, os._exit = os._exit, _exit
        _guards += 1
    _guarded.process = os.getpid()
    try:
        yield
    finally:
        _guarded.process = 0
        with _lock:
            _guards -= 1
            if not _guards:
                os._exit = _original  # type: ignore[assignment]


def _exit(status: int) -> NoReturn:
    # A process that the project forks ends as it wants to.
    if getattr(_guarded, "process", 0) == os.getpid():
        raise SystemExit(f"os._exit({status})")
    _original(status)
