"""What a real PostgreSQL counts, and how its tables were read."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from loadaudit.probes.postgresql_activity import Counters, TableScans
from tests import servers
from tests.processes import wait_until

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def connection(postgres_server: servers.Postgres, postgres_database: str) -> Iterator[Connection]:
    """That of the probe."""
    with psycopg.connect(postgres_server.dsn(postgres_database), autocommit=True) as made:
        yield made


def test_counters_begin_at_the_first_reading(
    connection: Connection, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """What was before the load is no part of it; the longest transaction has its seconds."""
    counters = Counters()
    first = counters.read(connection)
    assert (first["deadlocks"], first["commits"], first["temp_files"]) == (0, 0, 0)
    with psycopg.connect(postgres_server.dsn(postgres_database)) as other:
        other.execute("SELECT 1")
        assert counters.read(connection)["longest_transaction_s"] > 0
        other.rollback()
    # A session hands its counts over when it ends, at the latest.
    assert wait_until(lambda: counters.read(connection)["rollbacks"] >= 1)


def test_tables_that_were_read_from_end_to_end(
    connection: Connection, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """Only what was read since."""
    connection.execute("CREATE TABLE big AS SELECT generate_series(1, 1000) AS n")
    connection.execute("CREATE TABLE untouched (n int)")
    scans = TableScans(connection)
    with psycopg.connect(postgres_server.dsn(postgres_database), autocommit=True) as other:
        other.execute("SELECT count(*) FROM big WHERE n = 3")
    assert wait_until(lambda: bool(scans.notes(connection)))
    (note,) = scans.notes(connection)
    assert "1 sequential scans of public.big read 1,000 rows" in note
