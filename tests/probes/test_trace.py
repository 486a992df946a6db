"""The trace of a request: its user and its numbers."""

import logging
import os
import threading
import time
from dataclasses import fields, replace
from typing import Any, NoReturn

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from loadaudit.probes.noting import note_failure
from loadaudit.probes.recorder import Mark, Recorder
from loadaudit.probes.trace import statement_uses, trace_of, writes
from loadaudit.records import Trace
from tests.demo.accounts.models import User
from tests.probes.conftest import Site
from tests.probes.executions import executed, mark


@pytest.fixture
def anna(site: Site) -> User:
    """A user who is logged in."""
    user = User.objects.create_user("anna", "anna@example.com", "pass-of-anna")
    site.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_the_user_that_a_view_looked_at(site: Site, anna: User) -> None:
    """Loaded by the request itself."""
    assert site.trace("/private/").user_id == str(anna.pk)


def test_the_user_of_a_loaded_session(site: Site, anna: User) -> None:
    """Known without loading the user."""
    assert site.trace("/session/").user_id == str(anna.pk)


def test_a_user_whom_nobody_looked_at_stays_unknown(site: Site, anna: User) -> None:
    """Looking would cost statements that the request did not make."""
    trace = site.trace("/nothing/")
    assert (trace.user_id, trace.sql_count) == ("", 0)


def test_the_user_of_an_async_view(site: Site, anna: User) -> None:
    """`request.auser()` counts as looking."""
    assert site.trace("/awaited-user/").user_id == str(anna.pk)


def test_what_ran_before_the_view_alone(site: Site, anna: User) -> None:
    """A middleware's statement, but not what the view makes other middleware load; where none ran, nobody can tell."""
    site.with_middleware("asking")
    trace = site.trace("/private/")
    assert (len(trace.statements), trace.before_view) == (3, (0,))
    assert site.trace("/nowhere/").before_view == ()


def test_an_anonymous_request_has_no_user(site: Site) -> None:
    """Also where the view looked."""
    assert site.trace("/private/").user_id == ""


def test_a_user_who_may_not_come_in_any_more_is_nobody(site: Site, anna: User) -> None:
    """The session still names the deactivated user, but the request ran for nobody."""
    User.objects.update(is_active=False)
    trace = site.trace("/private/")
    assert (trace.denied, trace.user_id) == (True, "")


def test_a_logout_ran_as_the_user_who_left(site: Site, anna: User) -> None:
    """At the end the request's user is anonymous, but it was made by somebody."""
    assert site.trace("/leaving/").user_id == str(anna.pk)


def test_a_login_ran_as_the_user_who_came(site: Site) -> None:
    """The trace of a login shows whom it let in."""
    user = User.objects.create_user("berta", "berta@example.com", "pass-of-berta")
    form = {"username": "berta", "password": "pass-of-berta"}
    from tests.probes.conftest import headers

    site.client.post("/accounts/login/", form, headers=headers())
    (trace,) = site.traces
    assert trace.user_id == str(user.pk)


def test_a_user_that_middleware_set(site: Site) -> None:
    """Token authentication puts a plain user on the request."""
    request = HttpRequest()
    request.user = User(pk=42)
    assert trace_of(Recorder(1, 1), request, 200).user_id == "42"


@pytest.mark.parametrize("user", [None, AnonymousUser()], ids=["unset", "anonymous"])
def test_a_user_whom_a_token_stands_for(user: AnonymousUser | None) -> None:
    """django-ninja puts whom it let in beside the request's user; other objects of that name are no users."""
    request = HttpRequest()
    if user is not None:
        request.user = user
    request.auth = User(pk=42)  # type: ignore[attr-defined]
    assert trace_of(Recorder(1, 1), request, 200).user_id == "42"
    request.auth = object()  # type: ignore[attr-defined]
    assert trace_of(Recorder(1, 1), request, 200).user_id == ""


def test_a_user_who_refuses_to_be_asked_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in for who asks, and whatever the project's logging makes of a note: the answer goes on."""

    class Nobody:
        def __getattr__(self, name: str) -> NoReturn:
            raise RuntimeError(name)

    request: Any = HttpRequest()
    request.user = request.auth = Nobody()
    assert trace_of(Recorder(1, 1), request, 200).user_id == ""
    monkeypatch.setattr(logging.getLogger("loadaudit"), "handlers", [Nobody()])
    note_failure("could not describe %s", "/")


def test_times_and_worker(site: Site) -> None:
    """Service time covers CPU and SQL; the worker is this process."""
    trace = site.trace("/repeated/")
    assert trace.service_ns >= trace.sql_ns > 0
    assert trace.cpu_ns > 0
    assert (trace.worker, trace.thread) == (os.getpid(), threading.get_ident())
    assert 0 < trace.start_ns <= time.monotonic_ns()


def test_every_field_has_a_value() -> None:
    """A trace is not made by its own constructor, which would see to that."""
    trace = trace_of(Recorder(1, 1), HttpRequest(), 200)
    assert all(hasattr(trace, one.name) for one in fields(Trace))
    assert trace == replace(trace)


def test_cpu_of_another_thread_is_not_claimed() -> None:
    """Thread clocks of two threads cannot be subtracted."""
    recorder, made = Recorder(1, 1), []
    thread = threading.Thread(target=lambda: made.append(trace_of(recorder, HttpRequest(), 200)))
    thread.start()
    thread.join()
    assert made[0].cpu_ns == 0


def test_statement_uses_add_up() -> None:
    """Grouped by alias and SQL in the order of their first execution."""
    groups = {
        "default": {"A": [mark(duration_ns=5), mark(duration_ns=7)], "B": [mark(duration_ns=1)]},
        "second": {"A": [mark(duration_ns=2)]},
    }
    uses: Any = [
        (one.alias, one.sql, one.count, one.total_ns, one.max_ns, one.call_site)
        for one in statement_uses(groups, {"A": "views.py:3 in f"})
    ]
    assert uses == [
        ("default", "A", 2, 12, 7, "views.py:3 in f"),
        ("default", "B", 1, 1, 1, ""),
        ("second", "A", 1, 2, 2, "views.py:3 in f"),
    ]


def test_savepoints_are_one_statement() -> None:
    """Each has a name of its own, which says nothing."""
    groups = {"default": {text: [mark()] for text in ('SAVEPOINT "s1_x1"', 'SAVEPOINT "s1_x2"')}}
    (use,) = statement_uses(groups, {})
    assert (use.sql, use.count) == ("SAVEPOINT", 2)


@pytest.mark.parametrize(
    ("marks", "total_ns", "max_ns", "rows"),
    [
        ([[0, 10, 2, None], [20, 25, 1, None]], 15, 10, 3),
        ([[0, 10, -1, None], [20, 25, 4, None]], 15, 10, 4),
        ([[0, 10, -1, None]], 10, 10, 0),
        ([[0, 10, 0, None, 11, 14, 5], [20, 25, 0, None, 25, 45, 7]], 38, 25, 12),
        ([[0, 10, 0, None, 11, 14, 5, 15, 16, 1], [20, 25, 0, None]], 19, 14, 6),
        ([[0, 10, 0, None, 11, 14, 5], [20, 25, 0, None]], 18, 13, 5),
    ],
    ids=["never fetched", "unknown and known", "unknown", "fetched once", "fetched twice", "one was not fetched"],
)
def test_time_and_rows_of_what_was_fetched(marks: list[Mark], total_ns: int, max_ns: int, rows: int) -> None:
    """Where rows are computed while they are fetched that belongs to the statement, however often it happened."""
    recorder = Recorder(1, 1)
    executed(recorder, "SELECT 1", *marks)
    (use,) = statement_uses(recorder.groups, {})
    assert (use.count, use.total_ns, use.max_ns, use.rows) == (len(marks), total_ns, max_ns, rows)


@pytest.mark.parametrize(
    ("sql", "changes"),
    [
        ("UPDATE t SET a = 1", True),
        ("/* app */ -- why\nUPDATE t SET a = 1", True),
        ("/* app */ UPDATE t SET a = 1", True),
        ("-- why\nDELETE FROM t", True),
        ('WITH gone AS (DELETE FROM "t" RETURNING a) SELECT a FROM gone', True),
        ("WITH one AS (SELECT a FROM t FOR UPDATE OF t) SELECT a FROM one", False),
        ("SELECT a FROM t FOR UPDATE", False),
    ],
)
def test_what_changes_rows(sql: str, changes: bool) -> None:
    """Comments before a statement and a WITH around it hide nothing."""
    assert writes(sql) is changes
