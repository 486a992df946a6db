"""The parent side of a load that Locust distributes: master and workers, on this machine or started by the operator."""

import contextlib
import json
import queue
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

from loadaudit.errors import AbortedError
from loadaudit.load import engine as engine_module
from loadaudit.load.batches import samples_of, traces_of
from loadaudit.load.engine import (
    STOP_TIMEOUT_S,
    Event,
    Finished,
    SamplesArrived,
    TimePassed,
    WorkerLost,
    worker_environment,
)
from loadaudit.load.job import Job
from loadaudit.load.locust.planfile import PlanFile, Scripted, new_plan_file, write_plan_file
from loadaudit.load.sessions import Verdict
from loadaudit.load.sharing import default_process_count
from loadaudit.records import Lane, LoadNode
from loadaudit.runfile.codec import from_plain, to_plain

POLL_INTERVAL_S = 0.25
_START_TIMEOUT_S = 60.0
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Where the workers of a run come from."""

    expected: int | None = None
    """How many the operator starts; None: the command starts some itself, on this machine."""
    host: str = _LOOPBACK
    """Where the master listens; `*`: on all interfaces."""
    port: int = 0
    """0: any."""
    wait_s: float = 600.0
    """For all workers to come."""


class DistributedEngine:
    """Runs a job on Locust workers. A context manager; whatever it has started ends with it."""

    def __init__(
        self,
        job: Job,
        workers: Workers,
        *,
        scripted: Scripted | None,
        plan_path: Path,
        log_path: Path,
        say: Callable[[str], None],
        owner: str = "",
    ) -> None:
        self.job = job
        self._workers = workers
        self._plan_path = plan_path
        self._log_path = log_path
        self._say = say
        count = workers.expected or default_process_count(len(job.users))
        self._plan: PlanFile = new_plan_file(job, count, scripted, owner=owner)
        self._master: subprocess.Popen[str] | None = None
        self._local: list[subprocess.Popen[str]] = []
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._tell_lock = threading.Lock()
        self._nodes: dict[str, LoadNode] = {}
        self._samples: Counter[str] = Counter()
        self._stop_asked = False
        self._deadline_s: float | None = None
        self.notes: list[str] = []
        """What the report is to say beside the events."""
        self.dropped: Counter[Lane] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def begin(self) -> None:
        """Start the master and wait for its workers. Raises AbortedError when it cannot listen, or too few come."""
        write_plan_file(self._plan, self._plan_path)
        self._master = self._spawn("loadaudit.load.locust.master", [], stdin=True)
        threading.Thread(target=self._read, args=(self._master,), daemon=True).start()
        self._order(plan=str(self._plan_path), host=self._workers.host, port=self._workers.port)
        port = self._listening()
        if self._workers.expected is None:
            arguments = ["--master", f"{_LOOPBACK}:{port}", "--plan", str(self._plan_path)]
            self._local = [self._spawn("loadaudit.load.locust.worker", arguments) for _ in range(self._plan.workers)]
        else:
            self._say(self._instructions(port))
        self._await_workers()

    def start(self) -> None:
        """Let the virtual users of all workers begin, at the epoch of the job."""
        self._order(go=self.job.epoch_ns)

    def tell(self, verdict: Verdict) -> None:
        """Tell a virtual user what is to become of its session; safe to call from several threads."""
        self._order(verdict=to_plain(verdict))

    def stop(self, *, patient: bool = False) -> None:
        """Let all workers begin no further request; `events` goes on until they have ended."""
        self._stop_asked = True
        slowest_s = max((one.timeout_s for one in self.job.requests if one.lane is Lane.HEAVY), default=0.0)
        self._deadline_s = time.monotonic() + 2 * STOP_TIMEOUT_S + (slowest_s if patient else 0.0)
        self._order(stop={"patient": patient})

    def kill(self) -> None:
        """End the master and the workers of this machine; those elsewhere end when their master is silent."""
        for process in (*self._local, *([self._master] if self._master else ())):
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        self._plan_path.unlink(missing_ok=True)

    def events(self) -> Iterator[Event]:
        """Yield events until every worker has ended or is lost; `Finished` comes last."""
        while True:
            if self._deadline_s is not None and time.monotonic() > self._deadline_s:
                self._deadline_s = None
                self.notes.append("Locust workers did not end in time; what they had not sent home is missing.")
                self.kill()
            try:
                document = self._inbox.get(timeout=POLL_INTERVAL_S)
            except queue.Empty:
                yield TimePassed()
                continue
            if document is None:
                if not self._stop_asked:
                    yield WorkerLost(detail=f"the Locust master ended{self._log_tail()}")
                break
            if "finished" in document:
                break
            yield from self._event_of(document)
        yield Finished(reason="stopped" if self._stop_asked else "workers ended")

    def nodes(self) -> tuple[LoadNode, ...]:
        """Return the workers that there were, with what is known of each."""
        return tuple(replace(one, samples=self._samples[one.name]) for one in self._nodes.values())

    def processes(self) -> tuple[psutil.Process, list[psutil.Process]]:
        """Return the master and the workers of this machine, to see what they cost."""
        assert self._master is not None
        return psutil.Process(self._master.pid), [psutil.Process(one.pid) for one in self._local]

    def _event_of(self, document: dict[str, Any]) -> Iterator[Event]:
        if "worker_line" in document:
            yield from self._line_of(document["name"], json.loads(document["worker_line"]))
        elif "node" in document or "worker" in document:
            self._remember(document.get("node") or document["worker"])
        elif "ended" in document:
            self.dropped.update({Lane(lane): count for lane, count in document["dropped"].items()})
            if document["reason"]:
                yield self._lost(document["ended"], f"a part of its load ended: {document['reason']}")
        elif "lost" in document:
            yield self._lost(document["lost"], document["detail"])
        elif "note" in document:
            self.notes.append(document["note"])

    def _line_of(self, name: str, line: dict[str, Any]) -> Iterator[Event]:
        if "samples" in line:
            if self._deadline_s is not None:
                # What waited in the workers is still coming home.
                self._deadline_s = max(self._deadline_s, time.monotonic() + STOP_TIMEOUT_S)
            samples = tuple(one._replace(worker=name) for one in samples_of(line))
            self._samples[name] += len(samples)
            yield SamplesArrived(samples=samples, traces=traces_of(line))
        elif "event" in line:
            event = from_plain(getattr(engine_module, line["event"]), line["facts"])
            if hasattr(event, "worker"):
                # Processes are numbered on each worker anew.
                event = replace(event, worker=100 * list(self._nodes).index(name) + event.worker)
            yield event
        elif "note" in line:
            self.notes.append(f"{name}: {line['note']}")

    def _lost(self, name: str, detail: str) -> WorkerLost:
        if name in self._nodes:
            self._nodes[name] = replace(self._nodes[name], lost=detail)
        others = [one for one in self._nodes.values() if not one.lost]
        return WorkerLost(detail=f"Worker {name} was lost: {detail}.", goes_on=bool(others))

    def _remember(self, node: dict[str, Any]) -> None:
        known = self._nodes.get(node["name"])
        self._nodes[node["name"]] = LoadNode(
            **{**node, "samples": 0, "lost": node["lost"] or (known.lost if known else "")}
        )

    def _await_workers(self) -> None:
        deadline_s = time.monotonic() + (self._workers.wait_s if self._workers.expected else _START_TIMEOUT_S)
        wanted = self._plan.workers
        while len(self._nodes) < wanted:
            document = self._next(deadline_s)
            if document is None:
                raise AbortedError(
                    f"Only {len(self._nodes)} of {wanted} workers came{self._log_tail()}",
                    hint="Start the others within --workers-wait, or say how many there are with --expect-workers.",
                )
            if "worker" in document:
                self._remember(document["worker"])
                self._say(f"Worker {document['worker']['name']} is ready ({len(self._nodes)} of {wanted})")
            elif "lost" in document:
                self._nodes.pop(document["lost"], None)
                self._say(f"Worker {document['lost']} is gone again")
                raise AbortedError(
                    f"Worker {document['lost']} went away before the load{self._log_tail()}",
                    hint="Start the run again.",
                )
            elif "note" in document:
                self.notes.append(document["note"])

    def _listening(self) -> int:
        document = self._next(time.monotonic() + _START_TIMEOUT_S)
        if document is None or "listening" not in document:
            reason = document["failed"] if document and "failed" in document else f"it ended{self._log_tail()}"
            raise AbortedError(
                f"The Locust master cannot listen on {self._workers.host}:{self._workers.port}: {reason}",
                hint="Choose a free port or another address: --bind HOST:PORT",
            )
        return int(document["listening"])

    def _next(self, deadline_s: float) -> dict[str, Any] | None:
        while time.monotonic() < deadline_s:
            with contextlib.suppress(queue.Empty):
                return self._inbox.get(timeout=POLL_INTERVAL_S)
            if self._local and any(one.poll() not in (None, 0) for one in self._local):
                return None
        return None

    def _instructions(self, port: int) -> str:
        host = socket.gethostname() if self._workers.host in ("*", "0.0.0.0") else self._workers.host
        command = shlex.join(
            [
                "python",
                "-m",
                "loadaudit.load.locust.worker",
                "--master",
                f"{host}:{port}",
                "--plan",
                str(self._plan_path),
            ]
        )
        return (
            f"Waiting for {self._plan.workers} workers. Copy {self._plan_path} to their machines (it holds sessions "
            f"and a key, and goes with the run) and start each with:\n  {command}"
        )

    def _spawn(self, module: str, arguments: list[str], *, stdin: bool = False) -> "subprocess.Popen[str]":
        with self._log_path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE if stdin else log,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=worker_environment(),
                # Ctrl-C is for the command alone, which tells everybody in order.
                start_new_session=True,
            )

    def _order(self, **document: Any) -> None:
        master = self._master
        assert master is not None
        assert master.stdin is not None
        with self._tell_lock, contextlib.suppress(OSError, ValueError):
            master.stdin.write(json.dumps(document) + "\n")
            master.stdin.flush()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        lines: IO[str] | None = process.stdout
        assert lines is not None
        with lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    # The last line of a master that was killed while it wrote is none.
                    self._inbox.put(json.loads(line))
        self._inbox.put(None)

    def _log_tail(self) -> str:
        try:
            tail = self._log_path.read_text(errors="replace").strip().splitlines()[-4:]
        except OSError:
            tail = []
        return ": " + " / ".join(tail) if tail else "."
