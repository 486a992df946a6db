"""Modes of a session that a write of the project enters and its middleware looks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.load.sessions import NO_SESSION
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.planning.logins.kept import KeptSession
from loadaudit.planning.modes import keys_of_middleware, leaving, modes_among
from loadaudit.records import Body, BodyField, BodyKind, Identity, LoginAttempt
from tests.analysis.factories import operation, trace

HERE = f"{__name__}."


def for_the_staff(get_response: Any) -> Any:
    """Take the staff's rights from whoever is not in their mode."""

    def answer(request: HttpRequest) -> Any:
        if not _is_in(request):
            request.user.is_staff = False
        return get_response(request)

    return answer


def _is_in(request: HttpRequest) -> bool:
    return "staff_mode" in request.session


def _note(request: HttpRequest, key: str = "staff_mode") -> None:
    request.session["staff_mode"] = key


def enter(request: HttpRequest) -> HttpResponse:
    _note(request)
    return HttpResponse()


def leave(request: HttpRequest) -> HttpResponse:
    del request.session["staff_mode"]
    return HttpResponse()


def other(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "red"
    return HttpResponse()


urlpatterns = [path("enter/", enter), path("leave/", leave), path("other/", other)]


def test_what_puts_into_the_session_what_a_middleware_reads(settings: Any) -> None:
    """Without a body; what leaves the mode is none, nor what a middleware does not read."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.contrib.messages.middleware.MessageMiddleware",
        f"{HERE}for_the_staff",
        "no.such.One",
    ]
    ids = ("POST /enter/", "GET /enter/", "POST /leave/", "POST /other/")
    operations = [operation(one) for one in ids]
    body = Body(kind=BodyKind.FORM, fields=(BodyField(name="why"),))
    assert keys_of_middleware() == {"staff_mode"}
    assert [(one.path, one.keys) for one in modes_among(operations)] == [("/enter/", ("staff_mode",))]
    assert leaving(operations) == {"POST /leave/"}
    assert modes_among([operation("POST /enter/", body=body)]) == ()
    settings.MIDDLEWARE = []
    assert modes_among(operations) == ()


@pytest.mark.parametrize(("modes", "statuses"), [(("/enter/",), [200, 200, 200]), ((), [403, 200, 403])])
def test_a_mode_that_was_left_is_entered_again(modes: tuple[str, ...], statuses: list[int]) -> None:
    """Once behind a write that may have left it, and at a refusal only."""
    sent: list[str] = []

    def send(method: str, path: str, payload: Any, **_: Any) -> Answer:
        sent.append(path)
        state["in"] = path == "/enter/" or (state["in"] and path != "/leave/")
        refused = path == "/page/" and not state["in"]
        shown = trace(user_id="7", denied=refused)
        return Answer(status=403 if refused else 200, text="", location="", trace=shown)

    state = {"in": bool(modes)}
    client = cast(ControlClient, SimpleNamespace(send=send, session=lambda: NO_SESSION))
    who = Credential(identity=Identity(role="staff", username="s", user_id="7"), password="p", modes=modes)
    proven = LoginAttempt(vu=0, role="staff", proven=True, detail="", duration_ns=1)
    kept = KeptSession(client, who, None, lambda _: LoggedIn(attempts=(proven,)), ())
    ways = (("GET", "/page/"), ("POST", "/leave/"), ("GET", "/page/"))
    assert [kept.send(method, path, None).status for method, path in ways] == statuses
    assert sent.count("/enter/") == len(modes)
