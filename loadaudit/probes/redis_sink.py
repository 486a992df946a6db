"""Whole traces of a deployment on their way to a run elsewhere: through the Redis that its cache is configured with.

Only JSON with a signature is put there. A run that wants traces makes a list and keeps it alive; where there is no list
nothing is written, so that a run that has died leaves nothing behind and nobody else can fill a Redis this way.
"""

import atexit
import logging
import os
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from loadaudit.load.correlation import is_control
from loadaudit.load.envelopes import MAX_BYTES, Sealer, list_key
from loadaudit.load.wire import Encoder, Hello
from loadaudit.probes.facts import server_facts
from loadaudit.probes.redis_traces import redis_alias, redis_client
from loadaudit.probes.sink import FLUSH_INTERVAL_S, NoSink, Sink
from loadaudit.records import Trace

CAPACITY = 2_000
"""Traces that may wait in one process."""
MOST_BATCHES = 128
"""Batches that may wait in Redis for a run that does not read."""
PAUSE_S = 2.0
"""How long a Redis that failed is left alone."""

_BATCH_BYTES = 64 * 1024
_RUNS = 16
_LAST_WORDS_S = 2.0
_log = logging.getLogger("loadaudit")

Facts = Callable[[], Mapping[str, str]]


def redis_sink(token_key: str) -> Sink:
    """Return the sink of a deployment: through Redis where a cache of django-redis is configured, else none."""
    alias = redis_alias()
    return RedisSink(lambda: redis_client(alias), token_key) if alias else NoSink()


class RedisSink:
    """Sends traces from a thread of its own. A slow or dead Redis costs the traces, and a request not even a look."""

    def __init__(self, connect: Callable[[], Any], token_key: str, facts: Facts = server_facts) -> None:
        self._connect = connect
        self._token_key = token_key
        self._facts = facts
        self._pid = 0
        self._starting = threading.Lock()
        self._reset()

    def put(self, trace: Trace, run_id: str) -> None:
        """Take one trace, or count it as dropped when too many wait."""
        if self._pid != os.getpid():
            self._start()
        if len(self._queue) >= CAPACITY:
            self._dropped[run_id] = self._dropped.get(run_id, 0) + 1
            return
        self._queue.append((run_id, trace))
        # Setting wakes the thread, which looks at the queue after it has cleared the event.
        if not self._work.is_set():
            self._work.set()
        if is_control(trace.number):
            self._urgent.set()

    def stop(self, within_s: float = _LAST_WORDS_S) -> None:
        """Send what waits, as far as that succeeds in time."""
        self._stopped.set()
        self._urgent.set()
        self._work.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(within_s)

    def _reset(self) -> None:
        self._queue: deque[tuple[str, Trace]] = deque()
        self._dropped: dict[str, int] = {}
        self._channels: OrderedDict[str, _Channel] = OrderedDict()
        self._client: Any = None
        self._silent_until_s = 0.0
        self._work, self._urgent, self._stopped = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        """Start the thread in this process: a server may have loaded the project before it forked its workers."""
        # A lock that another thread held at the fork stays locked in the child; then there are no traces.
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._pid != os.getpid():
                self._reset()
                self._thread = threading.Thread(target=self._run, daemon=True, name="loadaudit-sink")
                self._pid = os.getpid()
                self._thread.start()
                atexit.register(self.stop)
        finally:
            self._starting.release()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._work.wait()
            self._urgent.wait(FLUSH_INTERVAL_S)
            self._work.clear()
            self._urgent.clear()
            self._flush()

    def _flush(self) -> None:
        waiting: dict[str, list[Trace]] = {}
        for _ in range(len(self._queue)):
            run_id, trace = self._queue.popleft()
            waiting.setdefault(run_id, []).append(trace)
        for run_id, traces in waiting.items():
            dropped = self._dropped.pop(run_id, 0)
            kept = time.monotonic() >= self._silent_until_s and self._sent(self._channel(run_id), traces, dropped)
            if not kept:
                self._dropped[run_id] = self._dropped.get(run_id, 0) + dropped + len(traces)

    def _channel(self, run_id: str) -> "_Channel":
        channel = self._channels.get(run_id)
        if channel is None:
            hello = Hello(pid=os.getpid(), facts=self._facts())
            channel = self._channels[run_id] = _Channel(Sealer(self._token_key, run_id, secrets.token_hex(8)), hello)
            if len(self._channels) > _RUNS:
                gone, _ = self._channels.popitem(last=False)
                self._dropped.pop(gone, None)
        return channel

    def _sent(self, channel: "_Channel", traces: Sequence[Trace], dropped: int) -> bool:
        """Send and return True, also where nobody listens; False when Redis is full of unread traces or fails."""
        key = list_key(channel.sealer.run_id)
        try:
            if self._client is None:
                self._client = self._connect()
            length = self._client.llen(key)
            if not length:
                return True
            if length > MOST_BATCHES:
                return False
            self._client.rpushx(key, *channel.batches(traces, dropped))
        except Exception as error:  # whatever the client library raises, the deployment goes on
            _log.warning("loadaudit could not send traces through Redis: %s", error)
            self._client, self._silent_until_s = None, time.monotonic() + PAUSE_S
            return False
        return True


class _Channel:
    """The way from this process to one run."""

    def __init__(self, sealer: Sealer, hello: Hello) -> None:
        self.sealer = sealer
        self._hello: Hello | None = hello

    def batches(self, traces: Sequence[Trace], dropped: int) -> Iterator[bytes]:
        """Yield sealed batches; each can be read without those before it."""
        encoder, lines = Encoder(), []
        if self._hello is not None:
            lines.append(encoder.hello(self._hello))
            self._hello = None
        size = 0
        for trace in traces:
            line = encoder.trace(trace)
            if len(line) + size > MAX_BYTES:
                # Its texts were given to the encoder, which therefore ends here too.
                dropped += 1
                encoder = Encoder()
                yield from self._sealed(lines)
                lines, size = [], 0
                continue
            lines.append(line)
            size += len(line)
            if size > _BATCH_BYTES:
                yield from self._sealed(lines)
                encoder, lines, size = Encoder(), [], 0
        if dropped:
            lines.append(encoder.dropped(dropped))
        yield from self._sealed(lines)

    def _sealed(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        if lines:
            yield self.sealer.seal(b"".join(lines))
