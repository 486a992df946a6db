"""loadaudit's own load on a target, everything included: worker processes, parent, run file.

`python -m benchmarks.load.ours URL --users N [--rate R] [--iterations N] --duration S [--memory]` prints one JSON
object.
"""

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import psutil
from django.conf import settings

from loadaudit.analysis.statistics import nearest_rank
from loadaudit.audit.interrupts import Interrupts
from loadaudit.audit.places import Place
from loadaudit.audit.recording import Recording
from loadaudit.audit.sessions import SessionKeeper
from loadaudit.load.cookies import Cookie
from loadaudit.load.correlation import run_tag
from loadaudit.load.engine import Engine
from loadaudit.load.job import Job, Target
from loadaudit.load.sessions import Session
from loadaudit.load.users import users_of
from loadaudit.records import (
    GENERATOR_PROBE,
    Plan,
    PlannedPath,
    PlannedRequest,
    RunInfo,
    Sample,
    Shape,
    Trace,
    steady,
)
from loadaudit.reporting.progress import PlainProgress
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

_SESSION = Session(
    cookies=(Cookie(name="sessionid", value="s" * 32), Cookie(name="csrftoken", value="c" * 32)),
)
_MEMORY_LOOK_S = 0.25
_BEGINNING_S = 2.0
"""Left out of the latencies: processes and connections start."""


class _NoKeeper:
    """A load whose users have no login has no sessions to keep."""

    problem = ""

    def start(self, tell: object) -> None:
        """Nothing to tell."""

    def watch(self, traces: object) -> None:
        """No trace shows a user."""

    def finish(self) -> None:
        """Nothing to look at."""


class _Watched(PlainProgress):
    """The usual progress, and beside it the memory of this process by the samples that have come in."""

    def __init__(self, *, memory: bool) -> None:
        super().__init__(lambda text: print(text, file=sys.stderr), verbosity=0)
        self.arrivals = 0
        self.memory: list[tuple[int, float]] = []
        self.workers_mib = 0.0
        # Looking for children goes through all processes of the machine, which is not the cost of the load.
        if memory:
            threading.Thread(target=self._look, daemon=True).start()

    def arrived(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Count."""
        super().arrived(samples, traces)
        self.arrivals += len(samples)

    def _look(self) -> None:
        me = psutil.Process()
        while True:
            self.memory.append((self.arrivals, me.memory_info().rss / 2**20))
            with contextlib.suppress(psutil.Error):
                self.workers_mib = max(self.workers_mib, sum(_mib(one) for one in me.children()))
            time.sleep(_MEMORY_LOOK_S)


def _mib(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / 2**20


def main() -> None:
    """Load the target, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--iterations", type=int, default=None)
    parser.add_argument("--duration", type=float, required=True)
    parser.add_argument("--memory", action="store_true", help="look at the memory of all processes, which costs CPU")
    options = parser.parse_args()
    # What is said of the progress may be translated, and there is no project that says into what.
    settings.configure(USE_I18N=False)
    # So that a benchmark that has seen enough leaves no folder behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="la-") as folder:
        print(json.dumps(_load(options, Path(folder))))


def _load(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    plan = _plan(options)
    info = RunInfo(
        id="bench", label="bench", started_at="", target=options.url, users=plan.users, seed=0, duration_s=None
    )
    watched = _Watched(memory=options.memory)
    with RunWriter(folder / "bench.loadaudit", info) as writer:
        dropped = _drive(plan, options.url, folder, writer, watched)
        memory, workers_mib = list(watched.memory), watched.workers_mib
        writer.finish(info)
    with RunFile(folder / "bench.loadaudit") as run:
        steady_ns = min(_BEGINNING_S, options.duration / 4) * 1e9
        latencies, responses, failures, requests = [], [], 0, 0
        for one in run.samples():
            requests += 1
            failures += one.status != 200
            if one.intended_start_ns >= steady_ns:
                latencies.append(one.latency_ns)
                responses.append(one.response_ns)
        delays_ms = [
            one.values["delay_ms"]
            for one in run.series()
            if one.probe.startswith(GENERATOR_PROBE) and one.time_ns >= steady_ns
        ]
    latencies.sort()
    responses.sort()
    return {
        "requests": requests,
        "failures": failures,
        "dropped": dropped,
        "rate_per_s": len(latencies) / (options.duration - steady_ns / 1e9),
        "p50_ms": nearest_rank(latencies, 0.5) / 1e6,
        "p99_ms": nearest_rank(latencies, 0.99) / 1e6,
        "response_p50_ms": nearest_rank(responses, 0.5) / 1e6,
        "response_p99_ms": nearest_rank(responses, 0.99) / 1e6,
        "worker_delay_median_ms": nearest_rank(sorted(map(round, (1e6 * one for one in delays_ms))), 0.5) / 1e6,
        "workers_mib": workers_mib,
        "parent_mib_by_samples": memory,
        "file_bytes_per_sample": (folder / "bench.loadaudit").stat().st_size / requests,
    }


def _plan(options: argparse.Namespace) -> Plan:
    request = PlannedRequest(operation_id="GET /", method="GET", paths=(PlannedPath(path="/"),), role="anonymous")
    return Plan(
        requests=(request,),
        exclusions=(),
        identities=(),
        users=options.users,
        duration_s=options.duration,
        max_duration_s=options.duration,
        think_time_s=0.0,
        shape=Shape(rate=steady(options.rate) if options.rate else None, iterations=options.iterations),
    )


def _drive(plan: Plan, url: str, folder: Path, writer: RunWriter, observer: PlainProgress) -> int:
    target = Target(base_url=url.rstrip("/"))
    job = Job(
        target=target,
        token="v1.bench.9999999999." + "0" * 64,
        tag=run_tag("bench"),
        requests=plan.requests,
        users=tuple(replace(one, session=_SESSION) for one in users_of(plan)),
        think_time_s=plan.think_time_s,
        seed=0,
        epoch_ns=time.monotonic_ns(),
        shape=plan.shape,
    )
    place = Place(folder=folder, target=target, token=job.token, tag=job.tag, credentials=())
    keeper = cast(SessionKeeper, _NoKeeper())
    with Engine(job, log_path=folder / "workers.log") as engine:
        job = engine.timed()
        return Recording(job, plan, place, writer, observer, Interrupts(), keeper).drive(engine).dropped


if __name__ == "__main__":
    main()
