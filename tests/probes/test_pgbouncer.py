"""The console of a real PgBouncer, and what does not fit to a project."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from loadaudit.probes.pgbouncer import PgBouncerProbe, PoolerSide, ProjectSide, contradictions
from loadaudit.probes.series import NotApplicableError, NotObservedError
from tests import servers
from tests.processes import wait_until


def project(threads: int = 8, max_age_s: int | None = None, *, named_cursors: bool = False) -> ProjectSide:
    """Return the settings of a project."""
    return ProjectSide(alias="default", threads=threads, max_age_s=max_age_s, named_cursors=named_cursors)


def pooler(mode: str = "transaction", size: int = 20, timeout_s: float = 120.0) -> PoolerSide:
    """Return the settings of a PgBouncer."""
    return PoolerSide(pool_mode=mode, pool_size=size, max_clients=100, query_wait_timeout_s=timeout_s)


def parameters(server: servers.Postgres, database: str, user: str = "") -> dict[str, Any]:
    """Return what Django would connect with."""
    return {"host": server.host, "port": server.port, "user": user or server.user, "dbname": database}


def test_clients_that_wait_are_counted(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """A pool of one, held by a transaction, while another client asks; the limits are handed over once."""
    notes: list[str] = []
    with servers.start_pgbouncer(postgres_server, default_pool_size="1", query_wait_timeout="30") as bouncer:
        probe = PgBouncerProbe(project(), parameters(bouncer, postgres_database))
        probe.start(notes.append)
        dsn = bouncer.dsn(postgres_database)
        with psycopg.connect(dsn) as holder, psycopg.connect(dsn, autocommit=True) as waiter:
            holder.execute("SELECT 1")
            waiter.pgconn.send_query(b"SELECT 2")
            assert wait_until(lambda: probe.read()["clients_waiting"] == 1)
            values = probe.read()
            holder.rollback()
            while waiter.pgconn.get_result():
                pass
        assert values["clients_idle"] == 0
        assert (values["clients"], values["servers_active"], values["pool_size"]) == (2, 1, 1)
        assert values["longest_wait_s"] >= 0
        assert [(one.name, one.seconds) for one in probe.take()] == [("query_wait_timeout", 30.0)]
        assert probe.take() == []
        probe.stop()
    assert notes[0].endswith("pool_mode = transaction, 1 server connections, 100 clients at most.")
    assert any("its pool has 1 server connections for 8 threads" in text for text in notes)


def test_a_role_that_may_not_ask(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """The setting that would allow it is named."""
    with servers.start_pgbouncer(postgres_server, admin_users="somebody") as bouncer:
        probe = PgBouncerProbe(project(), parameters(bouncer, postgres_database))
        with pytest.raises(NotObservedError) as caught:
            probe.start(lambda _: None)
        probe.stop()
    assert not isinstance(caught.value, NotApplicableError)
    assert "stats_users = postgres" in caught.value.hint


def test_other_refusals_have_other_remedies(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """The console's setting is not named where it would not help."""
    with servers.start_pgbouncer(postgres_server, only=postgres_database, max_client_conn="1") as bouncer:
        dsn = parameters(bouncer, postgres_database)
        refused = [
            (parameters(bouncer, postgres_database, user="nobody"), "auth_file"),
            (parameters(bouncer, "missing"), "[databases]"),
        ]
        found = [(_hint_of(asked), remedy) for asked, remedy in refused]
        with psycopg.connect(bouncer.dsn(postgres_database)):
            found.append((_hint_of(dsn), "Raise max_client_conn"))
    found.append((_hint_of(dsn), "start PgBouncer"))
    for hint, remedy in found:
        assert remedy in hint
        assert "stats_users" not in hint


def _hint_of(asked: dict[str, Any]) -> str:
    probe = PgBouncerProbe(project(), asked)
    with pytest.raises(NotObservedError) as caught:
        probe.start(lambda _: None)
    probe.stop()
    return caught.value.hint


def test_a_server_without_pooler(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """There is nothing to read, and a run says nothing about it."""
    probe = PgBouncerProbe(project(), parameters(postgres_server, postgres_database))
    with pytest.raises(NotApplicableError):
        probe.start(lambda _: None)
    probe.stop()


@pytest.mark.parametrize(
    ("of_project", "of_pooler", "said"),
    [
        (project(), pooler(size=4), "4 server connections for 8 threads"),
        (project(threads=0), pooler(size=4), ""),
        (project(threads=200), pooler(size=300), "max_client_conn = 100"),
        (project(max_age_s=0), pooler("session"), "CONN_MAX_AGE = 0"),
        (project(), pooler("session"), ""),
        (project(named_cursors=True), pooler(), "DISABLE_SERVER_SIDE_CURSORS"),
        (project(named_cursors=True), pooler("session"), ""),
        (project(), pooler(timeout_s=0), "query_wait_timeout = 0"),
    ],
)
def test_settings_that_contradict_each_other(of_project: ProjectSide, of_pooler: PoolerSide, said: str) -> None:
    """Each with what to change; settings that fit are not mentioned."""
    found = list(contradictions(of_project, of_pooler))
    assert len(found) == bool(said)
    assert all(said in text for text in found)
