"""What a load worker hands over to its parent: samples in batches, and words about its virtual users."""

import os
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from loadaudit.load.batches import batch_of
from loadaudit.load.frames import write_frame
from loadaudit.load.sessions import Doubt
from loadaudit.load.transport import Transport
from loadaudit.records import Lane, PlannedRequest, Sample, Trace
from loadaudit.runfile.codec import to_plain

BATCH = 1000
"""Samples at most."""

PIECE = 100
"""Samples of a batch where there are few."""

_PAUSE_S = 0.001

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How hard a load worker found its work, from one look to the next."""

    time_ns: int
    """Since the start of the load."""
    cpu_percent: float
    """Of one processor; the threads of a worker share one."""
    delay_ns: int
    """How much later than asked for a thread was woken, at worst."""


class Outbox:
    """Collects samples from many threads and writes them out in batches."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        # Deques, because append and popleft are atomic: no sample is lost between two threads.
        self._samples: deque[Sample] = deque()
        self._traces: deque[Trace] = deque()
        self._under_way: dict[int, tuple[Transport, PlannedRequest, str, int | None, int]] = {}
        self._dropped: Counter[Lane] = Counter()
        self._write_lock = threading.Lock()

    def ready(self) -> None:
        """Say that there is nothing left to load before a job can begin."""
        with self._write_lock:
            self._write({"ready": os.getpid()})

    def begin(self, vu: int, transport: Transport, planned: PlannedRequest, path: str, due_ns: int | None) -> None:
        """Remember a request that is under way."""
        self._under_way[vu] = (transport, planned, path, due_ns, time.monotonic_ns())

    def give_up(self) -> None:
        """Take the requests that are still under way as they are: the operation that stalls must not go unseen."""
        for transport, planned, path, due_ns, begun_ns in list(self._under_way.values()):
            self._samples.append(transport.given_up(planned, path, due_ns, begun_ns))

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take one sample; called by every virtual user, so it only appends."""
        self._under_way.pop(sample.vu, None)
        self._samples.append(sample)
        if trace is not None:
            self._traces.append(trace)

    def dropped(self, lane: Lane, count: int) -> None:
        """Count requests that could not begin when they were due."""
        with self._write_lock:
            self._dropped[lane] += count

    def flush(self, strain: Strain | None = None) -> None:
        """Write what has come in since the last flush, in batches that cost the parent little memory.

        Whoever makes a batch has the interpreter's lock, about a microsecond per sample, and requests that are due
        meanwhile begin late. Where few samples came in, users mostly wait for when they are due: there batches are
        small, with pauses in which those begin. Users in a loop are slowed by each batch alike.
        """
        while self._samples or self._traces:
            few = len(self._samples) <= BATCH
            most = PIECE if few else BATCH
            with self._write_lock:
                self._write(batch_of(_taken(self._samples, most), _taken(self._traces, most)))
            if few and self._samples:
                time.sleep(_PAUSE_S)
        if strain is not None:
            with self._write_lock:
                self._write({"strain": to_plain(strain)})

    def ask(self, doubt: Doubt) -> None:
        """Write what was collected and then a doubt about a session, at once: its virtual user waits."""
        self.flush()
        with self._write_lock:
            self._write({"doubt": to_plain(doubt)})

    def finished(self, reason: str) -> None:
        """Flush, and say why this worker ended."""
        self.flush()
        with self._write_lock:
            self._write({"finished": reason, "dropped": {lane.value: count for lane, count in self._dropped.items()}})

    def _write(self, document: dict[str, Any]) -> None:
        write_frame(self._stream, document)


def _taken(waiting: deque[T], most: int) -> list[T]:
    return [waiting.popleft() for _ in range(min(len(waiting), most))]
