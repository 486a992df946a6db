"""Who held what for whom."""

from pathlib import Path
from typing import Any

from loadaudit.analysis.result import LockQueue
from loadaudit.records import Blocking
from tests.analysis.factories import MS, analysed, operation, requests, run_info, use

SAVE, CLOSE = "POST /orders/<int:pk>/save/", "POST /orders/<int:pk>/close/"
UPDATE = 'UPDATE "stock" SET "n" = %s WHERE "id" = %s'
BLOCKING = Blocking(
    alias="default",
    waiting='UPDATE "stock" SET "n" = ? WHERE "id" = ?',
    holding="SELECT pg_sleep(?)",
    state="idle in transaction",
    lock="transactionid",
    seen=4,
    longest_s=1.5,
    held_s=3.0,
)
ADVISORY = Blocking(
    alias="default",
    waiting="SELECT pg_advisory_lock(?)",
    holding="COMMIT",
    state="active",
    lock="advisory",
    seen=1,
    longest_s=0.2,
    held_s=0.0,
)


def queues(folder: Path, *blockings: Blocking, database: str = "postgresql", **server: Any) -> tuple[LockQueue, ...]:
    """Return those of a run in which orders are saved, ten a second."""
    made = requests(10, SAVE, server={"statements": (use(UPDATE, 1),), **server})
    info = run_info(environment={"database default": database})
    return analysed(folder, [operation(SAVE)], made, info=info, observations=blockings).lock_queues


def test_sessions_that_were_seen_waiting(tmp_path: Path) -> None:
    """The operation is the one that executes the statement; of a holder that no request is, the statement says it."""
    first, second = queues(tmp_path, ADVISORY, BLOCKING)
    assert (first.what, first.waiters, first.holders) == ("stock", (SAVE,), ())
    assert (first.holding, first.state) == ("SELECT pg_sleep(?)", "idle in transaction")
    assert (first.seen, first.longest_ns, first.held_ns, first.sessions) == (4, 1500 * MS, 3000 * MS, True)
    assert (second.what, second.waiters) == ("advisory lock", ())


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
