"""Takes in the traces of server processes; those of the embedded server come over a local socket."""

import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from loadaudit.errors import UsageError
from loadaudit.load.wire import BoundTexts, Decoder, Hello
from loadaudit.records import Trace

MOST_TRACEBACKS = 1_000


class TraceInbox:
    """What has come in from server processes, whichever way; its methods may be called from any thread."""

    def __init__(self) -> None:
        self.epoch_ns = 0
        """Monotonic clock at the start of the load; starts of traces are relative to it."""
        self.dropped = 0
        self.reachable = True
        """Whether something can come in at the moment."""
        self.hellos: list[Hello] = []
        self.bound: dict[tuple[str, str], str] = {}
        """Statements with values, by database alias and text with placeholders; only of a throw-away clone."""
        self._traces: deque[Trace] = deque()
        self._tracebacks: dict[str, str] = {}
        """By fingerprint."""
        self._arrival = threading.Condition()

    def take(self) -> list[Trace]:
        """Return the traces that came in since the last call."""
        return [self._traces.popleft() for _ in range(len(self._traces))]

    def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `condition` holds, looked at whenever a message comes in; return whether it does."""
        deadline = time.monotonic() + timeout_s
        with self._arrival:
            while not condition():
                remaining_s = deadline - time.monotonic()
                if remaining_s <= 0:
                    return False
                self._arrival.wait(min(remaining_s, 0.1))
        return True

    def notes(self) -> list[str]:
        """Return what the run file should say about traces that did not come."""
        return [f"{self.dropped} traces were dropped by the server's sinks."] if self.dropped else []

    def accept(self, trace: Trace) -> None:
        """Take one trace of this process."""
        with self._arrival:
            self._traces.append(trace)
            self._arrival.notify_all()

    def receive(self, decoder: Decoder, line: bytes) -> None:
        """Take one line of a worker; one that is damaged counts as a dropped trace."""
        try:
            message = decoder.decode(line, epoch_ns=self.epoch_ns)
        except (ValueError, KeyError, TypeError):
            message = 1
        with self._arrival:
            if isinstance(message, Trace):
                self._with_traceback(message)
                self._traces.append(message)
            elif isinstance(message, Hello):
                self.hellos.append(message)
            elif isinstance(message, BoundTexts):
                self.bound.update(message.texts)
            else:
                self.dropped += message
            self._arrival.notify_all()

    def _with_traceback(self, trace: Trace) -> None:
        """Give an exception its traceback, which a worker sends with the first of its kind alone."""
        exception = trace.exception
        if exception is None:
            return
        if exception.traceback:
            if len(self._tracebacks) < MOST_TRACEBACKS:
                self._tracebacks.setdefault(exception.fingerprint, exception.traceback)
        elif exception.fingerprint in self._tracebacks:
            trace.exception = replace(exception, traceback=self._tracebacks[exception.fingerprint])


class TraceReceiver(TraceInbox):
    """Listens on a Unix socket; a context manager."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._server = _listen(path, self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.path.unlink(missing_ok=True)


def _listen(path: Path, receiver: TraceReceiver) -> socketserver.BaseServer:
    # Looked up only here, because Windows has no Unix sockets and must still be able to read run files.
    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    try:
        return Server(str(path), _handler_for(receiver))
    except OSError as error:
        raise UsageError(
            f"The local socket {path} for traces cannot be made: {error}.",
            hint="Its path may have about 100 characters; set TMPDIR to a shorter one that can be written.",
        ) from error


def _handler_for(receiver: TraceReceiver) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            decoder = Decoder()
            try:
                for line in self.rfile:
                    receiver.receive(decoder, line)
            except OSError:
                # The worker was killed in the middle of a line; what came before is kept.
                return

    return Handler
