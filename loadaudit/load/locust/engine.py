"""The parent side of a locustfile: starts Locust, yields what its users send, and ends it."""

import contextlib
import importlib.util
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loadaudit.errors import UsageError
from loadaudit.load.batches import samples_of, traces_of
from loadaudit.load.engine import Event, Finished, SamplesArrived, TimePassed, WorkerLost, worker_environment
from loadaudit.load.locust.spool import SpoolReader
from loadaudit.load.sessions import Verdict
from loadaudit.records import Lane, Sample, ToolVerdict
from loadaudit.runfile.codec import from_plain

POLL_INTERVAL_S = 0.2
READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0
_TAIL = 15
_LISTED = 10

HINT_INSTALL = "Install it where the project runs: pip install 'loadaudit[locust]'"


def check_installed() -> None:
    """Raise UsageError when there is no Locust."""
    if importlib.util.find_spec("locust") is None:
        raise UsageError("Locust is not installed.", hint=HINT_INSTALL)


def notes_of(counts: Mapping[str, int]) -> list[str]:
    """Return a sentence for each thing that Locust processes have counted, the most frequent first."""
    ordered = Counter(counts).most_common()
    texts = [text if count == 1 else f"{count:,} × {text}" for text, count in ordered[:_LISTED]]
    if rest := ordered[_LISTED:]:
        texts.append(f"{sum(count for _, count in rest):,} × {len(rest)} more such things")
    return [f"Locust: {text}." for text in texts]


class LocustfileEngine:
    """Runs a locustfile in a Locust process that ends with the command, however that ends. A context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        operation_of: Callable[[str, str], str],
        keep: Callable[[Sequence[ToolVerdict]], None],
        say: Callable[[str], None],
    ) -> None:
        """`operation_of` finds the id of a method and a path; `keep` takes Locust's words, `say` its output."""
        self._arguments = arguments
        self._environment = environment
        self._reader = SpoolReader(folder)
        self._operation_of = operation_of
        self._keep = keep
        self._say = say
        self._process: subprocess.Popen[str] | None = None
        self._output: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=_TAIL)
        self._pending: deque[dict[str, Any]] = deque()
        self._notes: Counter[str] = Counter()
        self._stop_asked = False
        self._deadline_s: float | None = None
        self.hello: Mapping[str, Any] = {}
        """What Locust told of itself when it was ready."""
        self.most_users = 0
        """Most users that Locust said were at work."""
        self.dropped: Counter[Lane] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def begin(self) -> None:
        """Start Locust and wait until it has read the locustfile.

        Raises UsageError with Locust's own words when it cannot.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "loadaudit.load.locust.main", *self._arguments],
            # Nothing is ever written: Locust reads, and sees the end when this process is gone.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**worker_environment(), **self._environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        threading.Thread(target=self._read_output, args=(self._process,), daemon=True).start()
        self._await_hello()

    @property
    def ready_ns(self) -> int:
        """When Locust was ready, since the epoch of its specification: the start of the load."""
        return int(self.hello["at_ns"])

    def start(self) -> None:
        """Do nothing: the users began when Locust was ready."""

    def tell(self, verdict: Verdict) -> None:
        """Do nothing: users of a locustfile mind their sessions themselves."""

    def stop(self, *, patient: bool = False) -> None:
        """Let Locust stop its users and end; `events` goes on until it has."""
        self._stop_asked = True
        self._deadline_s = time.monotonic() + STOP_TIMEOUT_S
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End Locust and what it has started at once; does nothing when it has ended."""
        process = self._process
        if process is not None:
            _kill_group(process)
            process.wait()
            if process.stdin:
                process.stdin.close()

    def events(self) -> Iterator[Event]:
        """Yield events until Locust has ended; `Finished` comes last."""
        process = self._process
        assert process is not None
        while True:
            ended = process.poll() is not None
            arrived = False
            for event in self._arrived():
                arrived = True
                yield event
            self._relay()
            if ended and not arrived:
                break
            if self._deadline_s is not None and time.monotonic() > self._deadline_s:
                self.kill()
            if not arrived:
                time.sleep(POLL_INTERVAL_S)
                yield TimePassed()
        code = process.returncode
        if code < 0 and not self._stop_asked:
            yield WorkerLost(detail=f"Locust was killed by {signal.Signals(-code).name}{self._last_words()}")
        elif code not in (0, 1) and not self._stop_asked:
            self._notes[f"Locust ended with exit code {code}{self._last_words()}"] += 1
        yield Finished(reason="stopped" if self._stop_asked else "workers ended")

    def notes(self) -> list[str]:
        """Return what the report is to say about requests that were not sent, or not seen."""
        return notes_of(self._notes)

    def _await_hello(self) -> None:
        assert self._process is not None
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while not self.hello:
            ended = self._process.poll() is not None
            for document in self._reader.read():
                if "hello" in document:
                    self.hello = document["hello"]
                else:
                    self._pending.append(document)
            self._relay()
            if ended and not self.hello:
                time.sleep(POLL_INTERVAL_S)
                self._relay()
                raise UsageError(
                    f"Locust ended before it had a user to start (exit code {self._process.returncode})"
                    f"{self._last_words()}",
                    hint="Does it start by itself? locust --headless -f FILE",
                )
            if time.monotonic() > deadline_s:
                raise UsageError(
                    f"Locust was not ready after {READY_TIMEOUT_S:.0f} s{self._last_words()}",
                    hint="What does the locustfile wait for when it is imported?",
                )
            time.sleep(0.05)

    def _arrived(self) -> Iterator[Event]:
        documents = [*self._pending, *self._reader.read()]
        self._pending.clear()
        for document in documents:
            if "samples" in document:
                samples = tuple(map(self._placed, samples_of(document)))
                yield SamplesArrived(samples=samples, traces=traces_of(document))
            elif "verdicts" in document:
                self._keep([from_plain(ToolVerdict, one) for one in document["verdicts"]])
            elif "users" in document:
                self.most_users = max(self.most_users, int(document["users"]))
            elif "notes" in document:
                self._notes.update(document["notes"])

    def _placed(self, sample: Sample) -> Sample:
        """Return a sample with its operation, and its times since Locust was ready."""
        ready_ns = self.ready_ns
        return sample._replace(
            operation_id=self._operation_of(sample.operation_id, sample.path),
            intended_start_ns=sample.intended_start_ns - ready_ns,
            start_ns=sample.start_ns - ready_ns,
        )

    def _relay(self) -> None:
        while not self._output.empty():
            line = self._output.get()
            if line.strip():
                self._tail.append(line)
            self._say(line)

    def _read_output(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._output.put(line.rstrip())

    def _last_words(self) -> str:
        return ":\n" + "\n".join(self._tail) if self._tail else "."


def _kill_group(process: "subprocess.Popen[str]") -> None:
    """Kill a process and the processes that it has forked, which may outlive it."""
    with contextlib.suppress(AttributeError, ProcessLookupError, PermissionError):
        # Windows has no groups of processes.
        os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
