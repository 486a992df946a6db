"""Work on one thing after another, half of it in a second process where that pays and is safe."""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

LEAST = 600
"""Things that one process does by itself: below, a second one costs more than it saves."""
_CHUNK = 32
"""Neighbours share classes and source files, which each process reads for itself."""
_NUMBER_BYTES = 4
_MOST_STRETCHES = 4096 // _NUMBER_BYTES
"""A pipe takes at least one page."""


def in_halves(work: Callable[[int], T], count: int, least: int = LEAST) -> list[T]:
    """Return `work(0)`, …, `work(count - 1)`, which only reads and whose results can be pickled.

    The second process is a fork of this one and so sees the very same code. Without a second CPU or beside other
    threads there is none; and what it does not bring, for whatever reason, is done here.
    """
    if count < least or not _is_safe():
        return [work(position) for position in range(count)]
    with _shared(count) as stretches:
        child = _forked(work, stretches)
        try:
            found = {position: work(position) for position in stretches}
            found.update(child.brought() if child is not None else ())
        finally:
            if child is not None:
                child.end()
    return [found[position] if position in found else work(position) for position in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretches:
    """Positions that nobody has taken yet: whichever process is free takes the next stretch from the pipe."""

    pipe: int
    count: int
    length: int

    def __iter__(self) -> Iterator[int]:
        while first := os.read(self.pipe, _NUMBER_BYTES):
            start = int.from_bytes(first)
            yield from range(start, min(start + self.length, self.count))


@contextmanager
def _shared(count: int) -> Iterator[_Stretches]:
    length = max(_CHUNK, -(-count // _MOST_STRETCHES))
    reading, writing = os.pipe()
    try:
        # All of them fit into the pipe, and its end is seen once no process holds the end that was written to.
        os.write(writing, b"".join(start.to_bytes(_NUMBER_BYTES) for start in range(0, count, length)))
        os.close(writing)
        yield _Stretches(pipe=reading, count=count, length=length)
    finally:
        os.close(reading)


def _is_safe() -> bool:
    """Whether this process may fork: on Linux, with a CPU to spare and no other thread, which could hold a lock."""
    try:
        threads, cpus = len([*Path("/proc/self/task").iterdir()]), len(os.sched_getaffinity(0))
    except (OSError, AttributeError):
        return False
    return threads == 1 and cpus > 1 and threading.current_thread() is threading.main_thread()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """The second process and the pipe through which it answers."""

    pid: int
    pipe: int

    def brought(self) -> dict[int, Any]:
        """Return its results by position; none when it has failed, been killed or answered in part."""
        with os.fdopen(self.pipe, "rb", closefd=False) as stream:
            answer = stream.read()
        try:
            return dict(pickle.loads(answer))
        except Exception:
            return {}

    def end(self) -> None:
        """End it, if it has not ended, and leave no zombie."""
        os.close(self.pipe)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        # Whoever waits for all children, such as a handler of SIGCHLD, may have come first.
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _forked(work: Callable[[int], T], positions: Iterable[int]) -> _Child | None:
    reading, writing = os.pipe()
    # A fork has the handlers of signals, and no timers.
    timer = signal.getitimer(signal.ITIMER_REAL)
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if pid:
        os.close(writing)
        return _Child(pid=pid, pipe=reading)
    # From here on nothing may return or raise into code that believes to be the only process.
    try:
        os.close(reading)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, *timer)
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps([(position, work(position)) for position in positions], protocol=5))
    finally:
        os._exit(0)
