"""Runs of the demo site without planted flaws, made one after the other under different loads."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from loadaudit.runfile.reader import RunFile
from tests.servers import start_postgres

_ROOT = Path(__file__).resolve().parents[2]
_ONLY = ("--only", "dashboard", "--only", "projects")
"""What is sent; few operations, so that each has many requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One way to load the demo site, and how often it is recorded."""

    name: str
    options: tuple[str, ...]
    runs: int
    postgres: bool = False


BUSY = Load(name="busy", options=("--users", "10", "--think-time", "0.02"), runs=4)
"""More than two processors can do: latency is mostly waiting for others."""
PACED = Load(name="paced", options=("--rate", "20"), runs=4)
"""A third of what two processors can do, as a team should measure latency."""
POSTGRES = Load(name="postgresql", options=("--users", "4", "--think-time", "0.05"), runs=3, postgres=True)


def record(folder: Path, load: Load, length_s: int) -> list[Path]:
    """Make the runs of one load that its folder does not have yet, and return the files of all, oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = load.runs - len(_whole(folder))
    if missing > 0:
        with _database(load) as url:
            environment = _environment(folder, url)
            _command(environment, "migrate", "-v", "0")
            _command(environment, "seed_demo", "--if-empty")
            for _ in range(missing):
                _command(
                    environment,
                    *("loadaudit", "run", "-v", "0", "--reads-only", "--no-preflight", *_ONLY, *load.options),
                    *("--duration", str(length_s), "--label", load.name),
                )
    return _whole(folder)


def _whole(folder: Path) -> list[Path]:
    """Return the files of runs that came to their end."""
    found = []
    for path in sorted(folder.rglob("*.loadaudit")):
        with RunFile(path) as run:
            if run.info().finish_reason == "completed":
                found.append(path)
    return found


@contextmanager
def _database(load: Load) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database, or nothing for a file."""
    if not load.postgres:
        yield ""
        return
    with start_postgres() as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE demo")
        yield server.dsn("demo")


def _environment(folder: Path, url: str) -> Mapping[str, str]:
    (folder / "compare_settings.py").write_text(
        "from tests.demo.settings import *  # noqa\n"
        f"LOADAUDIT = {{**LOADAUDIT, 'RUNS_DIR': {str(folder / 'runs')!r}}}\n"
    )
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "compare_settings",
        "PYTHONPATH": os.pathsep.join((str(folder), str(_ROOT))),
        "DEMO_FLAWS": "none",
        "DEMO_SQLITE_PATH": str(folder / "demo.sqlite3"),
        "DEMO_DATABASE_URL": url,
    }


def _command(environment: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(2)
