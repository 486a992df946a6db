"""What is made once for all tests of a session: a seeded database and runs on it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.audit.site import Outcome, Site

SEED = ("seed_demo", "--projects", "10", "--items", "3", "--prices", "400", "--templates", "4", "--jobs", "4")
LONG_ENOUGH = ("--duration", "8s", "--think-time", "10ms", "--seed", "5")
"""A load in which every planned operation is sent at least once, also on a busy machine."""

T = TypeVar("T")
_shared = pytest.StashKey[dict[str, Any]]()


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


def once(config: pytest.Config, name: str, make: Callable[[], T]) -> T:
    """Return what `make` returned at the first call with this name, whichever folder of tests asked."""
    store = config.stash.setdefault(_shared, {})
    if name not in store:
        store[name] = make()
    value: T = store[name]
    return value


def seeded_database(config: pytest.Config, factory: pytest.TempPathFactory) -> Path:
    """Return the small demo database on SQLite, as one plain file; tests copy it or leave it as it is."""

    def make() -> Path:
        folder = factory.mktemp("seeded")
        path = folder / "demo.sqlite3"
        site = Site(folder, folder, DEMO_SQLITE_PATH=str(path))
        for arguments in (("migrate", "-v0"), SEED):
            done = site.manage(*arguments)
            assert done.code == 0, done.stderr
        # The demo's journal mode keeps changes in a second file, which a copy would lack.
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        return path

    return once(config, "database", make)


def shared_run(
    config: pytest.Config,
    factory: pytest.TempPathFactory,
    name: str,
    *arguments: str,
    sends_all: bool = False,
    **site_options: str,
) -> SharedRun:
    """Return the run of this name, made at the first call; only reads unless it `sends_all`."""

    def make() -> SharedRun:
        database = seeded_database(config, factory)
        before = checksum(database)
        with short_folder() as temporary:
            site = Site(factory.mktemp(name), temporary, **({"DEMO_SQLITE_PATH": str(database)} | site_options))
            site.sends_all = sends_all
            outcome = site.loadaudit("run", "--format", "json", *arguments)
        return SharedRun(
            site=site, outcome=outcome, database=database, checksum_before=before, checksum_after=checksum(database)
        )

    return once(config, name, make)


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
