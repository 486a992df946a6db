"""Ends code of the project that does not come to its end: an exception is raised in its thread from outside."""

import contextlib
import ctypes
import threading
from collections.abc import Iterator


class TooLongError(BaseException):
    """Code of the project took longer than it may. No Exception, as a loop may handle all of those."""


def raise_in(thread_id: int, kind: type[BaseException]) -> None:
    """Raise an exception in another thread at its next Python instruction: what calls nothing has no other end."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind))


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooLongError in the block when it has gone on for so long. A call that waits in C is not interrupted."""
    thread_id, lock, ended = threading.get_ident(), threading.Lock(), False

    def end() -> None:
        with lock:
            if not ended:
                raise_in(thread_id, TooLongError)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        # Under the lock, so that nothing is raised once the block has been left.
        with lock:
            ended = True
        timer.cancel()
