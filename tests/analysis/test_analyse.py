"""The whole analysis: statistics of operations, logins, time line, and its cost."""

import subprocess
import sys
import time
from pathlib import Path

from loadaudit.analysis.analyse import analyse
from loadaudit.records import Risk, ServerException
from loadaudit.runfile.reader import RunFile
from tests.analysis.factories import (
    MS,
    PAGE,
    analysed,
    login,
    operation,
    request,
    requests,
    run_info,
    use,
    write_run,
)


def test_latency_is_of_successes_only(tmp_path: Path) -> None:
    """A fast 404 does not make an operation fast."""
    made = [*requests(3, client={"latency_ns": 50 * MS}), request(4, client={"status": 404, "latency_ns": MS})]
    (result,) = analysed(tmp_path, [operation()], made).operations
    assert (result.statistics.latency.n, result.statistics.latency.p50_ns) == (3, 50 * MS)
    assert result.requests == 4


def test_figures_of_the_server_side(tmp_path: Path) -> None:
    """Queries, the share of the database, and bytes."""
    made = [request(n, server={"sql_count": n, "sql_ns": 3 * MS, "service_ns": 12 * MS}) for n in (1, 2, 9)]
    (result,) = analysed(tmp_path, [operation()], made).operations
    it = result.statistics
    assert (it.queries_median, it.queries_max, it.database_share, it.body_bytes_median) == (2, 9, 0.25, 2000)


def test_an_operation_that_was_not_sent_has_no_figures(tmp_path: Path) -> None:
    """None, not 0."""
    (result,) = analysed(tmp_path, [operation()]).operations
    it = result.statistics
    assert (it.latency.n, it.rate_per_s, it.queries_median, it.database_share) == (0, None, None, None)


def test_heavy_operations_have_their_own_statistics(tmp_path: Path) -> None:
    """An export of two seconds does not spoil the overall p50."""
    heavy = operation("GET /export/", risk=Risk.HEAVY)
    made = [*requests(5), *requests(2, heavy.id, first=6, client={"latency_ns": 2_000 * MS})]
    analysis = analysed(tmp_path, [operation(), heavy], made)
    assert (analysis.overall.requests, analysis.overall.latency.max_ns) == (5, 20 * MS)
    assert (analysis.heavy.requests, analysis.heavy.latency.max_ns) == (2, 2_000 * MS)


def test_rate_is_per_second_of_load(tmp_path: Path) -> None:
    """30 requests in a load of 10 s."""
    assert analysed(tmp_path, [operation()], requests(30)).overall.rate_per_s == 3


def test_a_run_that_was_cut_short_is_measured_by_its_samples(tmp_path: Path) -> None:
    """Nobody wrote how long the load was, so that the last answer ends it."""
    info = run_info(finish_reason="", load_ns=0)
    analysis = analysed(tmp_path, [operation()], requests(50), info=info)
    assert analysis.info.cut_short
    assert analysis.load_ns == 50 * 100 * MS + 20 * MS


def test_logins_by_role(tmp_path: Path) -> None:
    """The rate is over attempts."""
    logins = analysed(tmp_path, [operation()], logins=[login(0), login(1, proven=False), login(2, role="staff")]).logins
    assert logins.success_rate == 2 / 3
    assert [(one.role, one.users, one.proven) for one in logins.roles] == [("owner", 2, 1), ("staff", 1, 1)]


def test_nobody_logged_in_has_no_rate(tmp_path: Path) -> None:
    """None, not 0 %."""
    assert analysed(tmp_path, [operation()]).logins.success_rate is None


def test_errors_come_with_traceback_and_operations(tmp_path: Path) -> None:
    """One group for the same exception in two operations."""
    error = ServerException(type="KeyError", message="'x'", fingerprint="f1", traceback="Traceback …")
    made = [
        request(n, one, client={"status": 500}, server={"exception": error}) for n, one in ((1, PAGE), (2, "GET /b/"))
    ]
    (group,) = analysed(tmp_path, [operation(), operation("GET /b/")], made).errors
    assert (group.count, group.operations, group.traceback) == (2, ("GET /b/", PAGE), "Traceback …")


def test_the_time_line_has_every_request_and_at_most_120_stretches(tmp_path: Path) -> None:
    """Half an hour is shown in longer stretches, gaps included."""
    made = [request(n, client={"start_ns": n * 1_000 * MS}) for n in range(1, 1800, 7)]
    timeline = analysed(tmp_path, [operation()], made).timeline
    assert len(timeline) <= 120
    assert sum(bucket.requests for bucket in timeline) == len(made)
    assert {bucket.length_s for bucket in timeline} == {15.0}


def test_messages_pass_through(tmp_path: Path) -> None:
    """What the run noted, the report shows."""
    assert analysed(tmp_path, [operation()], messages=["DEBUG is on."]).messages == ("DEBUG is on.",)


def test_cost_is_linear(tmp_path: Path) -> None:
    """20,000 requests with five statements each take about a second; the limit leaves room for a busy machine."""
    operations = [operation(f"GET /p{index}/") for index in range(50)]
    server = {"statements": tuple(use(f'SELECT "c{index}" FROM "t" WHERE "id" = %s') for index in range(5))}
    made = (request(n, operations[n % 50].id, server=server) for n in range(1, 20_001))
    path = write_run(tmp_path / "run.sqlite3", operations, made)
    start = time.process_time()
    with RunFile(path) as run:
        analyse(run)
    assert time.process_time() - start < 10


def test_the_analysis_does_without_django() -> None:
    """It runs on a laptop that has only the run file."""
    code = "import sys, loadaudit.analysis.analyse; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
