"""A whole run on PostgreSQL and Redis: the series are in its file, and the clone sees one session more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadaudit.runfile.reader import RunFile
from tests import servers

ROOT = Path(__file__).resolve().parents[2]

# The project's settings as they are, only the runs folder is the test's own.
MANAGE = """
import os, pathlib, sys
from django.conf import settings
settings.LOADAUDIT = {"RUNS_DIR": os.environ["RUNS_DIR"]}
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


@pytest.fixture
def logging_server() -> Iterator[servers.Postgres]:
    """A PostgreSQL that logs every statement with the application, database and session that it came from."""
    with servers.start_postgres(
        logging_collector="on", log_filename="statements", log_statement="all", log_line_prefix="%a|%d|%p|"
    ) as server:
        yield server


def sessions_of_loadaudit(server: servers.Postgres) -> dict[str, list[str]]:
    """Return what was logged of sessions that name themselves loadaudit on a clone, by session."""
    assert server.socket_dir is not None
    logged = (server.socket_dir / "data" / "log" / "statements").read_text()
    found: dict[str, list[str]] = {}
    for line in logged.splitlines():
        application, _, rest = line.partition("|")
        database, _, rest = rest.partition("|")
        if application == "loadaudit" and database.startswith("loadaudit_"):
            session, _, text = rest.partition("|")
            found.setdefault(session, []).append(text)
    return found


@pytest.mark.slow
def test_series_of_a_run(logging_server: servers.Postgres, redis_server: servers.Redis, tmp_path: Path) -> None:
    """Every probe was read each second of the load, on the clone and not on the database that it came from."""
    logging_server.execute("CREATE DATABASE demo")
    env = {name: value for name, value in os.environ.items() if not name.startswith("DEMO_")} | {
        "DJANGO_SETTINGS_MODULE": "tests.demo.settings",
        "DEMO_DATABASE_URL": f"postgres://{logging_server.user}@{logging_server.host}:{logging_server.port}/demo",
        "DEMO_REDIS_URL": redis_server.url(12),
        "RUNS_DIR": str(tmp_path),
    }
    options = ("--anonymous", "--only", "health", "--users", "2", "--duration", "3s", "--threads", "1")
    for arguments in (("migrate", "-v0"), ("loadaudit", "run", *options)):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", MANAGE, *arguments],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (path,) = tmp_path.glob("*.loadaudit")
    with RunFile(path) as run:
        readings, messages = list(run.series()), run.messages()
    assert {one.probe for one in readings} >= {"postgresql default", "process", "redis default"}
    # The tests' server does not bring the extension.
    assert not [one for one in messages if "Not observed" in one and "pg_stat_statements" not in one]
    for probe in ("postgresql default", "process", "redis default"):
        assert len([one for one in readings if one.probe == probe]) >= 2
    # Not of the last reading: on a busy machine the load's processes have ended when it is taken.
    used = {name for one in readings if one.probe == "process" for name in one.values}
    assert used >= {"server_cpu_percent", "load_cpu_percent", "machine_cpu_percent"}
    last = {one.probe: one.values for one in readings}
    # Two workers with a thread each hold a session each at most, and the probe's own is not counted. They open
    # one for each request, so that a reading may fall between two.
    assert all(one.values["sessions"] <= 2 for one in readings if one.probe == "postgresql default")
    assert last["redis default"]["clients"] >= 1
    sessions = list(sessions_of_loadaudit(logging_server).values())

    def session(word: str) -> list[str]:
        return next(one for one in sessions if any(word in text for text in one))

    statements = session("max_connections")
    # The limit and the tables before, two for each reading, also the last ones after the load, and the tables again.
    assert session("EXPLAIN")
    # Who waits for whom has a session of its own.
    assert len(sessions) >= 3
    assert len(statements) == 3 + 2 * len([one for one in readings if one.probe == "postgresql default"])
