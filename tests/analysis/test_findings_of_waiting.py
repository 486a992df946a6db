"""Findings about what requests wait for."""

from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.records import BlockedSession, ServerException, StatementUse, TableScan
from tests.analysis.factories import MS, Request, analysed, found, operation, request, requests, run_info

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
            [*(locking(n, 1000 + n, max(1, 300 * (n - 1)), 300) for n in range(1, 6)), locking(6, 9000, 1, 20)],
        ],
        ids=["a busy row", "nobody before them", "always slow", "quick when nothing disturbs it"],
    )
    def test_other_slow_statements_are_not(self, tmp_path: Path, made: list[Request]) -> None:
        """A queue of short transactions, statements that are slow by themselves, and a busy machine."""
        assert not found(analysed(tmp_path, [TAKE], made, info=POSTGRESQL), "LA502")

    @pytest.mark.parametrize(("holder", "operations"), [("", ()), (OTHER.id, (OTHER.id,))])
    def test_postgresql_itself_names_who_waits_for_whom(
        self, tmp_path: Path, holder: str, operations: tuple[str, ...]
    ) -> None:
        """Also where the holder is no request of the run."""
        blocked = [
            BlockedSession(
                alias="default",
                pid=n,
                statement=LOCK,
                start_ns=n * 1000 * MS,
                wait_ns=700 * MS,
                resolution_ns=100 * MS,
                holder_pid=99,
                holder_statement='UPDATE "numbers" SET "value" = %s',
                holder_state="idle in transaction",
                held_ns=900 * MS,
                operation=TAKE.id,
                holder_operation=holder,
            )
            for n in range(3)
        ]
        made = [locking(n, 1000 * n, 1, 10) for n in range(1, 6)]
        analysis = analysed(tmp_path, [TAKE, OTHER], made, info=POSTGRESQL, observations=blocked)
        (finding,) = found(analysis, "LA502")
        assert (finding.operations, finding.values["waiter"], finding.values["kind"]) == (
            operations,
            TAKE.id,
            "sessions",
        )

    def test_sessions_that_wait_for_each_other_are_a_deadlock(self, tmp_path: Path) -> None:
        """That is another finding; so are those behind them."""
        pairs = [(one, one % 2 + 1, second) for second in range(3) for one in (1, 2, 3)]
        blocked = [
            BlockedSession(
                alias="default",
                pid=pid,
                statement=LOCK,
                start_ns=5000 * second * MS,
                wait_ns=1000 * MS,
                resolution_ns=100 * MS,
                holder_pid=holder,
                holder_statement=LOCK,
                holder_state="active",
                held_ns=1000 * MS,
                operation=TAKE.id,
                holder_operation=OTHER.id,
            )
            for pid, holder, second in pairs
        ]
        made = [locking(n, 1000 * n, 1, 10) for n in range(1, 6)]
        assert not found(analysed(tmp_path, [TAKE, OTHER], made, info=POSTGRESQL, observations=blocked), "LA502")
        apart = [replace(one, start_ns=one.start_ns + 1500 * one.pid * MS) for one in blocked]
        (tmp_path / "apart").mkdir()
        assert found(analysed(tmp_path / "apart", [TAKE, OTHER], made, info=POSTGRESQL, observations=apart), "LA502")

    def test_sqlite_has_no_row_locks(self, tmp_path: Path) -> None:
        """Its single writer is another finding."""
        made = [locking(n, 1000 + n, max(1, 300 * (n - 1)), 300) for n in range(1, 6)]
        assert not found(analysed(tmp_path, [TAKE], made), "LA502")


class TestOutliers:
    """LA401."""

    SLOW = operation("GET /slow/")

    def late(self, **server: int) -> list[Request]:
        """Return 30 usual requests, and 4 of three seconds."""
        client = {"response_ns": 3000 * MS, "latency_ns": 3000 * MS}
        usual = [request(n) for n in range(1, 31)]
        return usual + [
            request(
                n,
                client={**client, "start_ns": n * 10_000 * MS},
                server={"start_ns": n * 10_000 * MS, "service_ns": 3000 * MS, **server},
            )
            for n in range(31, 35)
        ]

    @pytest.mark.parametrize(
        ("server", "kind"),
        [
            ({"connect_ns": 2900 * MS}, "connect"),
            ({"database_ns": 2900 * MS}, "database"),
            ({"python_ns": 2900 * MS}, "python"),
            ({"http_ns": 2900 * MS}, "http"),
            ({"waiting_ns": 2900 * MS}, "waiting"),
            ({"python_ns": 1000 * MS, "database_ns": 1000 * MS, "http_ns": 1000 * MS}, "mixed"),
        ],
    )
    def test_part_that_took_most_is_the_cause(self, tmp_path: Path, server: dict[str, int], kind: str) -> None:
        """Each of the parts of the time has words of its own."""
        (finding,) = found(analysed(tmp_path, [operation()], self.late(**server)), "LA401")
        assert (finding.values["kind"], finding.values["outliers"]) == (kind, 4)
        assert finding.proven is (kind not in ("waiting", "mixed"))

    def test_statement_that_locks_is_told_from_others(self, tmp_path: Path) -> None:
        """The rest of the database's time is work."""
        uses = (StatementUse(alias="default", sql=LOCK, count=1, total_ns=2800 * MS, max_ns=2800 * MS),)
        made = self.late(database_ns=2900 * MS, statements=uses)  # type: ignore[arg-type]
        (finding,) = found(analysed(tmp_path, [operation()], made, info=POSTGRESQL), "LA401")
        assert finding.values["kind"] == "lock_of_unknown"

    def test_who_held_the_lock_is_named(self, tmp_path: Path) -> None:
        """It ended while they waited."""
        uses = (StatementUse(alias="default", sql=LOCK, count=1, total_ns=2800 * MS, max_ns=2800 * MS),)
        made = self.late(database_ns=2900 * MS, statements=uses)  # type: ignore[arg-type]
        made += [locking(n + 30, n * 10_000 + 100, 1, 2000, OTHER.id) for n in range(31, 35)]
        (finding,) = found(analysed(tmp_path, [operation(), OTHER], made, info=POSTGRESQL), "LA401")
        assert (finding.values["kind"], finding.values["holder"]) == ("lock", OTHER.id)

    def test_plan_of_the_slowest_statement_is_named(self, tmp_path: Path) -> None:
        """The index that it lacks."""
        sql = 'SELECT "id" FROM "prices" WHERE "code" = %s'
        uses = (StatementUse(alias="default", sql=sql, count=1, total_ns=2800 * MS, max_ns=2800 * MS),)
        scan = TableScan(
            alias="default", statement=sql, table="prices", rows=90_000, filter="SCAN prices", columns=("code",)
        )
        made = self.late(database_ns=2900 * MS, statements=uses)  # type: ignore[arg-type]
        (finding,) = found(analysed(tmp_path, [operation()], made, observations=[scan]), "LA401")
        assert (finding.values["kind"], finding.values["index"]) == ("scan", "code")

    def test_operation_that_held_the_workers_is_named(self, tmp_path: Path) -> None:
        """Another one was being served for all of the time in line."""
        waiting = [
            request(
                n,
                client={"start_ns": 5000 * MS, "response_ns": 3000 * MS, "latency_ns": 3000 * MS},
                server={"start_ns": 7980 * MS},
            )
            for n in range(31, 35)
        ]
        busy = request(
            50,
            self.SLOW.id,
            client={"start_ns": 5000 * MS, "response_ns": 3000 * MS, "latency_ns": 3000 * MS},
            server={"start_ns": 5000 * MS, "service_ns": 3000 * MS},
        )
        usual = [request(n) for n in range(1, 31)]
        (finding,) = found(analysed(tmp_path, [operation(), self.SLOW], [*usual, *waiting, busy]), "LA401")
        assert (finding.values["kind"], finding.values["holder"]) == ("queue", self.SLOW.id)
        assert finding.proven

    def test_requests_that_are_all_slow_are_no_outliers(self, tmp_path: Path) -> None:
        """Nothing lies beyond the others."""
        client = {"response_ns": 3000 * MS, "latency_ns": 3000 * MS}
        assert not found(analysed(tmp_path, [operation()], requests(30, client=client)), "LA401")


def test_the_other_side_of_a_deadlock_is_named(tmp_path: Path) -> None:
    """LA503: the database ended one request only."""
    error = ServerException(type="OperationalError", message="deadlock detected", fingerprint="f-dead")
    ended, went_on = locking(2, 1050, 100, 50), locking(3, 1000, 1, 300, OTHER.id)
    assert ended[1] is not None
    made = [
        locking(1, 100, 1, 10),
        (ended[0]._replace(status=500), replace(ended[1], status=500, exception=error)),
        went_on,
    ]
    (finding,) = found(analysed(tmp_path, [TAKE, OTHER], made, info=POSTGRESQL), "LA503")
    assert finding.operations == (TAKE.id, OTHER.id)
