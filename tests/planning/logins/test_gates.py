"""What stands between a login and every page, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.logins.gates import gate_in, through_gates
from tests.analysis.factories import trace

TERMS = '<form method="post"><input type="checkbox" name="accept" value="on"><button>Go on</button></form>'
LOGOUT = '<form method="post" action="/logout/"><button>Log out</button></form>'
PASSWORD = '<form method="post"><input type="password" name="new1"><input type="password" name="new2"></form>'


def answer(status: int = 200, text: str = "", location: str = "", *, ran: bool = True, user: str = "1") -> Answer:
    """Return what a page answers."""
    return Answer(status=status, text=text, location=location, trace=trace(view_ran=ran, user_id=user))


class Site:
    """Leads every page to a gate until a request opens it."""

    def __init__(self, html: str, opens: Callable[[str, str, dict[str, str]], bool], gate: str = "/gate/") -> None:
        self.html, self.opens, self.gate, self.is_open = html, opens, gate, False
        self.sent: list[str] = []

    def get(self, path: str) -> Answer:
        """Return the page of the gate, or where a page leads."""
        if path.startswith(self.gate):
            return answer(text=self.html)
        return answer() if self.is_open else answer(302, location=self.gate, ran=False)

    def send(self, method: str, path: str, payload: Any) -> Answer:
        """Take a request."""
        self.sent.append(path)
        values = {one.name: one.value for one in payload.pairs} if payload is not None else {}
        self.is_open = self.is_open or self.opens(method, path, values)
        return answer(302, location="/")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answer(302, location="/terms/", ran=False), "/terms/"),
        (answer(302, location="/terms/?next=/page/"), "/terms/?next=/page/"),
        (answer(302, location="/other/"), ""),
        (answer(302, location="/terms/", ran=False, user=""), ""),
        (answer(302, location="/login/?next=/page/", ran=False), ""),
        (answer(301, location="/page", ran=False), ""),
        (answer(302, location="https://elsewhere.example.com/", ran=False), ""),
        (answer(403, ran=False), "/page/"),
        (answer(403), ""),
        (answer(), ""),
    ],
)
def test_what_a_gate_is(found: Answer, expected: str) -> None:
    """A redirect before the view runs, or one that is to lead back; a view's own redirect and a login are none."""
    assert gate_in(found, "/page/", {"/login/"}) == expected


@pytest.mark.parametrize(
    ("html", "opens"),
    [
        (LOGOUT + TERMS, lambda method, path, values: values.get("accept") == "on"),
        (PASSWORD, lambda method, path, values: values == {"new1": "secret", "new2": "secret"}),
        ('<a href="/gate/7/">One</a>', lambda method, path, values: (method, path) == ("GET", "/gate/7/")),
    ],
)
def test_it_is_done_as_a_person_would(html: str, opens: Callable[[str, str, dict[str, str]], bool]) -> None:
    """Terms are accepted, the password is set to itself, one of several is chosen; nobody logs out."""
    site = Site(html, opens)
    passed = through_gates(cast(ControlClient, site), "/page/", "secret", ())
    assert (passed.stuck, passed.opened) == ("", ("/gate/",))
    assert "/logout/" not in site.sent


def test_a_gate_that_stays_shut() -> None:
    """Nothing on its page opens it."""
    site = Site("<p>Wait for approval</p>" + LOGOUT, lambda method, path, values: True)
    passed = through_gates(cast(ControlClient, site), "/page/", "secret", ())
    assert (passed.stuck, site.sent) == ("/gate/", [])
