"""What each process of a distributed load costs per request, and so where the runner itself becomes the limit.

nginx answers on this machine; a Locust master and its workers carry the load; every sample comes home and is stored in
a run file. CPU time is taken per process, because a slow process is a limit whatever the others do.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

import psutil  # noqa: E402

from loadaudit.load.correlation import run_tag  # noqa: E402
from loadaudit.load.engine import SamplesArrived, WorkerLost  # noqa: E402
from loadaudit.load.job import Job, Target, VirtualUser  # noqa: E402
from loadaudit.load.locust.distributed import DistributedEngine, Workers  # noqa: E402
from loadaudit.load.wire import Decoder, Encoder  # noqa: E402
from loadaudit.records import PlannedPath, PlannedRequest, RunInfo, StatementUse, Trace  # noqa: E402
from loadaudit.runfile.writer import RunWriter  # noqa: E402
from tests.processes import NotInstalled  # noqa: E402
from tests.servers import start_nginx  # noqa: E402

WORKERS = 2
MACHINES = 8
CORES = 2
TRACES = 5_000
STATEMENTS = 10
USERS = 100
LIMIT_US = 100.0
CLAIM = f"The busiest process of the runner spends at most {LIMIT_US:.0f} µs of CPU per sample that comes home"


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="5 s of load instead of 20")
    options = parser.parse_args()
    try:
        with start_nginx('location / { return 200 "hello"; }') as server, tempfile.TemporaryDirectory() as folder:
            found = _measured(server.url, Path(folder), 5.0 if options.quick else 20.0)
            found["trace_us"] = round(_trace_us(Path(folder)), 1)
    except NotInstalled as error:
        print(error, file=sys.stderr)
        return 2
    value = max(found["command_us"], found["master_us"])
    result = {
        "name": "scale",
        "claim": CLAIM,
        "value": round(value, 1),
        "unit": "µs of CPU per sample",
        "limit": LIMIT_US,
        "holds": value <= LIMIT_US,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {**found, **_computed(found, value)},
    }
    print(json.dumps(result, indent=2) if options.json else f"{CLAIM}: {value:.0f} µs ({result['details']})")
    return 0 if result["holds"] else 1


def _computed(found: dict[str, Any], runner_us: float) -> dict[str, float]:
    """Return what follows from the costs for machines that do nothing but send."""
    per_machine = CORES * 1e6 / (found["load_us"] + found["worker_us"])
    runner = 1e6 / runner_us
    return {
        "one_machine_per_s": round(per_machine),
        "eight_machines_per_s": round(MACHINES * per_machine),
        "runner_takes_in_per_s": round(runner),
        "runner_takes_in_with_traces_per_s": round(1e6 / (runner_us + found["trace_us"])),
        "machines_per_runner": round(runner / per_machine, 1),
    }


def _measured(url: str, folder: Path, seconds: float) -> dict[str, Any]:
    info = RunInfo(id="scale", label="scale", started_at="", target=url, users=USERS, seed=0, duration_s=seconds)
    engine = DistributedEngine(
        _job(url),
        # As many as there would be where an operator starts them, and on this machine.
        Workers(expected=None),
        scripted=None,
        plan_path=folder / "plan",
        log_path=folder / "log",
        say=lambda text: None,
    )
    samples = 0
    with RunWriter(folder / "scale.loadaudit", info) as writer, engine:
        engine.begin()
        engine.job = replace(engine.job, epoch_ns=time.monotonic_ns())
        before = _costs(engine)
        begin_s = time.monotonic()
        engine.start()
        after, took_s = before, 0.0
        for event in engine.events():
            if isinstance(event, SamplesArrived):
                samples += len(event.samples)
                writer.add_samples(event.samples)
            elif isinstance(event, WorkerLost):
                raise SystemExit(f"{event.detail} {(folder / 'log').read_text()[-500:]}")
            if not took_s and time.monotonic() - begin_s > seconds:
                took_s, counted, after = time.monotonic() - begin_s, samples, _costs(engine)
                engine.stop()
    return {
        "samples": counted,
        "requests_per_s": round(counted / took_s),
        "seconds": round(took_s, 1),
        **{name: round(1e6 * (after[name] - before.get(name, 0.0)) / counted, 1) for name in after},
        "workers": len(engine.nodes()),
        "clock_right_within_us": [round(one.round_trip_ns / 2e3) for one in engine.nodes()],
    }


def _trace_us(folder: Path) -> float:
    """Return what a whole trace costs the command beside its sample: decoded and stored, with its statements."""
    encoder, decoder = Encoder(), Decoder()
    uses = tuple(
        StatementUse(alias="default", sql=f"SELECT {n} FROM t WHERE id = %s", count=1, total_ns=1, max_ns=1)
        for n in range(STATEMENTS)
    )
    lines = [encoder.trace(_trace(number, uses)) for number in range(1, TRACES + 1)]
    info = RunInfo(id="traces", label="traces", started_at="", target="", users=1, seed=0, duration_s=None)
    with RunWriter(folder / "traces.loadaudit", info) as writer:
        begin_s = time.process_time()
        for start in range(0, TRACES, 200):
            traces = [decoder.decode(line, epoch_ns=0) for line in lines[start : start + 200]]
            writer.add_traces([one for one in traces if isinstance(one, Trace)])
        return 1e6 * (time.process_time() - begin_s) / TRACES


def _trace(number: int, uses: tuple[StatementUse, ...]) -> Trace:
    return Trace(
        number=number,
        method="GET",
        route="/projects/<int:pk>/",
        view="projects.views.page",
        view_ran=True,
        user_id="7",
        status=200,
        start_ns=1,
        service_ns=1,
        cpu_ns=1,
        sql_count=len(uses),
        sql_ns=1,
        statements=uses,
    )


def _job(url: str) -> Job:
    path = PlannedPath(path="/hello/")
    return Job(
        target=Target(base_url=url),
        token="v1.scale.1.signature",
        tag=run_tag("scale"),
        requests=(PlannedRequest(operation_id="GET /hello/", method="GET", paths=(path,), role="anonymous"),),
        users=tuple(VirtualUser(index=n, role="anonymous", positions=(0,)) for n in range(USERS * WORKERS)),
        think_time_s=0.0,
        seed=0,
        epoch_ns=0,
    )


def _costs(engine: DistributedEngine) -> dict[str, float]:
    """Return seconds of CPU by process: the command, the master, Locust's workers, and their load processes."""
    master, workers = engine.processes()
    load = [child for one in workers for child in one.children()]
    return {
        "command_us": _cpu_s(psutil.Process()),
        "master_us": _cpu_s(master),
        "worker_us": sum(map(_cpu_s, workers)),
        "load_us": sum(map(_cpu_s, load)),
    }


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main())
