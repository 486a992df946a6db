"""Logins of a load test that logs in by itself: what its requests show of them."""

from typing import Any

import pytest

from loadaudit.analysis.seen_logins import SeenLogins
from loadaudit.records import LoginAttempt, LoginCause, Outcome, Sample, ServerException, Trace
from tests.analysis.factories import operation, sample, trace

LOGIN = "POST /accounts/login/"
ROUTES = (LOGIN, "GET /accounts/login/", "POST /projects/", "POST /blog/<slug>/logging/")


def seen(*requests: tuple[Sample, Trace | None, Outcome]) -> tuple[LoginAttempt, ...]:
    """Return the logins among these requests."""
    logins = SeenLogins(operation(one) for one in ROUTES)
    for one in requests:
        logins.add(*one)
    return logins.attempts()


def test_only_what_sends_credentials_is_a_login() -> None:
    """Neither the page with the form nor other writes."""
    assert [one.vu for one in seen(*((sample(1, one), trace(1, one), Outcome.OK) for one in ROUTES))] == [0]
    assert not seen((sample(1, "GET /accounts/login/"), None, Outcome.OK))


@pytest.mark.parametrize(
    ("client", "server", "outcome", "cause", "detail"),
    [
        ({"status": 302}, {}, Outcome.OK, LoginCause.NONE, "the trace shows user 7"),
        ({}, {"user_id": ""}, Outcome.OK, LoginCause.NONE, "its view answered, without a session"),
        ({"body_mark": "login_page"}, {"user_id": ""}, Outcome.OK, LoginCause.REJECTED, "the login form came back"),
        ({}, {"refusals": ("F: invalid_login",)}, Outcome.INVALID, LoginCause.REJECTED, "F: invalid_login"),
        (
            {"status": 403},
            {"csrf_reason": "CSRF cookie not set."},
            Outcome.CSRF_REJECTED,
            LoginCause.CSRF,
            "CSRF cookie not set.",
        ),
        ({"status": 429}, {}, Outcome.RATE_LIMITED, LoginCause.RATE_LIMITED, "status 429"),
        (
            {"status": 500},
            {"exception": ServerException(type="OperationalError", message="too many connections", fingerprint="f")},
            Outcome.SERVER_ERROR,
            LoginCause.EXCEPTION,
            "OperationalError: too many connections",
        ),
        ({"status": 404}, {}, Outcome.NOT_FOUND, LoginCause.STATUS, "status 404"),
        ({"status": 0, "error": "refused"}, {}, Outcome.REFUSED, LoginCause.NO_ANSWER, "refused"),
    ],
)
def test_cause_comes_from_the_answer_and_its_trace(
    client: dict[str, Any], server: dict[str, Any], outcome: Outcome, cause: LoginCause, detail: str
) -> None:
    """A session proves itself by its user, a token by an answer of the view; a failure has the server's words."""
    (attempt,) = seen((sample(1, LOGIN, **client), trace(1, LOGIN, **server), outcome))
    assert (attempt.cause, attempt.detail, attempt.proven) == (cause, detail, cause is LoginCause.NONE)


def test_without_a_trace_nothing_is_proven() -> None:
    """A status alone is no evidence."""
    (attempt,) = seen((sample(1, LOGIN, status=302), None, Outcome.OK))
    assert (attempt.cause, attempt.proven) == (LoginCause.NOT_PROVEN, False)
