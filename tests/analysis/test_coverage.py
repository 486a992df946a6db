"""Levels, the coverage table, and the reasons why operations are missing from it."""

from pathlib import Path

import pytest

from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.records import TOLD, Access, Identity, Level, Outcome, ServerException
from tests.analysis.factories import (
    PAGE,
    analysed,
    excluded,
    login,
    operation,
    plan_for,
    request,
    requests,
    run_info,
)


def only(analysis: Analysis) -> OperationResult:
    """Return the single operation's result."""
    (result,) = analysis.operations
    return result


@pytest.mark.parametrize(
    ("count", "level"), [(0, Level.UNTOUCHED), (1, Level.SUCCEEDED), (19, Level.SUCCEEDED), (20, Level.LOADED)]
)
def test_successes_make_the_level(tmp_path: Path, count: int, level: Level) -> None:
    """An operation is loaded from 20 successes on, not from 19."""
    assert only(analysed(tmp_path, [operation()], requests(count))).level is level


def test_an_error_of_the_own_view_reaches(tmp_path: Path) -> None:
    """The view ran, and nothing more."""
    assert only(analysed(tmp_path, [operation()], requests(30, client={"status": 500}))).level is Level.REACHED


@pytest.mark.parametrize(
    ("client", "server"),
    [
        ({"status": 302}, {"denied": True}),
        ({"status": 403}, {"csrf_reason": "CSRF cookie not set.", "view_ran": False}),
        ({"status": 405}, {}),
        ({}, {"route": "/<path:rest>"}),
        ({"status": 404}, {"route": "/<path:rest>"}),
        ({}, {"view_ran": False}),
    ],
)
def test_what_does_not_reach_the_view_is_only_attempted(
    tmp_path: Path, client: dict[str, object], server: dict[str, object]
) -> None:
    """Denied, rejected, refused methods and other views leave an operation at attempted, however often."""
    analysis = analysed(tmp_path, [operation()], requests(30, client=client, server=server))
    assert only(analysis).level is Level.ATTEMPTED


def test_a_success_without_trace_is_not_reached_when_traces_were_expected(tmp_path: Path) -> None:
    """A status code is a claim: something else may have answered."""
    analysis = analysed(tmp_path, [operation()], requests(30, traced=False))
    assert only(analysis).level is Level.ATTEMPTED
    assert only(analysis).reasons[0].code == "no_trace"


def test_without_expected_traces_a_plain_success_counts(tmp_path: Path) -> None:
    """An imported run has no traces; nothing marks the answer as a login or error page."""
    info = run_info(traces_expected=False)
    assert only(analysed(tmp_path, [operation()], requests(30, traced=False), info=info)).level is Level.LOADED


def test_a_soft_failure_never_succeeds(tmp_path: Path) -> None:
    """200 with a body that says failure is reached."""
    assert only(analysed(tmp_path, [operation()], requests(30, client={"body_mark": "soft_failure"}))).level is (
        Level.REACHED
    )


def test_another_user_never_succeeds(tmp_path: Path) -> None:
    """A success has to be the intended user's."""
    assert only(analysed(tmp_path, [operation()], requests(30, server={"user_id": "99"}))).level is Level.REACHED


def test_wrong_login_leaves_nothing_behind_a_login_succeeded(tmp_path: Path) -> None:
    """Neither a redirect nor a 200 of an anonymous session counts for a user whose login was not proven."""
    home = "GET /"
    operations = [operation(), operation(home, access=Access())]
    made = [
        *requests(10, client={"status": 302}, server={"denied": True, "user_id": ""}),
        *requests(10, first=11, server={"user_id": ""}),
        *requests(10, home, first=21, server={"user_id": ""}),
    ]
    analysis = analysed(tmp_path, operations, made, logins=[login(proven=False, detail="no trace")])
    levels = {result.operation.id: result.level for result in analysis.operations}
    assert levels == {home: Level.SUCCEEDED, PAGE: Level.REACHED}


def test_users_of_one_role_are_all_expected(tmp_path: Path) -> None:
    """Two users share a role; each of them is the user that was meant."""
    identities = tuple(Identity(role="owner", username=f"u{pk}", user_id=pk) for pk in ("7", "8"))
    made = [request(1, server={"user_id": "7"}), request(2, server={"user_id": "8"})]
    analysis = analysed(tmp_path, [operation()], made, plan=plan_for([operation()], identities=identities))
    assert only(analysis).statistics.successes == 2


def test_excluded_operations_stay_in_the_total(tmp_path: Path) -> None:
    """Leaving an operation out does not raise the coverage."""
    wipe = operation("POST /wipe/")
    plan = plan_for([operation()], exclusions=(excluded(wipe.id),))
    total = analysed(tmp_path, [operation(), wipe], requests(1), plan=plan).coverage.total
    assert (total.operations, total.succeeded, total.excluded, total.coverage) == (2, 1, 1, 0.5)


def test_rows_count_every_level_reached(tmp_path: Path) -> None:
    """An operation that is loaded is also attempted, reached and succeeded."""
    (row,) = analysed(tmp_path, [operation()], requests(20)).coverage.categories
    assert (row.attempted, row.reached, row.succeeded, row.loaded) == (1, 1, 1, 1)


def test_a_run_that_sent_nothing_has_no_coverage(tmp_path: Path) -> None:
    """No data is None, not 0 %."""
    coverage = analysed(tmp_path, [operation()]).coverage
    assert [row.coverage for row in (*coverage.categories, coverage.total)] == [None, None]


def test_reason_of_an_excluded_operation_is_the_plans(tmp_path: Path) -> None:
    """The plan says what to do about it."""
    plan = plan_for([], exclusions=(excluded(PAGE, "It deletes rows."),))
    (reason,) = only(analysed(tmp_path, [operation()], plan=plan)).reasons
    assert (reason.code, reason.values["reason"]) == ("excluded", "It deletes rows.")


def test_reason_of_a_planned_operation_that_was_not_sent(tmp_path: Path) -> None:
    """The load ended too early."""
    assert only(analysed(tmp_path, [operation()])).reasons[0].code == "never_sent"


def test_reason_without_a_plan(tmp_path: Path) -> None:
    """A run that was aborted before planning says so."""
    assert only(analysed(tmp_path, [operation()], with_plan=False)).reasons[0].code == "no_plan"


def test_reasons_carry_counts_and_the_most_frequent_comes_first(tmp_path: Path) -> None:
    """Mixed outcomes are all named."""
    made = [
        *requests(6, client={"status": 404}),
        *requests(14, first=7, client={"status": 302}, server={"denied": True}),
    ]
    reasons = only(analysed(tmp_path, [operation()], made)).reasons
    assert [(one.code, one.values["count"], one.values["requests"]) for one in reasons] == [
        ("denied_redirect", 14, 20),
        ("not_found", 6, 20),
    ]


def test_reason_of_a_view_that_led_on_is_what_it_said(tmp_path: Path) -> None:
    """Nobody was sent to a login page."""
    told = {"refusals": (f"{TOLD}Choose a day first.",)}
    made = requests(3, client={"status": 302, "location": "/first/"}, server=told)
    (reason,) = only(analysed(tmp_path, [operation()], made)).reasons
    assert (reason.code, reason.values["detail"]) == ("invalid_told", f"{TOLD}Choose a day first.")


def test_reason_of_a_server_error_names_the_exception(tmp_path: Path) -> None:
    """The operator reads what to fix."""
    error = ServerException(type="ZeroDivisionError", message="division by zero", fingerprint="f1")
    made = requests(3, client={"status": 500}, server={"exception": error})
    (reason,) = only(analysed(tmp_path, [operation()], made)).reasons
    assert (reason.code, reason.values["type"]) == ("server_error_exception", "ZeroDivisionError")


def test_reported_and_proven_stand_side_by_side(tmp_path: Path) -> None:
    """A load tool follows the redirect to the login page and calls it a success."""
    made = [*requests(9, client={"status": 302}, server={"denied": True}), request(10, client={"status": 500})]
    reported = analysed(tmp_path, [operation()], made).reported
    assert (reported.requests, reported.reported_requests, reported.proven_requests) == (10, 9, 0)
    assert (reported.reported_operations, reported.proven_operations) == (1, 0)


def test_outcomes_are_counted(tmp_path: Path) -> None:
    """Every request is in the outcomes of its operation."""
    made = [*requests(2), request(3, client={"status": 404})]
    outcomes = only(analysed(tmp_path, [operation()], made)).statistics.outcomes
    assert outcomes == {Outcome.OK: 2, Outcome.NOT_FOUND: 1}


def test_an_id_that_the_inventory_does_not_know_is_listed(tmp_path: Path) -> None:
    """It cannot count for coverage and must not be lost."""
    analysis = analysed(tmp_path, [operation()], requests(2, "GET /gone/"))
    assert analysis.unknown_operations == ("GET /gone/",)


def test_access_that_is_only_assumed_does_not_void_a_public_page(tmp_path: Path) -> None:
    """Without a login a page that declares none still succeeds."""
    public = operation(access=Access())
    analysis = analysed(tmp_path, [public], requests(1, server={"user_id": ""}), logins=[login(proven=False)])
    assert only(analysis).level is Level.SUCCEEDED
