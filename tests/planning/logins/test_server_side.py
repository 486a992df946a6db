"""Sessions that are made in the project's own session store."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from loadaudit.errors import UsageError
from loadaudit.load.sessions import Session
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.logins import server_side
from loadaudit.planning.logins.server_side import SessionMaker, can_make_keys, refusal
from loadaudit.records import Identity
from tests.demo.accounts.models import User


@pytest.fixture
def identity(db: None, settings: Any) -> Identity:
    """A user of the project."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = User.objects.create_user("anna", "anna@example.com", "secret")
    return Identity(role="user", username="anna", user_id=str(user.pk))


def browser_with(session: Session) -> Client:
    """Return a browser that goes on with a session, and is asked for its CSRF token."""
    browser = Client(enforce_csrf_checks=True)
    for one in session.cookies:
        browser.cookies[one.name] = one.value
    return browser


def test_a_made_session_lets_its_user_in(identity: Identity) -> None:
    """By the project's own session engine and authentication backend."""
    made = SessionMaker(nullcontext).make(identity)
    response = browser_with(made).get("/dashboard/")
    assert (response.status_code, str(response.wsgi_request.user.pk)) == (200, identity.user_id)


def test_its_csrf_token_is_in_it_where_the_settings_say_so(identity: Identity, settings: Any) -> None:
    """No page has to be fetched for it first."""
    settings.CSRF_USE_SESSIONS = True
    made = SessionMaker(nullcontext).make(identity)
    browser = browser_with(made)
    refused = browser.post("/profile/edit/", {"first_name": "A"})
    taken = browser.post("/profile/edit/", {"first_name": "A", "csrfmiddlewaretoken": made.csrf_token})
    assert (refused.status_code, taken.status_code) == (403, 302)
    # A visitor's has the token and nobody in it.
    visitors = SessionMaker(nullcontext).make(ANONYMOUS)
    sent = {"first_name": "A", "csrfmiddlewaretoken": visitors.csrf_token}
    led = browser_with(visitors).post("/profile/edit/", sent)
    assert (led.status_code, "login" in led.headers.get("Location", "")) == (302, True)


def test_no_key_is_made_where_the_project_keeps_none(identity: Identity) -> None:
    """REST framework's tokens are an app of their own."""
    assert SessionMaker(nullcontext).key(identity) == {}


def test_a_web_token_is_signed_where_the_project_takes_them(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the header, with the word and as long as a run wants; what its settings break is none."""
    assert SessionMaker(nullcontext).web_token(identity) == {}
    lived: list[object] = []

    class AccessToken:
        @classmethod
        def for_user(cls, user: User) -> AccessToken:
            return cls()

        def set_exp(self, *, lifetime: object) -> None:
            lived.append(lifetime)

        def __str__(self) -> str:
            return "signed"

    package = "rest_framework_simplejwt"
    api = SimpleNamespace(AUTH_HEADER_TYPES=("JWT",), AUTH_HEADER_NAME="HTTP_X_ACCESS")
    parts = {
        "": SimpleNamespace(),
        ".authentication": SimpleNamespace(),
        ".settings": SimpleNamespace(api_settings=api),
        ".tokens": SimpleNamespace(AccessToken=AccessToken),
    }
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, f"{package}{name}", part)
    assert can_make_keys()
    assert SessionMaker(nullcontext).web_token(identity) == {"X-Access": "JWT signed"}
    assert len(lived) == 1

    class SlidingToken(AccessToken):
        def __str__(self) -> str:
            return "sliding"

    api.AUTH_TOKEN_CLASSES = (SlidingToken,)
    assert SessionMaker(nullcontext).web_token(identity) == {"X-Access": "JWT sliding"}
    api.AUTH_TOKEN_CLASSES = ()
    monkeypatch.setattr(AccessToken, "for_user", lambda user: 1 / 0)
    assert SessionMaker(nullcontext).web_token(identity) == {}


def test_cookies_that_authenticators_look_for(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """They carry the token, whichever way a class of the project's asks for them."""

    class JWTAuthentication:
        def authenticate(self, request: Any) -> None:
            request.COOKIES["of_the_package"]

    class ByCookie(JWTAuthentication):
        def authenticate(self, request: Any) -> None:
            request.COOKIES.get("sessionid")
            if "access" not in request.COOKIES:
                request.COOKIES["jwt"]

    module = SimpleNamespace(JWTAuthentication=JWTAuthentication)
    monkeypatch.setitem(sys.modules, "rest_framework_simplejwt.authentication", module)
    assert SessionMaker(nullcontext).web_cookies(identity) == ()
    monkeypatch.setattr(server_side, "_web_token_of", lambda identity: {"Authorization": "Bearer signed"})
    cookies = SessionMaker(nullcontext).web_cookies(identity)
    assert [(one.name, one.value) for one in cookies] == [("access", "signed"), ("jwt", "signed")]
    assert ByCookie.__bases__ == (JWTAuthentication,)


def test_sessions_in_the_memory_of_each_process_are_refused(identity: Identity, settings: Any) -> None:
    """The server would not know them."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert "in the memory of each server process" in refusal()
    with pytest.raises(UsageError, match="Sessions cannot be made on the server side"):
        SessionMaker(nullcontext).make(identity)
