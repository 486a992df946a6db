"""Statements and connections, and whose they are."""

import logging
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.utils import ConnectionHandler
from django.test.utils import CaptureQueriesContext

from loadaudit.probes.recorder import Recorder, SpanKind, current, recording
from loadaudit.probes.split import split_of
from loadaudit.probes.sql import SqlProbe, connections_left
from tests.probes import views
from tests.probes.conftest import MIDDLEWARE, Site


def statements(trace: Any) -> dict[str, int]:
    """Return how often each statement was executed."""
    return {use.sql: use.count for use in trace.statements}


def test_orm_statements_are_counted_and_grouped(site: Site) -> None:
    """The same SQL with other values is one entry; count and time are sums over all."""
    trace = site.trace("/orm/")
    assert trace.sql_count == 3
    assert sorted(use.count for use in trace.statements) == [1, 2]
    assert trace.sql_ns == sum(use.total_ns for use in trace.statements) > 0
    assert all(0 < use.max_ns <= use.total_ns for use in trace.statements)


def test_statements_keep_their_placeholders(site: Site) -> None:
    """No value gets into a trace."""
    (repeated,) = [use for use in site.trace("/orm/").statements if use.count == 2]
    assert '"id" = %s' in repeated.sql


def test_raw_cursor_and_executemany(site: Site) -> None:
    """Each call on a raw cursor is one statement, executemany too."""
    trace = site.trace("/raw/")
    assert trace.sql_count == 5
    assert statements(trace)["INSERT INTO probe_rows VALUES (%s)"] == 1


def test_rows_that_a_statement_changes_are_counted(site: Site) -> None:
    """An UPDATE that meets none tells that a success has changed nothing; of what is only read no number is known."""
    rows = {use.sql.partition(" ")[0]: use.rows for use in site.trace("/raw/").statements}
    assert rows == {"CREATE": 0, "INSERT": 3, "UPDATE": 2, "DELETE": 0, "DROP": 0}


def test_aliases_are_told_apart(site: Site) -> None:
    """The same SQL on two databases is two entries."""
    trace = site.trace("/two/")
    assert sorted((use.alias, use.count) for use in trace.statements) == [("default", 1), ("second", 1)]


def test_a_statement_that_fails_is_counted(site: Site) -> None:
    """The server spent time on it, whatever came of it."""
    recorder = Recorder(1, 1)
    with recording(recorder), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nonsense FROM nowhere")
    assert len(recorder.executions()) == 1


def test_nothing_is_recorded_outside_a_request(site: Site) -> None:
    """Without a recorder a statement leaves no mark."""
    views.ask()
    assert site.traces == []
    assert current() is None


def test_statements_while_streaming_are_counted(site: Site) -> None:
    """Those before the response and those between its chunks are one request's."""
    assert statements(site.trace("/streaming/")) == {"SELECT 1": 1, "SELECT 2": 3}


def test_call_site_is_named_once_a_statement_repeats(site: Site) -> None:
    """It is the project's own line, not Django's and not the probe's."""
    (use,) = site.trace("/repeated/").statements
    assert use.call_site.startswith("tests/probes/views.py:")
    assert use.call_site.endswith(" in ask")


def test_call_site_is_looked_up_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking the stack costs more than all the rest, so the third execution does it and no other."""
    lookups: list[int] = []

    def look_up() -> str:
        lookups.append(1)
        return "here"

    monkeypatch.setattr("loadaudit.probes.sql.call_site", look_up)
    site.trace("/repeated/")
    assert len(lookups) == 1


def test_no_call_site_for_single_statements(site: Site) -> None:
    """What happens twice is no pattern yet."""
    assert {use.call_site for use in site.trace("/orm/").statements} == {""}


def test_project_wrappers_run_inside_the_probe(site: Site) -> None:
    """A wrapper of the project's own is measured as part of the statement and still taken off by its owner."""
    recorder = Recorder(1, 1)
    order: list[int] = []

    def own(execute: Any, *args: Any) -> Any:
        order.append(len(recorder.executions()))
        return execute(*args)

    with recording(recorder), site.databases["default"].execute_wrapper(own):
        views.ask()
    assert (order, len(recorder.executions())) == ([0], 1)
    assert own not in site.databases["default"].execute_wrappers


def test_debug_query_log_is_off_while_recording(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """DEBUG would make Django format and keep every statement."""
    site.settings.DEBUG = True
    asked = site.databases["default"]
    with caplog.at_level(logging.DEBUG, "django.db.backends"), recording(Recorder(1, 1)):
        views.ask()
    assert not asked.queries_log
    assert caplog.records == []


def test_debug_query_log_stays_on_for_everybody_else(site: Site) -> None:
    """A request without a token keeps what the project's developers look at."""
    site.settings.DEBUG = True
    asked = site.databases["default"]
    views.ask()
    assert len(asked.queries_log) == 1


def test_query_log_that_code_asks_for_is_kept(site: Site) -> None:
    """`force_debug_cursor` is no accident of DEBUG: somebody in the project wants to see the statements."""
    with recording(Recorder(1, 1)), CaptureQueriesContext(site.databases["default"]) as captured:
        views.ask()
    assert len(captured) == 1


def test_connection_left_by_a_thread_is_counted(site: Site) -> None:
    """The thread has ended and its connection is open: that is the leak."""
    trace = site.trace("/leaking/")
    views.seen["left"].close()
    assert (trace.connections_opened, trace.connections_left) == (1, 1)
    assert trace.connect_ns > 0


def test_connections_that_threads_close_are_not_left(site: Site) -> None:
    """Opened twice, closed twice."""
    trace = site.trace("/threads/")
    assert (trace.connections_opened, trace.connections_left) == (2, 0)


def test_a_failed_connect_opens_nothing(site: Site, tmp_path: Any) -> None:
    """Its time counts, but there is no connection that could be left."""
    missing = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "no-folder" / "db.sqlite3"}
    recorder = Recorder(1, 1)
    with recording(recorder), pytest.raises(DatabaseError):
        ConnectionHandler({"default": missing})["default"].ensure_connection()
    assert recorder.connections == []
    assert [kind for kind, _, _ in recorder.spans] == [SpanKind.CONNECT]


def test_a_wrapper_that_reconnects_is_left_once(tmp_path: Any, django_db_blocker: Any) -> None:
    """After a lost connection the wrapper connects again; one connection is open in the end."""
    probe, recorder = SqlProbe(), Recorder(1, 1)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "db.sqlite3"}
    opened = ConnectionHandler({"default": database})["default"]
    opened.inc_thread_sharing()

    def work() -> None:
        with recording(recorder), django_db_blocker.unblock():
            opened.connect()
            opened.close()
            opened.connect()

    probe.install()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    probe.restore()
    assert (len(recorder.connections), connections_left(recorder)) == (2, 1)
    opened.close()


def test_the_user_costs_no_statement(site: Site, django_user_model: Any) -> None:
    """With and without the probe a request executes the same number of statements."""
    site.client.force_login(_user(django_user_model))
    for path in ("/private/", "/nothing/", "/session/"):
        with CaptureQueriesContext(connection) as with_probe:
            site.get(path)
        site.settings.MIDDLEWARE = list(MIDDLEWARE)
        site.client.handler.load_middleware()
        with CaptureQueriesContext(connection) as without:
            site.get(path)
        assert len(with_probe) == len(without), path
        site.with_middleware()
        site.client.handler.load_middleware()


def _user(model: Any) -> Any:
    return model.objects.create_user("anna", "anna@example.com", "pass")


def test_untokened_requests_are_not_recorded(site: Site) -> None:
    """Neither statements nor a header."""
    response = site.client.get("/orm/")
    assert site.traces == []
    assert "Server-Timing" not in response.headers


class _Unreadable:
    """Stands for a statement of a driver whose text needs what the probe has not."""

    def as_string(self, context: Any) -> str:
        raise TypeError("argument 2 must be a connection or a cursor")


def test_a_statement_whose_text_cannot_be_had_is_executed_all_the_same(site: Site) -> None:
    """What the driver takes runs, and counts under its type."""
    with connection.cursor() as cursor:
        taken: list[Any] = []
        recorder = Recorder(1, 1)
        with recording(recorder):
            cursor._execute_with_wrappers(_Unreadable(), None, False, lambda sql, *_: taken.append(sql))
    assert len(taken) == 1
    assert list(recorder.groups["default"]) == ["-- _Unreadable"]


def test_statements_of_a_wrapper_lie_within_another(site: Site) -> None:
    """What a project's wrapper asks by itself is not counted twice in the time of the database."""

    def asking(execute: Any, sql: Any, *rest: Any) -> Any:
        if sql == "SELECT 1":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 2")
        return execute(sql, *rest)

    recorder = Recorder(1, 1)
    with recording(recorder), connection.execute_wrapper(asking), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    sql_ns = sum(mark[1] - mark[0] for (mark,) in recorder.groups["default"].values())
    assert split_of(recorder, recorder.start_ns + 10**12, None, sql_ns).database_ns < sql_ns
