"""loadaudit's own load on a target, everything included: worker processes, parent, run file.

`python -m benchmarks.load.ours URL --users N [--rate R] --duration S` prints one JSON object.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

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
from loadaudit.records import Plan, PlannedPath, PlannedRequest, RunInfo
from loadaudit.reporting.progress import PlainProgress
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

_SESSION = Session(
    cookies=(Cookie(name="sessionid", value="s" * 32), Cookie(name="csrftoken", value="c" * 32)),
)


class _NoKeeper:
    """A load whose users have no login has no sessions to keep."""

    problem = ""

    def start(self, tell: object) -> None:
        """Nothing to tell."""

    def watch(self, traces: object) -> None:
        """No trace shows a user."""

    def finish(self) -> None:
        """Nothing to look at."""


def main() -> None:
    """Load the target, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--duration", type=float, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="la-") as folder:
        print(json.dumps(_load(options, Path(folder))))


def _load(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    plan = _plan(options)
    info = RunInfo(
        id="bench", label="bench", started_at="", target=options.url, users=plan.users, seed=0, duration_s=None
    )
    with RunWriter(folder / "bench.loadaudit", info) as writer:
        _drive(plan, options.url, folder, writer)
        writer.finish(info)
    with RunFile(folder / "bench.loadaudit") as run:
        samples = [(one.start_ns, one.latency_ns, one.response_ns, one.status) for one in run.samples()]
        messages = run.messages()
    steady_ns = min(2e9, options.duration * 1e9 / 4)
    latencies = sorted(latency for start, latency, _, _ in samples if start >= steady_ns)
    responses = sorted(response for start, _, response, _ in samples if start >= steady_ns)
    return {
        "requests": len(samples),
        "failures": sum(status != 200 for _, _, _, status in samples),
        "rate_per_s": len(latencies) / (options.duration - steady_ns / 1e9),
        "p50_ms": nearest_rank(latencies, 0.5) / 1e6,
        "p99_ms": nearest_rank(latencies, 0.99) / 1e6,
        "response_p50_ms": nearest_rank(responses, 0.5) / 1e6,
        "response_p99_ms": nearest_rank(responses, 0.99) / 1e6,
        "parent_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "messages": messages,
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
    )


def _drive(plan: Plan, url: str, folder: Path, writer: RunWriter) -> None:
    target = Target(base_url=url.rstrip("/"))
    users = tuple(_with_session(one) for one in users_of(plan))
    job = Job(
        target=target,
        token="v1.bench.9999999999." + "0" * 64,
        tag=run_tag("bench"),
        requests=plan.requests,
        users=users,
        think_time_s=plan.think_time_s,
        seed=0,
        epoch_ns=time.monotonic_ns(),
    )
    place = Place(folder=folder, target=target, token=job.token, tag=job.tag, credentials=())
    observer = PlainProgress(lambda text: print(text, file=sys.stderr), verbosity=0)
    keeper = cast(SessionKeeper, _NoKeeper())
    with Engine(job, log_path=folder / "workers.log") as engine:
        Recording(job, plan, place, writer, observer, Interrupts(), keeper).drive(engine)


def _with_session(user: Any) -> Any:
    from dataclasses import replace

    return replace(user, session=_SESSION)


if __name__ == "__main__":
    main()
