"""Who waits for whom for a lock of a real PostgreSQL."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.postgresql_waits import BlockingWatch
from loadaudit.probes.series import EventProbe
from tests import servers
from tests.processes import wait_until

MS = 1_000_000


@pytest.fixture
def dsn(postgres_server: servers.Postgres, postgres_database: str) -> str:
    """Of a database with one row."""
    text = postgres_server.dsn(postgres_database)
    with psycopg.connect(text, autocommit=True) as connection:
        connection.execute("CREATE TABLE stock (id int, name text)")
        connection.execute("INSERT INTO stock VALUES (1, 'a')")
    return text


@contextlib.contextmanager
def line(dsn: str, waiters: int = 1) -> Iterator[tuple[Any, list[Any]]]:
    """One session holds the row, the others stand in line for it; at the end the row is free."""
    with contextlib.ExitStack() as stack:
        holder = stack.enter_context(psycopg.connect(dsn))
        holder.execute("UPDATE stock SET name = 'secret' WHERE id = 1")
        waiting = [stack.enter_context(psycopg.connect(dsn, autocommit=True)) for _ in range(waiters)]
        for one in waiting:
            one.pgconn.send_query(b"DELETE FROM stock WHERE id = 1")
        yield holder, waiting
        holder.rollback()
        for one in waiting:
            while one.pgconn.get_result():
                pass


def test_a_wait_has_both_ends(dsn: str) -> None:
    """Statements without values, processes, the holder's state; the time is that of the wait, not of the watching."""
    watch = BlockingWatch("default", lambda: psycopg.connect(dsn, autocommit=True))
    with psycopg.connect(dsn, autocommit=True) as connection:
        with line(dsn) as (holder, (waiter,)):
            ends = (waiter.info.backend_pid, holder.info.backend_pid)
            sent_ns = time.monotonic_ns()
            assert wait_until(lambda: watch.look(connection), step_s=0.01)
            time.sleep(0.05)
            watch.look(connection)
            least_ns = time.monotonic_ns() - sent_ns
        assert not watch.look(connection)
    (wait,) = watch.take()
    assert (wait.pid, wait.holder_pid) == ends
    assert wait.statement == "DELETE FROM stock WHERE id = ?"
    assert wait.holder_statement == "UPDATE stock SET name = ? WHERE id = ?"
    assert (wait.holder_state, wait.lock) == ("idle in transaction", "transactionid")
    assert wait.held_ns >= wait.wait_ns - wait.resolution_ns
    assert wait.wait_ns > least_ns - 60 * MS
    assert watch.take() == []


def test_a_wait_ends_before_its_session_goes_on(dsn: str) -> None:
    """What the session did next bounds the estimate, however long nobody looked; its statement began before."""
    watch = BlockingWatch("default", lambda: psycopg.connect(dsn, autocommit=True))
    with psycopg.connect(dsn, autocommit=True) as connection, line(dsn) as (holder, _):
        assert wait_until(lambda: watch.look(connection), step_s=0.01)
        holder.rollback()
        ended_ns = time.monotonic_ns()
        time.sleep(0.15)
        watch.look(connection)
    (wait,) = watch.take()
    assert wait.start_ns + wait.wait_ns + wait.resolution_ns // 2 < ended_ns + 50 * MS
    assert 0 < wait.statement_start_ns < ended_ns


def test_all_in_a_line_wait_for_its_head(dsn: str) -> None:
    """A session that waits itself is not the cause."""
    watch = BlockingWatch("default", lambda: psycopg.connect(dsn, autocommit=True))
    with psycopg.connect(dsn, autocommit=True) as connection, line(dsn, waiters=2) as (holder, waiting):
        head = holder.info.backend_pid
        assert wait_until(lambda: watch.look(connection) and len(watch._going) == len(waiting), step_s=0.01)
    watch.stop()
    assert {one.holder_pid for one in watch.take()} == {head}


def test_a_server_that_refuses_costs_nothing(dsn: str) -> None:
    """The watch ends by itself and says why."""
    there = psycopg.conninfo.conninfo_to_dict(dsn) | {"dbname": "nowhere"}
    probe = PostgresqlProbe("default", there)
    watch = BlockingWatch("default", probe.connect, lambda error: probe.refused(error).hint)
    watch.start()
    assert wait_until(lambda: not watch._thread.is_alive())
    watch.stop()
    assert watch.take() == []
    assert "CREATE DATABASE nowhere;" in next(watch.notes())


def test_the_probe_of_postgresql_hands_them_over() -> None:
    """The sampler asks it for them."""
    assert isinstance(PostgresqlProbe("default", {}), EventProbe)
