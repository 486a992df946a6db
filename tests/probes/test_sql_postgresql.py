"""Statements as PostgreSQL's own log has them: all of them are recorded, and the probe adds none."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import ConnectionHandler
from psycopg import sql

from loadaudit.probes.active import ActiveProbes
from loadaudit.probes.recorder import Recorder, SpanKind, recording
from loadaudit.records import Trace
from tests import servers
from tests.probes.conftest import KEY, Site
from tests.processes import wait_until

PREFIXES = ("statement: ", "execute ")


@pytest.fixture(scope="module")
def logging_server() -> Iterator[servers.Postgres]:
    """A PostgreSQL that logs every statement with the application that it came from."""
    options = {"logging_collector": "on", "log_filename": "statements", "log_statement": "all"}
    with servers.start_postgres(log_line_prefix="%a|", **options) as server:
        server.execute("CREATE TABLE rows (n integer)")
        server.execute("INSERT INTO rows SELECT generate_series(1, 500)")
        server.execute("CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n'")
        yield server


class Observed:
    """What was recorded of some work, and what the server has logged of it."""

    def __init__(self, recorder: Recorder, logged: list[str]) -> None:
        self.recorder = recorder
        self.logged = logged

    @property
    def recorded(self) -> list[str]:
        """The texts in their order."""
        return [one.sql for one in self.recorder.executions()]


Work = Callable[[Any], None]


@pytest.fixture
def observe(
    logging_server: servers.Postgres, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> Callable[..., Observed]:
    """Do some work on a connection of its own, with the probes or without."""

    def run(work: Work, *, probed: bool = True, **options: Any) -> Observed:
        name, recorder = f"app-{secrets.token_hex(4)}", Recorder(1, 1)
        entry = {**logging_server.django(), **options}
        entry["OPTIONS"] = {"application_name": name, **options.get("OPTIONS", {})}
        databases = ConnectionHandler({"default": entry})
        monkeypatch.setattr(transaction, "connections", databases)
        active = ActiveProbes.install(token_key=KEY) if probed else None
        try:
            with django_db_blocker.unblock(), recording(recorder if probed else None):
                work(databases["default"])
        finally:
            databases["default"].close()
            close_pool = getattr(databases["default"], "close_pool", None)
            if close_pool is not None:
                close_pool()
            if active is not None:
                active.restore()
        return Observed(recorder, logged(logging_server, name))

    return run


def logged(server: servers.Postgres, application: str) -> list[str]:
    """Return the statements that the server has logged of one application."""
    assert server.socket_dir is not None
    file = server.socket_dir / "data" / "log" / "statements"
    # A process of its own writes the log, one line after the other.
    mark = f"SELECT 'after {application}'"
    server.execute(mark)
    assert wait_until(lambda: mark in file.read_text(), step_s=0.01)
    found = []
    for line in file.read_text().splitlines():
        name, _, text = line.partition("|")
        if name == application and "LOG:  " in text:
            text = text.partition("LOG:  ")[2]
            if text.startswith(PREFIXES):
                found.append(text.partition(": ")[2])
    return found


def plain(connection: Any) -> None:
    """Statements on raw cursors, one of them composed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM rows WHERE n = %s", [3])
        cursor.fetchall()
        cursor.execute(sql.SQL("SELECT {}").format(sql.Identifier("n")) + sql.SQL(" FROM rows LIMIT 1"))
        cursor.execute("UPDATE rows SET n = n WHERE n < %s", [3])


def many(connection: Any) -> None:
    """One call for several rows."""
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE rows SET n = n WHERE n = %s", [[1], [2], [3]])


def procedure(connection: Any) -> None:
    """A procedure by its name."""
    with connection.cursor() as cursor:
        cursor.callproc("twice", [4])
        assert cursor.fetchall() == [(8,)]


def server_side(connection: Any) -> None:
    """Rows that the server hands out by the hundred."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute("SELECT n FROM rows")
        while cursor.fetchmany(100):
            pass


def iterated(connection: Any) -> None:
    """The same by iterating."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute("SELECT n FROM rows")
        assert len(list(cursor)) == 500


def transactions(connection: Any) -> None:
    """A transaction with a savepoint in it that is rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with transaction.atomic():
            cursor.execute("SELECT 2")
            transaction.set_rollback(True)


@pytest.mark.parametrize("work", [plain, many, procedure, server_side, iterated, transactions])
def test_the_probe_adds_no_statement(observe: Callable[..., Observed], work: Work) -> None:
    """The server's log is the same with the probes and without, but for the names of cursors and savepoints."""

    def named(texts: list[str]) -> list[str]:
        return [
            " ".join(word for word in text.split() if "_django_curs" not in word and not word.startswith('"s'))
            for text in texts
        ]

    assert named(observe(work).logged) == named(observe(work, probed=False).logged)


def test_recorded_are_those_that_were_executed(observe: Callable[..., Observed]) -> None:
    """One for one, in their order; what sets a new connection up belongs to connecting."""
    found = observe(plain)
    executed = [text for text in found.logged if "rows" in text]
    assert len(executed) == len(found.recorded) == 3
    assert [text[:10] for text in executed] == [text[:10] for text in found.recorded]
    assert [one.rows for one in found.recorder.executions()] == [1, 1, 2]


def test_the_server_process_is_known(observe: Callable[..., Observed]) -> None:
    """From the driver, so that samples of blocked sessions find the request; it costs no statement."""
    pids = []

    def ask(connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])

    assert observe(ask).recorder.backends == set(pids)


def test_one_call_for_many_rows_is_one(observe: Callable[..., Observed]) -> None:
    """As the project wrote it."""
    assert observe(many).recorded == ["UPDATE rows SET n = n WHERE n = %s"]


def test_a_procedure_is_recorded(observe: Callable[..., Observed]) -> None:
    """Django calls it past its own wrappers."""
    assert observe(procedure).recorded == ["CALL twice"]


@pytest.mark.parametrize("work", [server_side, iterated])
def test_fetching_from_the_server_is_database_time(observe: Callable[..., Observed], work: Work) -> None:
    """A named cursor computes its rows while they are fetched; each is counted."""
    (statement,) = observe(work).recorder.executions()
    assert statement.rows == 500
    assert statement.fetch_ns > 0


def test_ends_of_transactions(observe: Callable[..., Observed]) -> None:
    """As the log has them; savepoints are statements, and the outer end is timed."""
    found = observe(transactions)
    assert found.recorder.commits == len([text for text in found.logged if text == "COMMIT"]) == 1
    assert found.recorder.savepoints == len([text for text in found.logged if text.startswith("SAVEPOINT")]) == 1
    assert SpanKind.COMMIT in [kind for kind, _, _ in found.recorder.spans]


def test_a_pool_that_is_empty_is_waited_for(observe: Callable[..., Observed], django_db_blocker: Any) -> None:
    """Waiting for a connection of psycopg's pool is waiting for a connection."""
    waited: list[int] = []

    def work(connection: Any) -> None:
        connection.ensure_connection()
        held = connection.pool.getconn()

        # The pool has two connections and both are in use now.
        def ask() -> None:
            recorder, other = Recorder(2, 1), connection.copy()
            with django_db_blocker.unblock(), recording(recorder):
                other.ensure_connection()
            other.close()
            waited.extend(end - start for kind, start, end in recorder.spans if kind is SpanKind.CONNECT)

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask)
            with pytest.raises(TimeoutError):
                asked.result(0.05)
            connection.pool.putconn(held)
            asked.result(5)

    observe(work, OPTIONS={"pool": {"min_size": 1, "max_size": 2}})
    assert waited[0] >= 50_000_000


@pytest.mark.parametrize("max_age", [0, None])
def test_requests_in_one_transaction(
    site: Site, logging_server: servers.Postgres, monkeypatch: pytest.MonkeyPatch, max_age: int | None
) -> None:
    """ATOMIC_REQUESTS commits once for each request, whether the connection is kept or not."""
    from django.core.handlers import base

    from tests.probes import views

    entry = {**logging_server.django(), "ATOMIC_REQUESTS": True, "CONN_MAX_AGE": max_age}
    databases = ConnectionHandler({"default": entry})
    # Undone before the test database is rolled back through the same module.
    with monkeypatch.context() as patched:
        for module in (views, base, transaction):
            patched.setattr(module, "connections", databases)
        try:
            trace: Trace = site.trace("/repeated/")
        finally:
            databases.close_all()
    assert (trace.commits, trace.rollbacks) == (1, 0)
    assert trace.commit_ns > 0
    assert trace.sql_count == sum(use.count for use in trace.statements)
