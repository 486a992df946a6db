"""What one sample turns out to be."""

from typing import Any

import pytest

from loadaudit.analysis.outcomes import classify
from loadaudit.records import LEFT_EARLY, TOLD, Outcome, ServerException
from tests.analysis.factories import PAGE, request, sample, trace

ERROR = ServerException(type="ValueError", message="no", fingerprint="f1")


def outcome_of(
    client: dict[str, Any] | None = None,
    server: dict[str, Any] | None = None,
    *,
    operation_id: str = PAGE,
    expected_user_id: str = "7",
) -> Outcome:
    """Classify a request that was seen on both sides."""
    made, seen = request(operation_id=operation_id, client=client, server=server)
    return classify(made, seen, expected_user_id=expected_user_id, traces_expected=True)


@pytest.mark.parametrize(
    ("client", "server", "expected"),
    [
        ({}, {}, Outcome.OK),
        ({"status": 302, "location": "/projects/7/"}, {}, Outcome.OK),
        ({"status": 0, "error": "timeout"}, {}, Outcome.TIMEOUT),
        ({"status": 0, "error": "refused"}, {}, Outcome.REFUSED),
        ({"status": 0, "error": "broken: empty reply"}, {}, Outcome.BROKEN),
        ({"status": 0, "error": "connect_timeout"}, {}, Outcome.CONNECT_TIMEOUT),
        ({"status": 0, "error": "first_byte_timeout"}, {}, Outcome.FIRST_BYTE_TIMEOUT),
        ({"status": 0, "error": "tls_failed: expired"}, {}, Outcome.TLS_FAILED),
        ({"status": 0, "error": "unheard of"}, {}, Outcome.BROKEN),
        ({"status": 0}, {}, Outcome.BROKEN),
        ({"status": 403}, {"csrf_reason": "CSRF cookie not set.", "view_ran": False}, Outcome.CSRF_REJECTED),
        ({"status": 302}, {"denied": True}, Outcome.DENIED),
        ({"status": 401}, {}, Outcome.DENIED),
        ({"status": 403}, {}, Outcome.DENIED),
        ({"status": 404}, {}, Outcome.NOT_FOUND),
        ({"status": 405}, {}, Outcome.METHOD_NOT_ALLOWED),
        ({"status": 429}, {}, Outcome.RATE_LIMITED),
        ({"status": 422}, {}, Outcome.CLIENT_ERROR),
        ({"status": 500}, {"exception": ERROR}, Outcome.SERVER_ERROR),
        ({"status": 503}, {"view_ran": False}, Outcome.SERVER_ERROR),
        ({"body_mark": "soft_failure"}, {}, Outcome.SOFT_FAILURE),
        ({"body_mark": "html_as_file"}, {}, Outcome.SOFT_FAILURE),
        ({"body_mark": "empty_file"}, {}, Outcome.SOFT_FAILURE),
        ({"body_mark": "empty_file", "status": 206}, {}, Outcome.OK),
        ({"body_mark": "error_template"}, {}, Outcome.SOFT_FAILURE),
        ({"body_mark": "error_template", "status": 302}, {}, Outcome.OK),
        ({"body_mark": "error_template"}, {"route": "/<path:anything>"}, Outcome.OTHER_VIEW),
        ({}, {"route": "/<path:anything>"}, Outcome.OTHER_VIEW),
        ({}, {"method": "POST"}, Outcome.OTHER_VIEW),
        ({}, {"view_ran": False}, Outcome.OTHER_VIEW),
        ({}, {"user_id": "8"}, Outcome.OTHER_USER),
    ],
)
def test_both_sides_decide(client: dict[str, Any], server: dict[str, Any], expected: Outcome) -> None:
    """Each sign of failure on either side leads to its outcome."""
    assert outcome_of(client, server) is expected


def test_a_trace_without_user_is_not_another_user() -> None:
    """A view that never asks who the user is leaves the user unknown, not wrong."""
    assert outcome_of(server={"user_id": ""}) is Outcome.OK


def test_an_unknown_expected_user_is_not_compared() -> None:
    """On a remote target the primary key of the user is not known."""
    assert outcome_of(expected_user_id="") is Outcome.OK


def test_a_password_field_for_an_anonymous_user_is_the_login_page() -> None:
    """A page that answers 200 with the login form has denied the request."""
    assert outcome_of({"body_mark": "login_page"}, {"user_id": ""}) is Outcome.DENIED


@pytest.mark.parametrize("path", ["GET /accounts/login/", "GET /accounts/signup/", "GET /accounts/password/reset/"])
def test_a_password_field_on_an_account_page_is_its_own(path: str) -> None:
    """The login page is what the login operation is meant to answer."""
    assert outcome_of({"body_mark": "login_page"}, {"user_id": ""}, operation_id=path) is Outcome.OK


def test_a_password_field_for_a_logged_in_user_is_its_own() -> None:
    """A profile page may have a password field; whoever sees it was let in."""
    assert outcome_of({"body_mark": "login_page"}, {"user_id": "7"}) is Outcome.OK


def test_a_login_form_for_a_logged_in_user_has_turned_them_away() -> None:
    """Some views show it in the place of their page, to those who may not see that; 200 is a claim."""
    mark, server = {"body_mark": "login_form"}, {"user_id": "7"}
    assert outcome_of(mark, server) is Outcome.DENIED
    assert outcome_of(mark, server, operation_id="GET /accounts/login/") is Outcome.OK


def test_a_form_for_a_password_alone_is_a_page_where_its_own_view_answers() -> None:
    """What stands before a whole site answers in the place of all views."""
    mark = {"body_mark": "password_form"}
    assert outcome_of(mark, {}) is Outcome.OK
    assert outcome_of(mark, {"view_ran": False}) is Outcome.DENIED


def test_a_body_that_a_login_form_refused_was_not_for_the_view() -> None:
    """The view handed it to the form that asks who somebody is."""
    form = "django.contrib.auth.forms.AuthenticationForm: username (required)"
    server = {"method": "POST", "refusals": (form,)}
    assert outcome_of({}, server, operation_id="POST /projects/") is Outcome.DENIED
    assert outcome_of({}, server, operation_id="POST /accounts/login/") is Outcome.INVALID


@pytest.mark.parametrize(
    "refusal",
    [f"{TOLD}Your cart is empty", f"{TOLD}No access code given.", f"{LEFT_EARLY}views.py:12"],
)
def test_a_redirect_before_the_work_is_no_success(refusal: str) -> None:
    """Of a read it is who asks, of a write what was sent."""
    client, told = {"status": 302, "location": "/cart/"}, (refusal,)
    assert outcome_of(client, {"refusals": told}) is Outcome.DENIED
    server = {"method": "POST", "refusals": told}
    assert outcome_of(client, server, operation_id="POST /projects/") is Outcome.INVALID


def test_a_redirect_of_somebody_who_may_not_is_about_nothing_that_was_sent() -> None:
    """Its message says so."""
    server = {"method": "POST", "refusals": (f"{TOLD}You have no access to this page.",)}
    assert outcome_of({"status": 302}, server, operation_id="POST /projects/") is Outcome.DENIED


def test_without_traces_a_redirect_to_a_login_page_is_denied() -> None:
    """An imported run has nothing but the location to go by."""
    client = sample(status=302, location="/accounts/login/?next=…")
    assert classify(client, None, expected_user_id="", traces_expected=False) is Outcome.DENIED


def test_without_traces_another_redirect_is_ok() -> None:
    """A redirect after a form is a success."""
    client = sample(status=302, location="/projects/7/")
    assert classify(client, None, expected_user_id="", traces_expected=False) is Outcome.OK


def test_the_trace_decides_about_a_redirect_that_looks_like_a_login() -> None:
    """A logout that ends at the login page did its work; the server did not call it denied."""
    client, server = sample(status=302, location="/accounts/login/"), trace(status=302)
    assert classify(client, server, expected_user_id="7", traces_expected=True) is Outcome.OK
