"""Who held what for whom."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.analysis.result import LockQueue
from loadaudit.records import BlockedSession
from tests.analysis.factories import MS, analysed, operation, requests, run_info, use

SAVE, CLOSE = "POST /orders/<int:pk>/save/", "POST /orders/<int:pk>/close/"
UPDATE = 'UPDATE "stock" SET "n" = %s WHERE "id" = %s'
BLOCKED = BlockedSession(
    alias="default",
    pid=11,
    statement='UPDATE "stock" SET "n" = ? WHERE "id" = ?',
    start_ns=0,
    wait_ns=1500 * MS,
    resolution_ns=100 * MS,
    holder_pid=12,
    holder_statement="SELECT pg_sleep(?)",
    holder_state="idle in transaction",
    lock="transactionid",
    held_ns=3000 * MS,
)
ADVISORY = replace(
    BLOCKED,
    statement="SELECT pg_advisory_lock(?)",
    holder_statement="COMMIT",
    holder_state="active",
    lock="advisory",
    wait_ns=200 * MS,
    held_ns=0,
)


def queues(
    folder: Path, *blocked: BlockedSession, database: str = "postgresql", **server: Any
) -> tuple[LockQueue, ...]:
    """Return those of a run in which orders are saved, ten a second."""
    made = requests(10, SAVE, server={"statements": (use(UPDATE, 1),), **server})
    info = run_info(environment={"database default": database})
    return analysed(folder, [operation(SAVE)], made, info=info, observations=blocked).lock_queues


def test_sessions_that_were_seen_waiting(tmp_path: Path) -> None:
    """The operation is the one that executes the statement; of a holder that no request is, the statement says it."""
    first, second = queues(tmp_path, ADVISORY, BLOCKED, replace(BLOCKED, wait_ns=5 * MS, held_ns=0))
    assert (first.what, first.waiters, first.holders) == ("stock", (SAVE,), ())
    assert (first.holding, first.state) == ("SELECT pg_sleep(?)", "idle in transaction")
    assert (first.seen, first.longest_ns, first.held_ns, first.sessions) == (2, 1500 * MS, 3000 * MS, True)
    assert (second.what, second.waiters) == ("advisory lock", ())


def test_traces_name_the_operations(tmp_path: Path) -> None:
    """Where process ids of sessions are known, the requests on both ends are, not all that execute the statement."""
    (found,) = queues(tmp_path, replace(BLOCKED, start_ns=MS), backends=(11, 12), start_ns=1, service_ns=5000 * MS)
    assert (found.waiters, found.holders) == ((SAVE,), (SAVE,))


def test_requests_that_waited_for_each_other(tmp_path: Path) -> None:
    """Those that lock rows of one table and end one after the other show it without a look at sessions."""
    quick = requests(5, CLOSE, server={"statements": (use(UPDATE, 1),), "service_ns": 90 * MS})
    slow = use(UPDATE, 1, max_ns=400 * MS, total_ns=400 * MS)
    waiting = requests(3, SAVE, first=6, server={"statements": (slow,), "start_ns": 101 * MS, "service_ns": 450 * MS})
    info = run_info(environment={"database default": "postgresql"})
    found = analysed(tmp_path, [operation(SAVE), operation(CLOSE)], [*quick, *waiting], info=info).lock_queues
    assert [(one.what, one.waiters, one.holders, one.seen) for one in found] == [("stock", (SAVE,), (CLOSE,), 3)]
    assert (found[0].longest_ns, found[0].sessions) == (400 * MS, False)


def test_sqlite_has_none(tmp_path: Path) -> None:
    """It has a single writer and no sessions to look at."""
    assert queues(tmp_path, database="sqlite, driver sqlite3") == ()
