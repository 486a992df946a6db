"""Turns Ctrl-C and termination signals into one clean end of the load, and a second one into an abort."""

import _thread
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

from loadaudit.errors import AbortedError

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_AGAIN_S = 0.02
"""After how long a signal is sent once more that fell where it cannot be raised."""
_IMPORTING = "<frozen importlib"


class Interruption(KeyboardInterrupt):
    """A signal ends what is going on; no `except Exception` of ours or of the project may take it for its own."""

    def __init__(self, error: AbortedError) -> None:
        super().__init__(error.message)
        self.error = error


class Interrupts:
    """Outside the load a signal aborts at once; during it the first is a wish, the second aborts.

    After an abort signals are ignored: whoever presses Ctrl-C again must not cut the cleaning up short.
    Where Python drops what a signal raises, which it does in destructors and in callbacks of weak references, the
    abort is raised again; where other code takes it for its own, at the latest before the load. The machinery of
    imports, which has such callbacks and open files, is left in peace.

    A context manager, out of which an abort comes as AbortedError. A signal that the caller ignores, as `nohup`
    does, stays ignored. Outside the main thread, where Python allows no handlers, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self.loaded = False
        """Whether there was a load, which a report can be made of."""
        self._loading = False
        self._abort: Interruption | None = None
        self._lost = False
        self._number = signal.SIGINT.value
        self._ended = False
        self._former: dict[int, Any] = {}
        self._former_hook = sys.unraisablehook

    @property
    def loading(self) -> bool:
        """Whether a first signal may wait for what is being sent; where it is set, an abort that got lost comes out."""
        return self._loading

    @loading.setter
    def loading(self, value: bool) -> None:
        if value and self._abort is not None:
            raise self._abort
        self._loading = value

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._former[number] = signal.signal(number, self._handle)
            self._former_hook, sys.unraisablehook = sys.unraisablehook, self._note_dropped
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.unraisablehook == self._note_dropped:
            sys.unraisablehook = self._former_hook
        self._ended = True
        for number, handler in self._former.items():
            signal.signal(number, handler)
        if isinstance(error, Interruption):
            raise error.error from None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._abort is not None and not self._lost:
            return
        self._lost, self._number = False, number
        if frame is not None and frame.f_code.co_filename.startswith(_IMPORTING):
            self._send_again()
            return
        if self.loading and not self.asked:
            self.asked = True
            return
        self._abort = Interruption(self._error())
        raise self._abort

    def _error(self) -> AbortedError:
        if self.asked:
            return AbortedError("Interrupted twice.", hint="What was recorded is kept: manage.py loadaudit runs")
        if self.loaded:
            said = "Interrupted behind the load, before it was reported."
            return AbortedError(said, hint="What was recorded is kept: manage.py loadaudit report")
        said = "Interrupted before the load was under way."
        return AbortedError(said, hint="Start it again with the same command.")

    def _note_dropped(self, dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_value is not self._abort or self._abort is None:
            self._former_hook(dropped)
            return
        self._lost = True
        # Not at once: it would be raised in here and dropped again.
        self._send_again()

    def _send_again(self) -> None:
        # No `threading.Timer`: whoever starts one takes locks, which the interrupted code may hold.
        _thread.start_new_thread(self._interrupt_main_thread, ())

    def _interrupt_main_thread(self) -> None:
        time.sleep(_AGAIN_S)
        ident = threading.main_thread().ident
        if self._ended:
            return
        if hasattr(signal, "pthread_kill") and ident is not None:
            # A signal that is really delivered also ends a wait.
            signal.pthread_kill(ident, self._number)
        else:
            _thread.interrupt_main(signal.Signals(self._number))
