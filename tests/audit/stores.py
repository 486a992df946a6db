"""What is made once for all tests of a session: a seeded database and runs on it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.audit.site import Outcome, Site

SEED = ("seed_demo", "--projects", "10", "--items", "3", "--prices", "400", "--templates", "4", "--jobs", "4")
CROWDED = 4.0
"""How many processes for each processor keep a load from sending what it sends in its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRun:
    """A finished run that tests only read, and its site."""

    site: Site
    outcome: Outcome
    database: Path
    checksum_before: str
    checksum_after: str

    @property
    def path(self) -> Path:
        """The run file."""
        (path,) = self.site.run_paths()
        return path


def duration(quiet_s: float) -> tuple[str, str]:
    """Return the option for a load that sends as much as in `quiet_s` seconds, also where others keep us waiting."""
    crowd = os.getloadavg()[0] / (CROWDED * (os.cpu_count() or 1))
    return ("--duration", f"{quiet_s * min(max(1.0, crowd), 10.0):.1f}s")


def requests(count: int) -> tuple[str, ...]:
    """Return the options of a load of so many requests, however slow the machine is.

    In a number of seconds a busy machine would send a part of them, and an idle one many more than are looked at.
    """
    return ("--iterations", str(count), "--duration", "120s")


def long_enough() -> tuple[str, ...]:
    """Return the options of a load in which every planned read is sent several times."""
    return (*requests(900), "--think-time", "10ms", "--seed", "5")


def seed(factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the small demo database on SQLite, as one plain file; tests copy it or leave it as it is.

    Where several processes run the tests, the first that needs the database makes it for all of them.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shared / "seeded" / "demo.sqlite3"
        if not made.exists():
            made = _made(Path(tempfile.mkdtemp(dir=shared))).parent.rename(made.parent) / made.name
    return Path(shutil.copy(made, factory.mktemp("database")))


def _made(folder: Path) -> Path:
    path = folder / "demo.sqlite3"
    site = Site(folder, folder, DEMO_SQLITE_PATH=str(path))
    for arguments in (("migrate", "-v0"), SEED):
        done = site.manage(*arguments)
        assert done.code == 0, done.stderr
    _leave_wal(path)
    return path


def _leave_wal(path: Path) -> None:
    """Make the database one plain file: the demo's journal mode keeps changes in a second, which a copy would lack."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()


def finished_run(
    folder: Path, database: Path, *arguments: str, sends_all: bool = False, **site_options: str
) -> SharedRun:
    """Make a run in `folder` and wait for its end; it sends only reads unless it `sends_all`.

    Its database is a copy, because other tests open the one of the session.
    """
    database = Path(shutil.copy(database, folder / database.name))
    _leave_wal(database)
    before = checksum(database)
    with short_folder() as temporary:
        site = Site(folder, temporary, **({"DEMO_SQLITE_PATH": str(database)} | site_options))
        site.sends_all = sends_all
        outcome = site.loadaudit("run", "--format", "json", *arguments)
    return SharedRun(
        site=site, outcome=outcome, database=database, checksum_before=before, checksum_after=checksum(database)
    )


def checksum(path: Path) -> str:
    """Return the checksum of a file, its path and those of the files that SQLite puts beside it."""
    beside = sorted(one.name for one in path.parent.glob(f"{path.name}*"))
    return hashlib.sha256(path.read_bytes()).hexdigest() + str(beside)


@contextmanager
def short_folder() -> Iterator[Path]:
    """Make a folder with a short path, for TMPDIR."""
    path = Path(tempfile.mkdtemp(prefix="lat-", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
