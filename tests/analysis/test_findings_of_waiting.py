"""Findings about what requests wait for."""

from pathlib import Path

import pytest

from loadaudit.records import StatementUse
from tests.analysis.factories import MS, Request, analysed, found, operation, request, run_info

POSTGRESQL = run_info(environment={"database default": "postgresql, driver psycopg 3.2"})
LOCK = 'SELECT "value" FROM "numbers" WHERE "name" = %s FOR UPDATE'
TAKE, OTHER = operation("POST /take/"), operation("POST /other/")


def locking(number: int, start_ms: int, wait_ms: int, rest_ms: int, operation_id: str = TAKE.id) -> Request:
    """Return a request that waits for a row and then keeps it until it ends."""
    service = wait_ms + rest_ms
    uses = (StatementUse(alias="default", sql=LOCK, count=1, total_ns=wait_ms * MS, max_ns=wait_ms * MS),)
    return request(
        number,
        operation_id,
        client={"start_ns": start_ms * MS, "response_ns": service * MS, "latency_ns": service * MS},
        server={"start_ns": start_ms * MS, "service_ns": service * MS, "statements": uses},
    )


class TestLockWait:
    """LA502."""

    def test_requests_in_line_behind_a_lock_name_who_holds_it(self, tmp_path: Path) -> None:
        """Five at once, each of which keeps the row for 300 ms."""
        made = [locking(n, 1000 + n, max(1, 300 * (n - 1)), 300) for n in range(1, 6)]
        (finding,) = found(analysed(tmp_path, [TAKE], made, info=POSTGRESQL), "LA502")
        assert (finding.operations, finding.proven) == ((TAKE.id,), True)
        assert (finding.values["waits"], finding.values["held_ns"], finding.values["holder"]) == (4, 300 * MS, TAKE.id)
        assert finding.values["table"] == "numbers"

    def test_who_waits_is_not_blamed(self, tmp_path: Path) -> None:
        """One operation holds the lock for a second, another only waits."""
        pairs = [
            (locking(2 * n, 2000 * n, 1, 999), locking(2 * n + 1, 2000 * n + 100, 900, 10, OTHER.id))
            for n in range(1, 5)
        ]
        made = [one for pair in pairs for one in pair]
        (finding,) = found(analysed(tmp_path, [TAKE, OTHER], made, info=POSTGRESQL), "LA502")
        assert (finding.operations, finding.values["waiter"]) == ((TAKE.id,), OTHER.id)

    @pytest.mark.parametrize(
        "made",
        [
            [locking(n, 1000 + n, 60 * (n - 1) + 1, 60) for n in range(1, 6)],
            [locking(n, 2000 * n, 1 if n == 1 else 400, 10) for n in range(1, 6)],
            [locking(n, 2000 * n, 400, 10) for n in range(1, 6)],
        ],
        ids=["a busy row", "nobody before them", "always slow"],
    )
    def test_other_slow_statements_are_not(self, tmp_path: Path, made: list[Request]) -> None:
        """A queue of short transactions, and statements that are slow by themselves."""
        assert not found(analysed(tmp_path, [TAKE], made, info=POSTGRESQL), "LA502")

    def test_sqlite_has_no_row_locks(self, tmp_path: Path) -> None:
        """Its single writer is another finding."""
        made = [locking(n, 1000 + n, max(1, 300 * (n - 1)), 300) for n in range(1, 6)]
        assert not found(analysed(tmp_path, [TAKE], made), "LA502")
