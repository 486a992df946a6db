"""Values of slow statements, for the plans of a clone."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest

from loadaudit.probes.bound import BoundStatements, bound_text, taken
from loadaudit.probes.recorder import Mark, Recorder
from loadaudit.probes.trace import statement_uses

SQL = "SELECT a FROM t WHERE b = %s"


def executed(*marks: Mark, sql: str = SQL) -> Recorder:
    """Return a request that executed one statement so often."""
    recorder = Recorder(1, 1)
    recorder.groups["default"][sql] = list(marks)
    return recorder


def noted(keeper: BoundStatements, recorder: Recorder) -> list[tuple[str, str, str]]:
    """Let a request be noted, and return what is new."""
    keeper.note(recorder.groups, statement_uses(recorder.groups, {}))
    return keeper.take()


def mark(duration_ns: int, *values: Any) -> Mark:
    """Return an execution with values."""
    return [0, duration_ns, 0, values]


def test_the_slowest_execution_is_kept() -> None:
    """Of a request the longest; of the run what took twice as long as all before."""
    keeper = BoundStatements()
    assert noted(keeper, executed(mark(10, 1), mark(30, 2), mark(20, 3))) == [
        ("default", SQL, "SELECT a FROM t WHERE b = 2")
    ]
    assert noted(keeper, executed(mark(50, 4))) == []
    assert noted(keeper, executed(mark(70, 5))) == [("default", SQL, "SELECT a FROM t WHERE b = 5")]


def test_what_no_plan_needs_is_not_kept() -> None:
    """Statements that only write new rows, or are none."""
    assert noted(BoundStatements(), executed(mark(9, 1), sql="INSERT INTO t VALUES (%s)")) == []
    assert noted(BoundStatements(), executed(mark(9), sql="SAVEPOINT a")) == []


def test_nothing_is_kept_unless_installed() -> None:
    """Installed twice it is asked once, and taken out it is not asked any more."""
    keeper = BoundStatements()
    keeper.install()
    keeper.install()
    noted_by_it = executed(mark(9, 1))
    keeper.note(noted_by_it.groups, statement_uses(noted_by_it.groups, {}))
    assert len(taken()) == 1
    keeper.restore()
    keeper.restore()
    keeper.note(noted_by_it.groups, ())
    assert taken() == []


@pytest.mark.parametrize(
    ("sql", "values", "text"),
    [
        ("SELECT 1", None, "SELECT 1"),
        ("UPDATE t SET a = %s", None, ""),
        ("SELECT %s, 'a%%'", ("it's",), "SELECT 'it''s', 'a%'"),
        ("SELECT %s", (datetime.date(2026, 1, 2),), "SELECT '2026-01-02'::date"),
        ("SELECT %s", (uuid.UUID(int=1),), "SELECT '00000000000000000000000000000001'::uuid"),
        ("SELECT %s", (object(),), ""),
        ("SELECT %(a)s", {"a": 1}, ""),
        ("SELECT %s", ("x" * 30_000,), ""),
    ],
    ids=["none", "several at once", "text", "date", "uuid", "unknown kind", "named", "too long"],
)
def test_values_are_written_as_the_server_reads_them(sql: str, values: Any, text: str) -> None:
    """Or the statement is explained without them."""
    assert bound_text(sql, values) == text
