"""Turns Ctrl-C and termination signals into one clean end of the load, and a second one into an abort."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from loadaudit.errors import AbortedError

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Interruption(KeyboardInterrupt):
    """A signal ends what is going on; no `except Exception` of ours or of the project may take it for its own."""

    def __init__(self, error: AbortedError) -> None:
        super().__init__(error.message)
        self.error = error


class Interrupts:
    """Outside the load a signal aborts at once; during it the first is a wish, the second aborts.

    After an abort signals are ignored: whoever presses Ctrl-C again must not cut the cleaning up short.

    A context manager, out of which an abort comes as AbortedError. A signal that the caller ignores, as `nohup`
    does, stays ignored. Outside the main thread, where Python allows no handlers, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self.loading = False
        self._aborting = False
        self._former: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._former[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        if isinstance(error, Interruption):
            raise error.error from None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._aborting:
            return
        if self.loading and not self.asked:
            self.asked = True
            return
        self._aborting = True
        raise Interruption(
            AbortedError(
                "Interrupted twice." if self.asked else "Interrupted before the load was under way.",
                hint="What was recorded is kept: manage.py loadaudit runs"
                if self.asked
                else "Start it again with the same command.",
            )
        )
