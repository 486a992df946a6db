"""Sessions of a real PostgreSQL by state."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from loadaudit.probes import postgresql
from loadaudit.probes.postgresql import PostgresqlProbe, count_sessions, project_probes
from loadaudit.probes.series import NotObservedError
from tests import servers


def parameters(server: servers.Postgres, database: str, **changes: str) -> dict[str, Any]:
    """Return what Django would connect with."""
    made = {"host": server.host, "port": server.port, "user": server.user, "dbname": database}
    return made | changes


@pytest.fixture
def notes() -> list[str]:
    """The messages of the probe."""
    return []


@pytest.fixture
def probe(postgres_server: servers.Postgres, postgres_database: str, notes: list[str]) -> Iterator[PostgresqlProbe]:
    """A started probe."""
    probe = PostgresqlProbe("default", parameters(postgres_server, postgres_database))
    probe.start(notes.append)
    yield probe
    probe.stop()


def test_sessions_by_state(probe: PostgresqlProbe, postgres_server: servers.Postgres, postgres_database: str) -> None:
    """The probe's own session is in none of the counts, and the states add up."""
    dsn = postgres_server.dsn(postgres_database)
    with contextlib.ExitStack() as stack:
        idle = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        idle.execute("CREATE TABLE t (id int)")
        holder = stack.enter_context(psycopg.connect(dsn))
        holder.execute("LOCK TABLE t")
        waiter = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        waiter.execute("SET lock_timeout = '60s'")
        waiter.pgconn.send_query(b"SELECT * FROM t")
        sleeper = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        sleeper.pgconn.send_query(b"SELECT pg_sleep(60)")
        values = _await(probe, "waiting_on_lock")
        for one in (waiter, sleeper):
            one.cancel_safe()
            while one.pgconn.get_result():
                pass
    states = {name: values[name] for name in ("active", "idle", "idle_in_transaction", "waiting_on_lock")}
    assert states == {"active": 1, "idle": 1, "idle_in_transaction": 1, "waiting_on_lock": 1}
    assert values["sessions"] == 4
    assert values["max_connections"] == float(postgres_server.execute("SHOW max_connections")[0][0])
    assert "state_hidden" not in values


def _await(probe: PostgresqlProbe, name: str) -> dict[str, float]:
    """Read until a session is in that state; each reading is a round trip to the server."""
    for _ in range(5000):
        values = probe.read()
        if values[name] and values["active"]:
            return dict(values)
    pytest.fail(f"No session got to {name}.")


def test_its_session_names_itself(
    probe: PostgresqlProbe, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """So that an administrator can tell it from the project's: one for counters, one for who waits for whom."""
    rows = postgres_server.execute(
        f"SELECT application_name, state FROM pg_stat_activity WHERE datname = '{postgres_database}'"
    )
    assert {name for name, _ in rows} == {"loadaudit"}
    assert len(rows) <= 2
    probe.stop()


def test_idle_sessions_of_a_pooler_are_counted(
    pgbouncer: servers.Postgres, postgres_database: str, notes: list[str]
) -> None:
    """Also the one that served the probe last and still has its name."""
    probe = PostgresqlProbe("default", parameters(pgbouncer, postgres_database))
    with psycopg.connect(pgbouncer.dsn(postgres_database)) as holder:
        holder.execute("SELECT 1")
        probe.start(notes.append)
        busy = probe.read()
        holder.commit()
        idle = probe.read()
    probe.stop()
    assert busy["idle_in_transaction"] == 1
    assert idle["sessions"] == idle["idle"] + idle["active"] >= 1


def test_sessions_of_other_databases_count_for_the_server_only(
    probe: PostgresqlProbe, postgres_server: servers.Postgres
) -> None:
    """`max_connections` is the whole server's."""
    before = probe.read()
    with psycopg.connect(postgres_server.dsn("postgres")):
        after = probe.read()
    assert after["sessions"] == before["sessions"] == 0
    assert after["server_sessions"] >= before["server_sessions"]
    assert after["server_sessions"] >= 1


def test_hidden_states_name_the_grant(
    postgres_server: servers.Postgres, postgres_database: str, notes: list[str]
) -> None:
    """A role without rights does not see what others do, and says so once read."""
    role = f"plain_{postgres_database}"
    postgres_server.execute(f"CREATE ROLE {role} LOGIN")
    probe = PostgresqlProbe("default", parameters(postgres_server, postgres_database, user=role))
    try:
        probe.start(notes.append)
        with psycopg.connect(postgres_server.dsn(postgres_database)):
            values = probe.read()
    finally:
        probe.stop()
        postgres_server.execute(f"DROP ROLE {role}")
    assert values["state_hidden"] == 1
    assert values["sessions"] == 1
    assert f"GRANT pg_monitor TO {role}" in notes[0]


def test_a_server_that_refuses_is_named_with_the_setting(postgres_server: servers.Postgres) -> None:
    """A role whose connection limit is used up."""
    postgres_server.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    probe = PostgresqlProbe("default", parameters(postgres_server, "postgres", user="crowded"))
    try:
        with pytest.raises(NotObservedError, match="too many connections for role") as caught:
            probe.start(lambda _: None)
    finally:
        postgres_server.execute("DROP ROLE crowded")
    assert "CONNECTION LIMIT" in caught.value.hint


def test_without_psycopg_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where libpq is missing."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(NotObservedError, match="psycopg 3 cannot be loaded") as caught:
        PostgresqlProbe("default", {}).start(lambda _: None)
    assert "psycopg[binary]" in caught.value.hint


def test_states_that_are_rare() -> None:
    """An aborted transaction is one that is idle; a state that is not known means that something happens."""
    rows = [
        (True, "idle in transaction (aborted)", False, 2),
        (True, "starting", None, 1),
        (True, "disabled", None, 3),
        (False, None, None, 4),
        (None, None, None, 5),
    ]
    assert count_sessions(rows) == {
        "sessions": 6,
        "active": 1,
        "idle": 0,
        "idle_in_transaction": 2,
        "waiting_on_lock": 0,
        "state_hidden": 3,
        "server_sessions": 15,
    }


def test_one_probe_for_each_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases of the same database share one, SQLite has none, and nothing is connected."""
    here = {"ENGINE": "django.db.backends.postgresql", "NAME": "a", "HOST": "db.example.org", "PORT": "5432"}
    databases = {
        "default": here,
        "replica": here,
        "other": here | {"NAME": "b"},
        "file": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    }
    monkeypatch.setattr(postgresql, "connections", ConnectionHandler(databases))
    assert [one.name for one in project_probes()] == ["postgresql default", "postgresql other"]


def test_nothing_imports_psycopg_at_import_time() -> None:
    """A project on SQLite need not have libpq."""
    script = (
        "import os, sys; sys.modules['psycopg'] = None; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.demo.settings'\n"
        "import django; django.setup()\n"
        "import loadaudit.audit.run, loadaudit.probes.postgresql, loadaudit.probes.redis, loadaudit.probes.process"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
