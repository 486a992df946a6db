"""The plan file: all that a load worker of another machine needs, secrets included, for its owner alone."""

import json
import os
import secrets
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.sharing import USERS_PER_PROCESS
from loadaudit.records import Identity
from loadaudit.runfile.codec import from_plain, to_plain

FORMAT = 1
MOST_PROCESSES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """The virtual users of a project's own scenarios, which only somebody with its code can carry."""

    settings_module: str
    users: tuple[VirtualUser, ...]
    identities: tuple[Identity, ...]
    hook: str
    """`module:function` that makes them from this and a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """One plan for one run."""

    format: int
    loadaudit: str
    """Version of the wheel that made it."""
    owner: str
    """Tells the command that made it from every other process of its machine."""
    key: str = field(repr=False)
    """What master and workers sign their messages with."""
    workers: int
    """Among how many its virtual users are divided."""
    processes: int
    """Load processes of each worker."""
    job: Job
    scripted: Scripted | None = None


def new_plan_file(job: Job, workers: int, scripted: Scripted | None, *, owner: str = "") -> PlanFile:
    """Return a plan with a key of its own."""
    return PlanFile(
        format=FORMAT,
        loadaudit=_own_version(),
        owner=owner,
        key=secrets.token_hex(32),
        workers=workers,
        processes=min(MOST_PROCESSES, -(-len(job.users) // (workers * USERS_PER_PROCESS)) or 1),
        job=job,
        scripted=scripted,
    )


def write_plan_file(plan: PlanFile, path: Path) -> None:
    """Write the file; it holds sessions and a token, so nobody else may read it."""
    with open(path, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        json.dump(to_plain(plan), stream)


def owner_of(path: Path) -> str:
    """Return who made a plan file; empty when that cannot be read."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["owner"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def read_plan_file(path: Path) -> PlanFile:
    """Return the plan. Raises UsageError when it cannot be read or is of another version of the wheel."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        made_by, format_ = str(document["loadaudit"]), int(document["format"])
        plan = from_plain(PlanFile, document) if format_ == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"The plan file {path} cannot be read: {error}.",
            hint="Copy the file that `loadaudit run --engine locust --expect-workers N` names to this machine.",
        ) from error
    if plan is None or made_by != _own_version():
        raise UsageError(
            f"The plan file was made by loadaudit {made_by}, and here is {_own_version()}.",
            hint=f"Install the same one: pip install 'loadaudit[locust]=={made_by}'",
        )
    return plan


def _own_version() -> str:
    try:
        return version("loadaudit")
    except PackageNotFoundError:
        return "not installed"
