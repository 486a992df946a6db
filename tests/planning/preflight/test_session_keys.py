"""What code reads from the session and puts there."""

from typing import Any

import pytest

from loadaudit.planning.preflight import session_keys
from loadaudit.planning.preflight.session_keys import key_missed, more_than_a_user, session_keys_at

CART = "cart"


class Basket:
    """A cart that lives in the session."""

    def __init__(self, request: Any) -> None:
        """Begin one where there is none."""
        self.session = request.session
        self.lines = self.session.setdefault("lines", {})


def begin(request: Any) -> object:
    """Begin a session's steps."""
    request.session[CART] = {"total": 1}
    request.session["user"]["seen"] = True
    request.session.update({"step": 1})
    return Basket(request)


def go_on(request: Any) -> object:
    """Go on with them."""
    if "step" not in request.session:
        return None
    return request.session[CART], request.session.pop("code", None), request.headers["plain"]


@pytest.mark.parametrize(
    ("view", "read", "put"),
    [(begin, {"user", "lines"}, {CART, "step", "lines"}), (go_on, {CART, "step", "code"}, set())],
)
def test_keys_in_code(monkeypatch: pytest.MonkeyPatch, view: Any, read: set[str], put: set[str]) -> None:
    """Those that stand in it, in its module and in the classes that it makes something of."""
    monkeypatch.setattr(session_keys, "view_at", lambda path: view)
    found = session_keys_at("/", "GET")
    assert (set(found.read), set(found.set)) == (read, put)


def test_what_turns_every_user_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a view reads keys of the session, those are named."""
    monkeypatch.setattr(session_keys, "view_at", lambda path: go_on)
    assert more_than_a_user("/", "GET").startswith("its code reads 'cart', 'code', 'step' from the session")
    monkeypatch.setattr(session_keys, "view_at", lambda path: None)
    assert more_than_a_user("/", "GET").startswith("the view asks for more than a user")


def test_the_key_that_was_missed() -> None:
    assert key_missed("KeyError", "'cart'", frozenset({CART})) == CART
    assert key_missed("KeyError", "'name'", frozenset({CART})) == ""
    assert key_missed("ValueError", "'cart'", frozenset({CART})) == ""
