"""The parent side of the load: starts worker processes and yields what happens, in the past tense."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from loadaudit.load.batches import samples_of, traces_of
from loadaudit.load.frames import read_frames
from loadaudit.load.job import HURRY, STOP, Job, encode_job
from loadaudit.load.outbox import Strain
from loadaudit.load.sessions import Doubt, Verdict
from loadaudit.load.sharing import default_process_count, split_users
from loadaudit.records import Lane, Sample, Trace
from loadaudit.runfile.codec import from_plain, to_plain

POLL_INTERVAL_S = 0.25
STOP_TIMEOUT_S = 10.0
READY_WITHIN_S = 60.0
MOST_WAITING = 16
"""Batches that are read before somebody takes them; the rest waits in the workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesArrived:
    """Virtual users finished requests."""

    samples: tuple[Sample, ...]
    traces: tuple[Trace, ...]
    """Traces that came back in Server-Timing headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """Nothing came in for a moment, so that the caller can look at its clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLost:
    """A worker process ended without being told to and before its virtual users were through."""

    detail: str
    goes_on: bool = False
    """Whether others carry on without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """All worker processes have ended; always the last event."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDoubted:
    """A virtual user waits for a word about its session, or shows it for the last time."""

    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class StrainMeasured:
    """A worker process has looked at how hard it finds its work."""

    worker: int
    strain: Strain


Event = SamplesArrived | SessionDoubted | StrainMeasured | TimePassed | WorkerLost | Finished


class LoadEngine(Protocol):
    """What drives a load: our own workers, Locust with our plan, or a locustfile."""

    dropped: Counter[Lane]
    """Requests of a fixed rate that could not begin in their time."""

    def start(self) -> None:
        """Let the virtual users begin."""

    def tell(self, verdict: Verdict) -> None:
        """Tell a virtual user what is to become of its session."""

    def stop(self, *, patient: bool = False) -> None:
        """Start no further request; `events` goes on until all have ended."""

    def events(self) -> Iterator[Event]:
        """Yield what happens; `Finished` comes last."""


class Engine:
    """Runs a job in worker processes that end with it, however the parent ends. A context manager."""

    def __init__(
        self, job: Job, *, log_path: Path, processes: int | None = None, shares: Sequence[Job] | None = None
    ) -> None:
        """`shares`, where given, are what each process carries of the job; by default it is divided here."""
        self._job = job
        self._log_path = log_path
        if shares is None:
            shares = split_users(job, processes or default_process_count(len(job.users)))
        self._shares = shares
        self._processes: list[subprocess.Popen[bytes]] = []
        self._inbox: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue(MOST_WAITING)
        self._process_of: dict[int, subprocess.Popen[bytes]] = {}
        self._tell_lock = threading.Lock()
        self._ready = threading.Semaphore(0)
        self._stop_asked = False
        self._said_goodbye: set[int] = set()
        self._deadline_s: float | None = None
        self.dropped: Counter[Lane] = Counter()
        """Requests of a fixed rate that could not begin in their time."""

    def __enter__(self) -> Self:
        self.prepare()
        return self

    def prepare(self) -> None:
        """Start the worker processes, and wait until they have loaded what they need."""
        try:
            with self._log_path.open("ab") as log:
                for number in range(len(self._shares)):
                    process = _spawn(log)
                    self._processes.append(process)
                    keep_on_one_cpu(process.pid, number)
                    threading.Thread(target=self._read, args=(number, process), daemon=True).start()
            deadline_s = time.monotonic() + READY_WITHIN_S
            for _ in self._processes:
                # One that does not come to it is noticed later, as lost.
                self._ready.acquire(timeout=max(0.0, deadline_s - time.monotonic()))
        except BaseException:
            self.kill()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def timed(self) -> Job:
        """Set the clock of the job to now and return it: what the workers took to get ready is no part of the load."""
        self._job = replace(self._job, epoch_ns=time.monotonic_ns())
        self._shares = [replace(one, epoch_ns=self._job.epoch_ns) for one in self._shares]
        return self._job

    def start(self) -> None:
        """Hand each worker process its share of the virtual users, which begin at once."""
        if not self._processes:
            self.prepare()
        for process, share in zip(self._processes, self._shares, strict=True):
            _tell(process, encode_job(share))
            self._process_of |= dict.fromkeys((user.index for user in share.users), process)

    def tell(self, verdict: Verdict) -> None:
        """Tell a virtual user what is to become of its session; safe to call from several threads."""
        process = self._process_of.get(verdict.vu)
        if process is not None:
            with self._tell_lock:
                _tell(process, json.dumps(to_plain(verdict)))

    def stop(self, *, patient: bool = False) -> None:
        """Tell the workers to start no further request; `events` goes on until they have ended.

        `patient` lets heavy requests that are under way take as long as they may; a second call without it does not.
        """
        self._stop_asked = True
        slowest_s = max((one.timeout_s for one in self._job.requests if one.lane is Lane.HEAVY), default=0.0)
        self._deadline_s = time.monotonic() + STOP_TIMEOUT_S + (slowest_s if patient else 0.0)
        for process in self._processes:
            with self._tell_lock:
                _tell(process, STOP if patient else HURRY)

    def kill(self) -> None:
        """End the worker processes at once; does nothing when they have ended."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin:
                _close_quietly(process.stdin)

    def events(self) -> Iterator[Event]:
        """Yield events until every worker has ended; `Finished` comes last."""
        running = set(range(len(self._processes)))
        while running:
            if self._deadline_s is not None and time.monotonic() > self._deadline_s:
                self.kill()
            try:
                number, document = self._inbox.get(timeout=POLL_INTERVAL_S)
            except queue.Empty:
                yield TimePassed()
                continue
            if document is None:
                running.discard(number)
                if not self._stop_asked and number not in self._said_goodbye:
                    yield WorkerLost(detail=self._loss_of(number))
            elif "samples" in document:
                yield _samples_event(document)
            elif "strain" in document:
                yield StrainMeasured(worker=number, strain=from_plain(Strain, document["strain"]))
            elif "doubt" in document:
                yield SessionDoubted(doubt=from_plain(Doubt, document["doubt"]))
            elif "finished" in document:
                self._said_goodbye.add(number)
                self.dropped.update({Lane(lane): count for lane, count in document.get("dropped", {}).items()})
        yield Finished(reason="stopped" if self._stop_asked else "workers ended")

    def _read(self, number: int, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for document in read_frames(stream):
                if "ready" in document:
                    self._ready.release()
                else:
                    self._inbox.put((number, document))
        self._ready.release()
        self._inbox.put((number, None))

    def _loss_of(self, number: int) -> str:
        code = self._processes[number].wait()
        tail = self._log_path.read_text(errors="replace").strip().splitlines()[-3:]
        return f"load worker {number} ended with code {code}" + (": " + " / ".join(tail) if tail else "")


def _spawn(log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "loadaudit.load.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=worker_environment(),
    )


def keep_on_one_cpu(pid: int, number: int) -> None:
    """Keep a process that has just begun, and the threads it will have, on one CPU; processes take turns by `number`.

    One thread of a worker runs at a time anyway. On several CPUs each request hands the interpreter's lock from one to
    another, which costs two thirds of its CPU time: see benchmarks/engine.py. Does nothing where the system has no
    such call.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        cpus = sorted(os.sched_getaffinity(pid))
        # Runs beside each other begin at different ones.
        os.sched_setaffinity(pid, {cpus[(os.getpid() + number) % len(cpus)]})


def worker_environment() -> dict[str, str]:
    """Return the environment with this package importable, also when it is not installed."""
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join([package_root, path] if path else [package_root])}


def _tell(process: "subprocess.Popen[bytes]", line: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
    except OSError:
        # It has ended already; its reader reports that.
        pass


def _close_quietly(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):
        stream.close()


def _samples_event(document: dict[str, Any]) -> SamplesArrived:
    return SamplesArrived(samples=samples_of(document), traces=traces_of(document))
