"""What sizes and statuses of other tools' results prove, and what they do not."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis
from loadaudit.records import (
    Finding,
    ImportedAnswer,
    ImportedError,
    ImportedGroup,
    ImportedResults,
    ImportedSecond,
    Inventory,
    Level,
    Limit,
    Match,
    Operation,
    Outcome,
    RunInfo,
    Severity,
    Verdict,
)
from loadaudit.reporting.wording import finding_text
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.analysis.factories import operation

LOGIN_BYTES = 12_000
REFUSAL_BYTES = 2_500
ERROR_BYTES = 9_000
LOGIN, LOGIN_POST = "GET /login/", "POST /login/"
PAGES = tuple(f"GET /pages/{number}/" for number in range(12))
WRITES = tuple(f"POST /writes/{number}/" for number in range(4))


def inventory() -> tuple[Operation, ...]:
    """Return a login, twelve pages and four writes, each with a view of its own."""
    return (
        operation(LOGIN, category="Auth", view="login"),
        operation(LOGIN_POST, category="Auth", view="login"),
        *(operation(one, category="Read" if number % 2 else "API", view=one) for number, one in enumerate(PAGES)),
        *(operation(one, category="Write", view=one) for one in WRITES),
    )


def sums(operation_id: str, requests: int, mean_bytes: float, failures: int = 0, status: int = 500) -> ImportedGroup:
    """Return a name of which counts and an average size are known."""
    method, _, name = operation_id.partition(" ")
    text = f"HTTPError('{status} Server Error')"
    return ImportedGroup(
        method=method,
        name=name,
        requests=requests,
        failures=failures,
        body_bytes_total=round(mean_bytes * requests),
        operation_id=operation_id,
        match=Match.EXACT,
        errors=(ImportedError(text=text, count=failures, status=status),) if failures else (),
        latency_ns=((20_000_000, requests),),
    )


def answered(operation_id: str, *answers: tuple[int, int, int], turned: int = 0) -> ImportedGroup:
    """Return a name of a log, by tuples of status, requests and size."""
    method, _, name = operation_id.partition(" ")
    return ImportedGroup(
        method=method,
        name=name,
        requests=sum(count for _status, count, _size in answers),
        failures=sum(count for status, count, _size in answers if status >= 400),
        body_bytes_total=sum(count * size for _status, count, size in answers),
        operation_id=operation_id,
        match=Match.RESOLVED,
        answers=tuple(
            ImportedAnswer(status=status, requests=count, sizes=((size, count),), latency_ns=((5_000_000, count),))
            for status, count, size in answers
        ),
        turned_to_login=turned,
    )


def judged(
    folder: Path, groups: Iterable[ImportedGroup], thresholds: Sequence[str] | None = None, **changes: object
) -> Analysis:
    """Return the analysis of an imported run."""
    info = RunInfo(
        id="one",
        label="one",
        started_at="2026-01-10T15:43:23+00:00",
        target="",
        users=5,
        seed=0,
        duration_s=10.0,
        finish_reason="imported",
        traces_expected=False,
    )
    values = {"limits": (Limit.TRACES,), "duration_s": 10.0, **changes}
    path = folder / "one.loadaudit"
    path.unlink(missing_ok=True)
    with RunWriter(path, info) as writer:
        writer.add_inventory(Inventory(operations=inventory()))
        writer.add_imported(ImportedResults(tool="Locust", sources=("x",), groups=tuple(groups), **values))  # type: ignore[arg-type]
        writer.finish(info)
    with RunFile(path) as run:
        return analyse(run, thresholds=thresholds, detailed=True)


def level(analysis: Analysis, operation_id: str) -> Level:
    """Return how far an operation got."""
    return next(one.level for one in analysis.operations if one.operation.id == operation_id)


def finding(analysis: Analysis, code: str, kind: str) -> Finding | None:
    """Return the finding of a kind, if there is one."""
    return next((one for one in analysis.findings if one.code == code and one.values.get("kind") == kind), None)


def login_rows(failed: int = 0) -> list[ImportedGroup]:
    """Return the steps of fifty logins."""
    return [sums(LOGIN, 50, LOGIN_BYTES), sums(LOGIN_POST, 50, 10_000.2, failed)]


def hollow(failed: int = 25) -> list[ImportedGroup]:
    """Return a run in which nobody was logged in: whole, failing and mixed names, and writes that were all refused."""
    mixed_error = (4 * LOGIN_BYTES + ERROR_BYTES) / 5
    return [
        *login_rows(failed),
        *(sums(one, 20, LOGIN_BYTES) for one in PAGES[:6]),
        *(sums(one, 5, mixed_error, 1) for one in PAGES[6:8]),
        sums(PAGES[8], 3, (2 * LOGIN_BYTES + ERROR_BYTES) / 3),
        sums(PAGES[9], 31, LOGIN_BYTES + 77.3),
        sums(PAGES[10], 1, 5_107),
        sums(WRITES[0], 6, REFUSAL_BYTES, 6, status=403),
        *(sums(one, 9, REFUSAL_BYTES) for one in WRITES[1:3]),
    ]


@pytest.fixture(scope="module")
def run_without_logins(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Return the analysis of `hollow`."""
    return judged(tmp_path_factory.mktemp("hollow"), hollow())


def test_names_of_the_login_pages_size_are_denied(run_without_logins: Analysis) -> None:
    """An average that is the login page's to the byte is that page alone."""
    assert level(run_without_logins, PAGES[0]) is Level.ATTEMPTED
    result = next(one for one in run_without_logins.operations if one.operation.id == PAGES[0])
    assert result.statistics.outcomes == {Outcome.DENIED: 20}
    assert result.reasons[0].code == "login_page_size"


def test_an_error_page_is_calculated_from_failing_names(run_without_logins: Analysis) -> None:
    """The same rest in two names is the error page; the other requests then were login pages."""
    result = next(one for one in run_without_logins.operations if one.operation.id == PAGES[6])
    assert result.statistics.outcomes == {Outcome.DENIED: 4, Outcome.SERVER_ERROR: 1}
    accepted = finding(run_without_logins, "LA205", "error_page")
    assert accepted is not None
    assert (accepted.operations, accepted.values["requests"]) == ((PAGES[8],), 1)


def test_a_mixed_average_is_reached_and_no_success(run_without_logins: Analysis) -> None:
    """At least one answer was another one, and nothing tells how many."""
    assert level(run_without_logins, PAGES[9]) is Level.REACHED
    result = next(one for one in run_without_logins.operations if one.operation.id == PAGES[9])
    assert result.reasons[0].code == "averages"


def test_a_single_answer_of_another_size_counts(run_without_logins: Analysis) -> None:
    """The average of one request hides nothing."""
    assert level(run_without_logins, PAGES[10]) is Level.SUCCEEDED


def test_writes_of_the_refusals_size_are_refused(run_without_logins: Analysis) -> None:
    """The page is learnt from a name that failed with 403 each time."""
    refused = finding(run_without_logins, "LA205", "refusal_page")
    assert refused is not None
    assert refused.operations == WRITES[1:3]
    assert (refused.values["size_bytes"], refused.values["http_status"], refused.proven) == (REFUSAL_BYTES, 403, False)
    always = finding(run_without_logins, "LA203", "imported")
    assert always is not None
    assert always.operations == (WRITES[0],)


def test_the_run_is_called_what_it_was(run_without_logins: Analysis) -> None:
    """Half of the logins failed, the login page counted as success, and little is proven of what was reported."""
    logins = finding(run_without_logins, "LA101", "imported")
    assert logins is not None
    assert (logins.values["failed"], logins.values["attempts"], logins.severity) == (25, 50, Severity.CRITICAL)
    page = finding(run_without_logins, "LA205", "login_page")
    assert page is not None
    assert (page.severity, page.values["names"], page.values["doubtful"]) == (Severity.CRITICAL, 9, 1)
    reported = run_without_logins.reported
    assert (reported.reported_operations, reported.proven_operations) == (15, 2)


def test_logins_of_such_a_run_are_doubted(tmp_path: Path) -> None:
    """None counted as failed; nothing confirms one, and the criterion is left open."""
    analysis = judged(tmp_path, hollow(failed=0))
    assert (analysis.logins.proven, analysis.logins.doubted) == (0, 50)
    assert finding(analysis, "LA101", "doubted") is not None
    auth = next(one for one in analysis.criteria if one.threshold.metric == "auth_success_rate")
    assert auth.verdict is Verdict.NOT_ENOUGH_DATA


def test_a_healthy_run_is_not_accused(tmp_path: Path) -> None:
    """Pages of their own sizes, one that is near the login page's, and constant small answers."""
    sizes = [120, 400, 41_000, 12_100, 135_585, 7_000.5, 333.3, 18_335, 26_682, 87, 90, 64_000]
    pages = [sums(one, 10, size) for one, size in zip(PAGES, sizes, strict=True)]
    analysis = judged(tmp_path, [*login_rows(), *pages, *(sums(one, 5, 44) for one in WRITES)])
    assert all(level(analysis, one) is Level.SUCCEEDED for one in (*PAGES, *WRITES))
    assert not [one for one in analysis.findings if one.severity > Severity.INFO]
    assert analysis.logins.success_rate == 1.0


def test_one_denied_page_in_a_healthy_run_is_one(tmp_path: Path) -> None:
    """It says nothing about the others, also not of those with an average near the login page's."""
    pages = [sums(PAGES[0], 10, LOGIN_BYTES), *(sums(one, 10, 10.0 ** (2 + n % 4)) for n, one in enumerate(PAGES[1:]))]
    analysis = judged(tmp_path, [*login_rows(), *pages])
    page = finding(analysis, "LA205", "login_page")
    assert page is not None
    assert (page.operations, page.severity) == ((PAGES[0],), Severity.HIGH)
    assert level(analysis, PAGES[1]) is Level.SUCCEEDED


def test_the_same_size_under_unrelated_operations_is_suspected(tmp_path: Path) -> None:
    """Without a login step nothing says which page it is, and it is no answer of five views."""
    analysis = judged(tmp_path, [sums(one, 10, 4_321) for one in PAGES[:6]])
    page = finding(analysis, "LA205", "repeated_page")
    assert page is not None
    assert (page.values["requests"], page.proven) == (60, False)
    assert analysis.reported.proven_operations == 0


def test_averages_cut_to_whole_bytes_prove_no_mixture(tmp_path: Path) -> None:
    """What an older report says of sizes is not exact enough to calculate with."""
    analysis = judged(tmp_path, hollow(), limits=(Limit.SIZES_ARE_TRUNCATED,))
    assert finding(analysis, "LA205", "error_page") is None
    assert level(analysis, PAGES[0]) is Level.ATTEMPTED


def test_statuses_of_a_log(tmp_path: Path) -> None:
    """Redirects behind a login, refusals, errors, and clients that gave up are no successes."""
    analysis = judged(
        tmp_path,
        [
            answered(PAGES[0], (200, 20, 900), (304, 5, 0), (302, 4, 0)),
            answered(PAGES[1], (403, 3, 100)),
            answered(PAGES[2], (404, 1, 100), (500, 2, 100), (499, 1, 0)),
            answered(WRITES[0], (302, 6, 0)),
        ],
    )
    found = {one.operation.id: one.statistics.outcomes for one in analysis.operations if one.requests}
    assert found == {
        PAGES[0]: {Outcome.OK: 25, Outcome.DENIED: 4},
        PAGES[1]: {Outcome.DENIED: 3},
        PAGES[2]: {Outcome.NOT_FOUND: 1, Outcome.SERVER_ERROR: 2, Outcome.TIMEOUT: 1},
        WRITES[0]: {Outcome.OK: 6},
    }


def test_logins_of_a_log_that_show_the_form_again_have_failed(tmp_path: Path) -> None:
    """A form that lets somebody in redirects."""
    analysis = judged(tmp_path, [answered(LOGIN_POST, (302, 30, 0), (200, 10, LOGIN_BYTES))])
    assert (analysis.logins.attempts, analysis.logins.proven) == (40, 30)


def test_visitors_who_were_sent_to_the_login_page_were_denied(tmp_path: Path) -> None:
    """Also from a write, if the address of the login page says so."""
    group = answered(WRITES[0], (302, 6, 0), turned=4)
    analysis = judged(tmp_path, [group, answered(PAGES[0], (200, 20, 900))])
    result = next(one for one in analysis.operations if one.operation.id == WRITES[0])
    assert result.statistics.outcomes == {Outcome.DENIED: 4, Outcome.OK: 2}


def test_thresholds_judge_weighted_latencies(tmp_path: Path) -> None:
    """Ten million values with counts are judged as they are."""
    group = answered(PAGES[0], (200, 10_000_000, 900))
    analysis = judged(tmp_path, [group])
    p99 = next(one for one in analysis.criteria if one.threshold.metric == "p99")
    assert (p99.verdict, p99.value, p99.n) == (Verdict.PASSED, 5_000_000, 10_000_000)


def test_figures_of_the_whole_run_have_names_that_fit_nothing(tmp_path: Path) -> None:
    """So that a criterion counts the requests that the report speaks of."""
    unknown = ImportedGroup(
        method="GET",
        name="warm up",
        requests=7,
        failures=7,
        body_bytes_total=70,
        errors=(ImportedError(text="500", count=7, status=500),),
    )
    analysis = judged(tmp_path, [unknown, sums(PAGES[0], 13, 100)], thresholds=["requests >= 20", "success_rate > 60%"])
    found = {one.threshold.metric: one.value for one in analysis.criteria if one.declared}
    assert found == {"requests": 20, "success_rate": 13 / 20}


def test_errors_of_another_tool_promise_no_traceback(tmp_path: Path) -> None:
    """Neither those that befell all requests nor those of some."""
    analysis = judged(tmp_path, [sums(PAGES[0], 5, 100, 5), sums(PAGES[1], 5, 100, 2)])
    for code in ("LA201", "LA204"):
        found = finding(analysis, code, "imported")
        assert found is not None
        assert found.values["unproven"] == "only_the_status_is_known"
        assert "traceback" not in finding_text(found).action


def test_the_time_line_has_at_most_120_stretches(tmp_path: Path) -> None:
    """All requests stay in it."""
    seconds = tuple(ImportedSecond(second=second, requests=3, failures=1) for second in range(500))
    timeline = judged(tmp_path, [sums(PAGES[0], 1500, 10, 500)], timeline=seconds).timeline
    assert len(timeline) <= 120
    assert (sum(one.requests for one in timeline), sum(one.successes for one in timeline)) == (1500, 1000)


def test_ignored_and_unmatched_names(tmp_path: Path) -> None:
    """Unmatched ones are listed with their requests, ignored ones only counted."""
    unknown = ImportedGroup(
        method="GET", name="warm up", requests=7, failures=0, body_bytes_total=70, candidates=(PAGES[0],)
    )
    ignored = ImportedGroup(
        method="GET", name="/favicon.ico", requests=9, failures=9, body_bytes_total=0, match=Match.IGNORED
    )
    analysis = judged(tmp_path, [unknown, ignored, sums(PAGES[0], 5, 100)])
    assert analysis.imported is not None
    assert [(one.label, one.candidates) for one in analysis.imported.unmatched] == [("GET warm up", (PAGES[0],))]
    assert analysis.imported.ignored_requests == 9
    assert analysis.reported.requests == 12


def test_names_that_read_the_same_are_judged_apart(tmp_path: Path) -> None:
    """Values of queries are hidden in the run file."""
    groups = [replace(sums(PAGES[0], 4, 900 + failed, failed), name=f"/pages/0/?q={failed}") for failed in (4, 0)]
    analysis = judged(tmp_path, groups)
    result = next(one for one in analysis.operations if one.operation.id == PAGES[0])
    assert result.statistics.outcomes == {Outcome.SERVER_ERROR: 4, Outcome.OK: 4}


def test_a_small_answer_of_a_login_is_no_page(tmp_path: Path) -> None:
    """`GET /login/` of an API may answer twenty bytes, which say nothing about other answers of that size."""
    analysis = judged(tmp_path, [sums(LOGIN, 50, 20), *(sums(one, 10, 20) for one in PAGES)])
    assert all(level(analysis, one) is Level.SUCCEEDED for one in PAGES)
