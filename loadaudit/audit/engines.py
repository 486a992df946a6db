"""Which engine carries the load of a plan: our own processes, or Locust's workers, here or on other machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.audit.scenarios import ScenarioLoad
from loadaudit.audit.workspace import is_alive, own_process
from loadaudit.conf import settings_module
from loadaudit.load.engine import Engine, LoadEngine
from loadaudit.load.job import Job
from loadaudit.load.locust.distributed import DistributedEngine, Workers
from loadaudit.load.locust.planfile import Scripted, owner_of
from loadaudit.runfile.writer import RunWriter

SCRIPTS_HOOK = "loadaudit.audit.scripted:scripts_for"
"""What a worker with the project's code calls to carry its scenarios."""

_PLAN_SUFFIX = ".plan"

Ready = tuple[LoadEngine, Job, ScenarioLoad | None]


@contextmanager
def engine_for(
    job: Job,
    scripts: ScenarioLoad | None,
    workers: Workers | None,
    place: Place,
    writer: RunWriter,
    observer: Observer,
) -> Iterator[Ready]:
    """Yield an engine that is ready to start, its job, and the scenarios that are left to this process.

    Raises AbortedError when the workers do not come.
    """
    log_path = place.folder / "workers.log"
    if workers is None:
        with Engine(job, log_path=log_path) as engine:
            job = engine.timed()
            if scripts is not None:
                scripts.job = replace(scripts.job, epoch_ns=job.epoch_ns)
            yield engine, job, scripts
        return
    distributed = DistributedEngine(
        job,
        workers,
        scripted=_scripted(scripts, place) if scripts is not None else None,
        plan_path=_plan_path(writer.path, place, workers),
        log_path=log_path,
        say=observer.phase,
        owner=own_process(),
    )
    remove_dead_plans(writer.path.parent)
    with distributed:
        distributed.begin()
        # The load begins when all workers are there, which may have taken a while.
        distributed.job = replace(job, epoch_ns=time.monotonic_ns())
        try:
            yield distributed, distributed.job, None
        finally:
            writer.add_load_nodes(distributed.nodes())
            for note in distributed.notes:
                writer.add_message(note)


def remove_dead_plans(folder: Path) -> None:
    """Remove the plan files of commands that were killed: they hold sessions that nobody needs any more."""
    for path in folder.glob(f"*{_PLAN_SUFFIX}"):
        owner = owner_of(path)
        if owner and not is_alive(owner):
            path.unlink(missing_ok=True)


def _plan_path(run: Path, place: Place, workers: Workers) -> Path:
    """Return where the plan file goes: beside the run file when an operator has to find it."""
    return place.folder / "load.plan" if workers.expected is None else run.with_suffix(_PLAN_SUFFIX).absolute()


def _scripted(scripts: ScenarioLoad, place: Place) -> Scripted:
    return Scripted(
        settings_module=settings_module(),
        users=tuple(scripts.users),
        identities=tuple(one.identity for one in place.credentials),
        hook=SCRIPTS_HOOK,
    )
