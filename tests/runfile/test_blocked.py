"""Requests on both ends of a wait for a lock."""

import pytest

from loadaudit.records import BlockedSession, StatementUse
from loadaudit.runfile.blocked import Served, by_number, joined, lock_ns


def wait(start_ns: int, wait_ns: int, *, pid: int = 11, holder_pid: int = 12, began_ns: int = 0) -> BlockedSession:
    """Return one wait on the database `default`, of a statement that began then."""
    return BlockedSession(
        alias="default",
        pid=pid,
        statement="UPDATE stock SET n = ?",
        statement_start_ns=began_ns,
        start_ns=start_ns,
        wait_ns=wait_ns,
        resolution_ns=10,
        holder_pid=holder_pid,
        holder_statement="SELECT 1",
        holder_state="idle in transaction",
    )


def use(max_ns: int, alias: str = "default", sql: str = "UPDATE stock SET n = %s") -> StatementUse:
    """Return a statement whose longest execution took `max_ns`."""
    return StatementUse(alias=alias, sql=sql, count=1, total_ns=max_ns, max_ns=max_ns)


def test_process_and_moment_name_the_requests() -> None:
    """A session serves one request after the other."""
    served = [
        Served(number=1, operation="GET /a/", start_ns=0, end_ns=90, backends=(11,)),
        Served(number=2, operation="GET /b/", start_ns=100, end_ns=300, backends=(11,)),
        Served(number=3, operation="POST /c/", start_ns=50, end_ns=250, backends=(12, 13)),
    ]
    (found,) = joined([wait(110, 100)], served)
    assert (found.number, found.operation) == (2, "GET /b/")
    assert (found.holder_number, found.holder_operation) == (3, "POST /c/")


def test_a_wait_ends_with_its_request() -> None:
    """The estimate of its end may lie behind that."""
    served = [Served(number=1, operation="GET /a/", start_ns=0, end_ns=150, backends=(11,))]
    (found,) = joined([wait(110, 60)], served)
    assert found.wait_ns == 40


def test_a_session_of_nobody_stays_one() -> None:
    """A management command may hold the lock, and a pooler hides who has which session."""
    (found,) = joined([wait(110, 100)], [])
    assert (found.number, found.operation, found.holder_number) == (0, "", 0)
    assert by_number([found]) == {}


@pytest.mark.parametrize(
    ("waits", "statements", "database_ns", "expected_ns"),
    [
        ([wait(0, 80)], [use(100)], 150, 80),
        ([wait(0, 130)], [use(100)], 150, 100),
        ([wait(0, 80), wait(100, 90)], [use(100), use(40)], 150, 150),
        ([wait(0, 80)], [use(60, "replica")], 150, 60),
        ([wait(0, 80)], [], 150, 0),
        ([wait(0, 80, began_ns=1), wait(81, 60, began_ns=1)], [use(100)], 150, 100),
        ([wait(0, 80, began_ns=1), wait(81, 60, began_ns=2)], [use(100)], 150, 140),
        ([wait(0, 80)], [use(60), use(100, sql="SELECT pg_sleep(%s)")], 200, 60),
        ([wait(0, 80)], [use(70, sql="UPDATE stock SET m = %s")], 200, 70),
    ],
)
def test_the_estimate_is_never_larger_than_the_statement(
    waits: list[BlockedSession], statements: list[StatementUse], database_ns: int, expected_ns: int
) -> None:
    """Nor all of them together than the time in the database."""
    assert lock_ns(waits, statements, database_ns) == expected_ns
