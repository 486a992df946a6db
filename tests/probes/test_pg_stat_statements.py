"""What PostgreSQL counts of statements.

A table stands for the extension, which the tests' server does not bring; where another one is installed that does, the
extension itself is read as well.
"""

from __future__ import annotations

import psycopg
import pytest

from loadaudit.probes.pg_stat_statements import StatStatementsProbe
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.series import NotObservedError
from tests import servers
from tests.processes import free_port


@pytest.fixture
def probe(postgres_server: servers.Postgres, postgres_database: str) -> StatStatementsProbe:
    """That of the test's database."""
    there = {"host": postgres_server.host, "port": postgres_server.port, "user": postgres_server.user}
    return StatStatementsProbe(PostgresqlProbe("default", {**there, "dbname": postgres_database}))


def count(dsn: str, query: str, calls: int, time_ms: float) -> None:
    """Let the server have counted a statement of the test's database."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS pg_stat_statements"
            " (dbid oid, queryid bigint, query text, calls bigint, total_exec_time float, rows bigint)"
        )
        connection.execute("DELETE FROM pg_stat_statements WHERE query = %s", [query])
        connection.execute(
            "INSERT INTO pg_stat_statements SELECT oid, %s, %s, %s, %s, %s FROM pg_database"
            " WHERE datname = current_database()",
            [len(query), query, calls, time_ms, calls],
        )


def test_counts_are_since_the_start(
    probe: StatStatementsProbe, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """The heaviest come first, and what was not executed since is not named."""
    dsn, notes = postgres_server.dsn(postgres_database), list[str]()
    for query in ("SELECT a FROM t WHERE b = $1", "SELECT before"):
        count(dsn, query, 10, 50.0)
    probe.start(notes.append)
    count(dsn, "SELECT a FROM t WHERE b = $1", 30, 150.0)
    count(dsn, "UPDATE t SET a = 'secret'", 1, 400.0)
    assert probe.read() == {"calls": 21, "execution_ms": 500}
    probe.stop()
    assert [text.partition(": ")[2] for text in notes] == [
        "1 executions took 400 ms (400.00 ms each, 1 rows): UPDATE t SET a = ?",
        "20 executions took 100 ms (5.00 ms each, 20 rows): SELECT a FROM t WHERE b = $1",
    ]


def test_statements_of_other_roles(
    probe: StatStatementsProbe, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """The server hides them from a role without pg_monitor, which is said once; the probes' own are left out."""
    dsn, notes = postgres_server.dsn(postgres_database), list[str]()
    count(dsn, "SELECT before", 1, 1.0)
    probe.start(notes.append)
    count(dsn, "<insufficient privilege>", 7, 70.0)
    count(dsn, "SELECT deadlocks FROM pg_stat_database", 9, 90.0)
    assert probe.read() == {"calls": 7, "execution_ms": 70}
    probe.stop()
    (note,) = notes
    assert "GRANT pg_monitor TO postgres;" in note


def test_a_database_without_the_extension(probe: StatStatementsProbe) -> None:
    """What would bring it is named; nothing stays open."""
    with pytest.raises(NotObservedError) as caught:
        probe.start(lambda _: None)
    probe.stop()
    assert "CREATE EXTENSION pg_stat_statements" in caught.value.hint


def test_a_server_that_is_not_there() -> None:
    """No extension would help."""
    there = {"host": "127.0.0.1", "port": free_port(), "user": "a", "dbname": "a"}
    with pytest.raises(NotObservedError) as caught:
        StatStatementsProbe(PostgresqlProbe("default", there)).start(lambda _: None)
    assert "Nothing listens" in caught.value.hint


def test_one_that_was_not_updated(
    probe: StatStatementsProbe, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """After an upgrade of the server the extension is the old one, which has another name for the time."""
    count(postgres_server.dsn(postgres_database), "SELECT 1", 3, 30.0)
    rename = "ALTER TABLE pg_stat_statements RENAME total_exec_time TO total_time"
    postgres_server.execute(rename, postgres_database)
    probe.start(lambda _: None)
    assert probe.read() == {"calls": 0, "execution_ms": 0}
    probe.stop()


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [("compute_query_id = off", "compute_query_id = auto"), ("pg_stat_statements.track = 'none'", "track = top")],
)
def test_one_that_counts_nothing(
    probe: StatStatementsProbe,
    postgres_server: servers.Postgres,
    postgres_database: str,
    setting: str,
    remedy: str,
) -> None:
    """It is there, and all counts would be 0."""
    count(postgres_server.dsn(postgres_database), "SELECT 1", 1, 1.0)
    postgres_server.execute(f'ALTER DATABASE "{postgres_database}" SET {setting}')
    with pytest.raises(NotObservedError, match="counts nothing") as caught:
        probe.start(lambda _: None)
    probe.stop()
    assert remedy in caught.value.hint


def test_the_extension_itself() -> None:
    """Its counts of this database's statements, with what the probe asks left out."""
    programs, notes = servers.postgres_with_extensions(), list[str]()
    preloaded = {"shared_preload_libraries": "pg_stat_statements"} if programs else {}
    with servers.start_postgres(programs, **preloaded) as server:
        there = {"host": server.host, "port": server.port, "user": server.user, "dbname": "postgres"}
        probe = StatStatementsProbe(PostgresqlProbe("default", there))
        if programs is None:
            with pytest.raises(NotObservedError, match="not in the audited database"):
                probe.start(notes.append)
            return
        # A schema that the role's search_path does not name.
        server.execute("CREATE SCHEMA counts")
        server.execute("CREATE EXTENSION pg_stat_statements SCHEMA counts")
        server.execute("SELECT 1 AS before")
        probe.start(notes.append)
        for _ in range(3):
            server.execute("SELECT 'secret' AS counted")
        assert probe.read()["calls"] == 3
        probe.stop()
    assert [text.partition(": ")[2].partition(" executions")[0] for text in notes] == ["3"]
    assert notes[0].endswith("SELECT $1 AS counted")
