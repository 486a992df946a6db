"""Login pages that need more than a name and a password in the only form, on the embedded server."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.load.sessions import NO_SESSION
from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins import steps
from loadaudit.planning.logins.attempts import LoggedIn, Ways, log_in
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.planning.logins.proving import looked_at, prove
from loadaudit.planning.logins.tokens import TokenLogin
from loadaudit.records import Identity, LoginAttempt, LoginCause, LoginWay
from tests.planning.logins.conftest import ClientMaker, valid_token

PROOF = ProofPage(path="/dashboard/", operation_id="GET /dashboard/")
KEYED = ProofPage(path="/hard/keyed/", operation_id="GET /hard/keyed/")
NAME, ADDRESS, PASSWORD = "owner", "owner@example.com", "demo-pass-1234"


def owner(**changes: Any) -> Credential:
    """Return the demo's owner, who is known by name and by address."""
    made = Credential(identity=Identity(role="owner", username=NAME, user_id="1"), password=PASSWORD, email=ADDRESS)
    return replace(made, **changes)


def entered(client: ControlClient, path: str, who: Credential | None = None, **ways: Any) -> LoggedIn:
    """Log in at a page; waits take no time."""
    pace = Pace(sleep=lambda seconds: None, clock_s=itertools.count(0, 1000).__next__)
    values: dict[str, Any] = {"paths": (path,), "retries": 0} | ways
    return log_in(client, 0, who or owner(), Ways(**values), PROOF, pace)


def failure(client: ControlClient, path: str, **ways: Any) -> LoginAttempt:
    """Return the failed attempt at a page."""
    attempt = entered(client, path, **ways).attempt
    assert not attempt.proven
    return attempt


@pytest.mark.parametrize("path", ["/hard/several/", "/hard/first/", "/hard/address/"])
def test_gets_in(client: ControlClient, path: str) -> None:
    """The login among several forms with its terms ticked; name, then password; the address where a name is refused."""
    attempt = entered(client, path).attempt
    assert (attempt.proven, attempt.way) == (True, LoginWay.FORM), attempt.detail


def test_both_steps_are_known(client: ControlClient) -> None:
    """Each of them is an operation of the project that this login has exercised."""
    assert [one.path for one in entered(client, "/hard/first/").sent] == ["/hard/first/", "/hard/second/"]


@pytest.mark.parametrize("path", ["/hard/elsewhere/", "/hard/sent-elsewhere/"])
def test_single_sign_on_is_said(client: ControlClient, path: str) -> None:
    """Nothing is sent to another host, and the way out is named."""
    attempt = failure(client, path)
    assert attempt.cause is LoginCause.ELSEWHERE
    assert "at another host, id.example.org" in attempt.detail
    assert "LOADAUDIT['LOGIN'] = \"session\"" in attempt.detail


def test_a_page_that_fails_is_said(client: ControlClient) -> None:
    """With what it failed with, and not only that there is no form."""
    attempt = failure(client, "/hard/broken/")
    assert attempt.cause is LoginCause.EXCEPTION
    assert "TemplateDoesNotExist: nowhere.html" in attempt.detail
    assert attempt.traceback


def test_a_captcha_is_said(client: ControlClient) -> None:
    """And not taken for a wrong password."""
    attempt = failure(client, "/hard/captcha/")
    assert (attempt.cause, "asks for a captcha" in attempt.detail) == (LoginCause.CAPTCHA, True)


def test_a_second_factor_is_said(client: ControlClient) -> None:
    """A page that wants a code came where the user's own should have."""
    attempt = failure(client, "/hard/code/")
    assert attempt.cause is LoginCause.SECOND_FACTOR
    assert "asks for a second factor at /hard/code/" in attempt.detail


def test_a_rate_limit_that_is_raised(client: ControlClient) -> None:
    """Django answers it with 403 alone; the trace has its class."""
    attempt = failure(client, "/hard/refused/raised/")
    assert attempt.cause is LoginCause.RATE_LIMITED
    assert "403: raised tests.planning.logins.site.Ratelimited" in attempt.detail


def test_a_rate_limit_is_waited_for(client: ControlClient) -> None:
    """As long as Retry-After asks for, until the run's patience ends; LOGIN_RETRIES is about failures."""
    result = entered(client, "/hard/refused/later/", retries=0)
    assert {one.cause for one in result.attempts} == {LoginCause.RATE_LIMITED}
    assert len(result.attempts) > 10


def test_a_locked_account_is_no_rate_limit(client: ControlClient) -> None:
    """Trying on would not open it."""
    attempt = failure(client, "/hard/refused/locked/")
    assert attempt.cause is LoginCause.LOCKED_OUT
    assert "Account locked: too many login attempts." in attempt.detail


def test_a_session_store_that_is_down(client: ControlClient) -> None:
    """The exception of the server is the reason, with its traceback."""
    attempt = failure(client, "/hard/refused/store/")
    assert attempt.cause is LoginCause.EXCEPTION
    assert "OperationalError: the session store is down" in attempt.detail
    assert "in save" in attempt.traceback


def test_a_page_that_breaks_still_shows_the_user(client: ControlClient) -> None:
    """Rows that break the home page must not lock everybody out: the server knew who asked before it failed."""
    proof = ProofPage(path="/hard/failing/", operation_id="GET /hard/failing/")
    assert log_in(client, 0, owner(), Ways(paths=("/hard/address/",)), proof).attempt.proven
    other = owner(identity=Identity(role="owner", username=NAME, user_id="999"))
    assert prove(client, other.identity, proof).cause is LoginCause.EXCEPTION


@pytest.mark.parametrize("envelope", ["", "account"])
def test_a_token_beside_the_session(client: ControlClient, envelope: str) -> None:
    """Where part of the project wants a token, a virtual user shows both; the address goes where it is asked for."""
    token = TokenLogin(path="/hard/token/", user_field="email", password_field="password", envelope=envelope)
    result = entered(client, "/hard/address/", tokens=(token,), api=KEYED)
    assert result.attempt.proven
    assert result.attempt.detail.endswith("and that of GET /hard/keyed/ with a token")
    assert [one.partition(" ")[0] for one in result.session.headers] == ["Authorization:"]
    assert [one.path for one in result.sent] == ["/hard/address/", "/hard/token/"]


APP = TokenLogin(
    path="/hard/app/login/", user_field="email", password_field="password", pages=("/dashboard/", "/hard/app/page/")
)


def test_an_api_with_a_token_of_its_own(client: ControlClient) -> None:
    """Nothing declares that it wants one: it turns the session away, and its own login opens it."""
    result = entered(client, "/hard/address/", tokens=(APP,))
    assert [one.partition(" ")[0] for one in result.session.headers] == ["X-Session-Token:"]
    assert client.get("/hard/app/page/").status == 200
    assert [one.path for one in result.sent] == ["/hard/address/", "/hard/app/login/"]


def test_pages_that_the_session_opens_need_no_token(client: ControlClient) -> None:
    result = entered(client, "/hard/address/", tokens=(replace(APP, pages=("/dashboard/",)),))
    assert (result.attempt.proven, result.session.headers) == (True, ())


def test_a_token_whose_user_no_trace_shows(client: ControlClient) -> None:
    """What it opens proves it, if that is closed to strangers; what is open to all does not."""
    page = ProofPage(path="/hard/app/page/", operation_id="GET /hard/app/page/")
    open_to_all = ProofPage(path="/hard/address/", operation_id="GET /hard/address/")
    ways = Ways(tokens=(APP,), pages=(open_to_all, page))
    result = log_in(client, 0, owner(), ways, None)
    assert (result.attempt.proven, result.opened) == (True, page), result.attempt.detail
    known = owner(proof=result.opened)
    client.adopt(NO_SESSION)
    assert log_in(client, 0, known, ways, page).attempt.proven
    assert looked_at(client, known, page, None).cause is LoginCause.NONE
    assert not log_in(client, 0, owner(), replace(ways, pages=(open_to_all,)), None).attempt.proven


def test_one_of_several_token_logins(client: ControlClient) -> None:
    """The token of the first opens another part of the project; its header is taken back."""
    token = TokenLogin(path="/hard/token/", user_field="email", password_field="password")
    result = log_in(client, 0, owner(), Ways(tokens=(APP, token)), KEYED)
    assert result.attempt.proven, result.attempt.detail
    assert [one.partition(" ")[0] for one in result.session.headers] == ["Authorization:"]


def test_a_token_that_opens_nothing_is_left_out(client: ControlClient) -> None:
    """The session is good without it."""
    token = TokenLogin(path="/hard/token/", user_field="email", password_field="password")
    result = entered(client, "/hard/address/", tokens=(token,), api=ProofPage(path="/nowhere/", operation_id="x"))
    assert (result.attempt.proven, result.session.headers) == (True, ())


def test_a_token_expires_beside_a_session_that_lives(client: ControlClient) -> None:
    """Looking at the session alone would take the 401 for the operation's own."""
    token = TokenLogin(path="/hard/token/", user_field="email", password_field="password")
    assert entered(client, "/hard/address/", tokens=(token,), api=KEYED).attempt.proven
    assert looked_at(client, owner(), PROOF, KEYED).cause is LoginCause.NONE
    client.headers = {"Authorization": "Bearer expired"}
    assert prove(client, owner().identity, PROOF).cause is LoginCause.NONE
    assert looked_at(client, owner(), PROOF, KEYED).cause is LoginCause.NOT_PROVEN


def test_the_admins_page_is_passed_over_by_others(client: ControlClient) -> None:
    """An API with the admin beside it: the admin's form lets only staff in, the token everybody."""
    token = TokenLogin(path="/hard/token/", user_field="email", password_field="password")
    ways = Ways(paths=("/admin/login/",), admin="/admin/login/", tokens=(token,), api=KEYED)
    attempt = log_in(client, 0, owner(), ways, KEYED).attempt
    assert (attempt.proven, attempt.way) == (True, LoginWay.TOKEN), attempt.detail


def test_the_token_against_forgery_follows_the_login(clients: ClientMaker) -> None:
    """With CSRF_USE_SESSIONS only pages show it, and a login replaces it."""
    client = clients(valid_token(), csrf_in_session=True)
    result = log_in(
        client, 0, owner(), Ways(paths=("/hard/address/",)), ProofPage(path="/hard/nothing/", operation_id="x")
    )
    client.close()
    secret = next(one.value for one in result.session.cookies if one.name == "csrftoken")
    assert result.attempt.proven, result.attempt.detail
    assert _unmasked(result.session.csrf_token) == secret


def _unmasked(token: str) -> str:
    from django.middleware.csrf import _unmask_cipher_token  # type: ignore[attr-defined]

    return str(_unmask_cipher_token(token))


def test_the_projects_own_login(client: ControlClient) -> None:
    """`login(client, identity)` of a loadtests module goes before the form, and has to be proven like it."""

    def log_in_here(client: ControlClient, identity: Credential) -> None:
        token = client.get("/hard/address/").text.partition('value="')[2].partition('"')[0]
        sent = {"login": identity.email, "p": identity.password, "csrfmiddlewaretoken": token}
        client.post("/hard/address/", sent)

    attempt = entered(client, "/hard/captcha/", function=log_in_here).attempt
    assert (attempt.proven, attempt.way) == (True, LoginWay.FUNCTION)
    idle = failure(client, "/hard/captcha/", function=lambda client, identity: None)
    assert idle.cause is LoginCause.NOT_PROVEN


def test_the_projects_own_login_fails(client: ControlClient) -> None:
    """What it raises is the reason."""

    def broken(client: ControlClient, identity: Credential) -> None:
        raise ValueError("no such tenant")

    attempt = failure(client, "/hard/captcha/", function=broken)
    assert (attempt.cause, attempt.way) == (LoginCause.EXCEPTION, LoginWay.FUNCTION)
    assert "raised ValueError: no such tenant" in attempt.detail


def test_the_projects_own_login_does_not_end(client: ControlClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and not called for the next user, who would wait as long."""
    monkeypatch.setattr(steps, "DEFAULT_TIMEOUT_S", 0.1)
    calls: list[str] = []

    def endless(client: ControlClient, identity: Credential) -> None:
        calls.append(identity.email)
        while True:
            pass

    for _ in range(2):
        assert "endless did not come to its end within 0.1 s" in failure(client, "/x/", function=endless).detail
    assert len(calls) == 1


def test_headers_of_the_settings(client: ControlClient) -> None:
    """They are proven by a page that wants them."""
    from django.core.signing import dumps

    key = owner(headers={"Authorization": f"Bearer {dumps(1)}"})
    attempt = log_in(client, 0, key, Ways(paths=("/accounts/login/",)), KEYED).attempt
    assert (attempt.proven, attempt.way) == (True, LoginWay.HEADER), attempt.detail
