"""What is sent beside the load has figures of its own and is no part of the others."""

from pathlib import Path

from loadaudit.records import ALONE_BIT, Lane, Level, Outcome, Parameter
from tests.analysis.factories import MS, Request, analysed, operation, request

SAVE = operation("POST /projects/1/save/")
EXPORT = operation("GET /report.pdf", category="Export")


def alone(number: int, operation_id: str, lane: Lane, latency_ms: int, *, status: int = 200, sql: int = 3) -> Request:
    """Return a request that was sent outside of the load."""
    client = {"latency_ns": latency_ms * MS, "lane": lane, "status": status, "start_ns": 0, "intended_start_ns": 0}
    return request(ALONE_BIT | number, operation_id, client=client, server={"sql_count": sql, "start_ns": 0})


def test_writes_to_one_row_are_apart_from_those_to_many(tmp_path: Path) -> None:
    """Also what failed of them, and neither is part of the load."""
    made = [
        *(alone(n, SAVE.id, Lane.CONFLICT, 80) for n in range(1, 4)),
        alone(4, SAVE.id, Lane.CONFLICT, 80, status=500),
        *(alone(n, SAVE.id, Lane.SPREAD, 20) for n in range(5, 9)),
    ]
    analysis = analysed(tmp_path, [SAVE], made)
    (one,) = analysis.contention
    assert one.same_row is not None
    assert (one.operation_id, one.same_row.requests, one.same_row.latency.p50_ns) == (SAVE.id, 4, 80 * MS)
    assert one.same_row.outcomes[Outcome.SERVER_ERROR] == 1
    assert one.own_rows is not None
    assert (one.own_rows.requests, one.own_rows.latency.max_ns) == (4, 20 * MS)
    assert analysis.overall.requests == 0


def test_equal_requests_that_make_a_row_are_told(tmp_path: Path) -> None:
    """All but one may be refused, which fails nothing."""
    kinds = [operation("POST /p/"), operation("POST /p/<int:pk>/", parameters=(Parameter(name="pk"),))]
    sent = [alone(n, kinds[n % 2].id, Lane.CONFLICT, 80, status=200 if n < 3 else 400) for n in range(1, 9)]
    found = {one.operation_id: one.new_row for one in analysed(tmp_path, kinds, sent).contention}
    assert found == {"POST /p/": True, "POST /p/<int:pk>/": False}


def test_without_rows_enough_there_is_only_the_conflict(tmp_path: Path) -> None:
    (one,) = analysed(tmp_path, [SAVE], [alone(1, SAVE.id, Lane.CONFLICT, 80)]).contention
    assert one.own_rows is None


def test_writes_beside_those_of_another_operation_are_listed_too(tmp_path: Path) -> None:
    """Also where they were sent in no other way."""
    (one,) = analysed(tmp_path, [SAVE], [alone(n, SAVE.id, Lane.CROSSED, 40) for n in (1, 2)]).contention
    assert (one.same_row, one.own_rows) == (None, None)
    assert one.crossed is not None
    assert one.crossed.requests == 2


def test_cold_is_the_first_time_and_warm_what_follows(tmp_path: Path) -> None:
    """The warm ones count for nothing else."""
    made = [
        alone(1, EXPORT.id, Lane.LIGHT, 900, sql=40),
        *(alone(n, EXPORT.id, Lane.WARM, latency_ms, sql=2) for n, latency_ms in ((2, 90), (3, 100), (4, 110))),
    ]
    analysis = analysed(tmp_path, [EXPORT], made)
    (one,) = analysis.exports
    assert (one.cold_ns, one.warm.p50_ns, one.warm.max_ns, one.warm.n) == (900 * MS, 100 * MS, 110 * MS, 3)
    assert (one.cold_queries, one.warm_queries) == (40, 2)
    assert analysis.operations[0].requests == 1


def test_what_warms_up_proves_and_measures_nothing_else(tmp_path: Path) -> None:
    """It shows that the operation works."""
    analysis = analysed(tmp_path, [operation()], [request(1, client={"warm_up": True, "latency_ns": 5_000 * MS})])
    assert analysis.overall.requests == 0
    assert analysis.operations[0].level is Level.SUCCEEDED
