"""Operations in the comments of statements."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from loadaudit.probes.recorder import Recorder, recording
from loadaudit.probes.sql import SqlProbe
from loadaudit.probes.tags import TagProbe, tag_statement, tagged_operation


def sent(sql: str, method: str = "GET", route: str = "/shop/<int:pk>/") -> str:
    """Return what a request of an operation sends to the database."""
    got: list[str] = []
    recorder = Recorder(1, 1)
    recorder.method, recorder.route = method, route
    with recording(recorder):
        tag_statement(lambda text, *_: got.append(text), sql, None, False, {})
    return got[0]


def test_a_statement_carries_its_operation() -> None:
    """At its end, where hints for planners do not stand, and it can be read again."""
    text = sent("SELECT 1")
    assert text == "SELECT 1 /* loadaudit: GET /shop/<int:pk>/ */"
    assert tagged_operation(text) == "GET /shop/<int:pk>/"
    assert tagged_operation("SELECT 1") == ""


@pytest.mark.parametrize("route", ["/a*/b/", "/100%s/", "/'x'/", "/a\n--/"])
def test_nothing_in_a_route_ends_the_comment(route: str) -> None:
    """Or is taken for a parameter."""
    comment = sent("SELECT 1", route=route).removeprefix("SELECT 1 /* ").removesuffix(" */")
    assert not any(text in comment for text in ("*/", "%", "'", "\n"))


def test_before_the_request_is_resolved_there_is_none() -> None:
    """Statements of middlewares are nobody's."""
    assert sent("SELECT 1", route="") == "SELECT 1"


def test_statements_are_recorded_without_it(db: None) -> None:
    """So that runs with and without compare; it is put in and taken out exactly."""
    before = list(connection.execute_wrappers)
    recorder, probes = Recorder(1, 1), (TagProbe(), SqlProbe())
    recorder.method, recorder.route = "GET", "/a/"
    for one in probes:
        one.install()
    seen: list[Any] = []

    def look(execute: Any, sql: Any, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    try:
        with connection.execute_wrapper(look), recording(recorder), connection.cursor() as cursor:
            cursor.execute("SELECT %s", (1,))
            assert cursor.fetchone() == (1,)
    finally:
        for one in probes:
            one.restore()
    assert seen == ["SELECT %s /* loadaudit: GET /a/ */"]
    assert [one.sql for one in recorder.executions()] == ["SELECT %s"]
    assert connection.execute_wrappers == before
