"""Where finished traces go: a bounded queue and a thread of its own, so that a request never waits for a sink."""

import atexit
import socket
import threading
from collections import deque
from dataclasses import replace
from typing import Protocol

from loadaudit.load.correlation import is_control
from loadaudit.load.wire import Encoder, Hello
from loadaudit.probes.bound import taken
from loadaudit.records import Trace

CAPACITY = 10_000
FLUSH_INTERVAL_S = 0.1
_SEND_TIMEOUT_S = 2.0


class Sink(Protocol):
    """Takes traces; must return at once."""

    def put(self, trace: Trace, run_id: str) -> None:
        """Take one trace of a run."""


class NoSink:
    """For a remote target without Redis: the summary in the response header is all that goes back."""

    def put(self, trace: Trace, run_id: str) -> None:
        """Let the trace go."""


class SocketSink:
    """Sends traces to the run's local socket. When the socket is slow or gone, traces are dropped and counted."""

    def __init__(self, path: str, hello: Hello) -> None:
        self._path = path
        self._hello = hello
        self._queue: deque[Trace] = deque()
        self._dropped = 0
        self._encoder = Encoder()
        self._connection: socket.socket | None = None
        self._flush_lock = threading.Lock()
        self._stopped = threading.Event()
        self._waited_for = threading.Event()
        """Somebody waits for a trace of the queue."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="loadaudit-sink")

    def tell(self, change: str) -> None:
        """Add a sentence to the hello, before `start` says it."""
        self._hello = replace(self._hello, changes=(*self._hello.changes, change))

    def start(self) -> None:
        """Connect, say hello and begin to send."""
        self._send(self._encoder.hello(self._hello))
        self._thread.start()
        atexit.register(self.flush)

    def stop(self) -> None:
        """Send what waits and disconnect."""
        self._stopped.set()
        self._waited_for.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()
        atexit.unregister(self.flush)
        self._disconnect()

    def put(self, trace: Trace, run_id: str = "") -> None:
        """Take one trace, or count it as dropped when too many wait."""
        if len(self._queue) >= CAPACITY:
            self._dropped += 1
        else:
            self._queue.append(trace)
            if is_control(trace.number):
                self._waited_for.set()

    def flush(self) -> None:
        """Send what waits."""
        with self._flush_lock:
            traces = [self._queue.popleft() for _ in range(len(self._queue))]
            lines = [self._encoder.trace(trace) for trace in traces]
            bound = taken()
            if bound:
                lines.append(self._encoder.bound(bound))
            dropped = self._dropped
            if dropped:
                lines.append(self._encoder.dropped(dropped))
            if not lines:
                return
            if self._send(b"".join(lines)):
                self._dropped -= dropped
            else:
                self._dropped += len(traces)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._waited_for.wait(FLUSH_INTERVAL_S)
            self._waited_for.clear()
            self.flush()

    def _send(self, data: bytes) -> bool:
        try:
            if self._connection is None:
                self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._connection.settimeout(_SEND_TIMEOUT_S)
                self._connection.connect(self._path)
            self._connection.sendall(data)
        except OSError:
            # The run is gone or does not read; the server goes on without it, on a fresh connection next time.
            self._encoder = Encoder()
            self._disconnect()
            return False
        return True

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
