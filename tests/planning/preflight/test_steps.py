"""What is sent behind the steps that begin a session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from loadaudit.planning.preflight import session_keys, steps
from loadaudit.planning.preflight.judge import Trial, Try, unanswered
from loadaudit.planning.preflight.session_keys import SessionKeys
from loadaudit.planning.preflight.steps import behind_steps
from loadaudit.records import Identity, Outcome, PlannedPath, ServerException
from tests.analysis.factories import operation, trace

USER = Identity(role="user", username="one", user_id="1")
KEYS = {
    "/cart/": SessionKeys(set=frozenset({"cart"})),
    "/address/": SessionKeys(read=frozenset({"cart"}), set=frozenset({"address"})),
    "/order/": SessionKeys(read=frozenset({"address"})),
    "/home/": SessionKeys(read=frozenset({"username"})),
}


class _Client:
    """Remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, method: str, path: str, payload: Any, **more: Any) -> None:
        self.sent.append(f"{method} {path}")


@dataclass
class _Candidates:
    identity: Identity
    client: Any


class _Preflight:
    """Every operation works once."""

    def __init__(self, candidates: Any) -> None:
        self.candidates = {"user": candidates}
        self.identities = [USER]

    def over(self) -> bool:
        return False

    def attempt_as(self, one: Any, candidates: Any, most: int, known: Sequence[PlannedPath]) -> Trial:
        candidates.client.send(one.method, known[0].path, None)
        return Trial(operation=one, best=_try(one.id, Outcome.OK), tries=1)


def _try(id_: str, outcome: Outcome, missed: str = "") -> Try:
    path = id_.partition(" ")[2]
    one = unanswered(operation(id_), USER, PlannedPath(path=path), None, 1, "")
    broken = ServerException(type="KeyError", message=repr(missed), fingerprint="1") if missed else None
    return replace(one, outcome=outcome, trace=replace(trace(), exception=broken))


def _trial(id_: str, outcome: Outcome, missed: str = "") -> Trial:
    return Trial(operation=operation(id_), best=_try(id_, outcome, missed), tries=1)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> _Client:
    """Return the session that lasts."""
    for one in (steps, session_keys):
        monkeypatch.setattr(one, "session_keys_at", lambda path, method: KEYS[path])
    return _Client()


def _found(client: _Client, *trials: Trial) -> dict[str, Trial]:
    candidates = _Candidates(USER, client)

    @contextmanager
    def opened(one: Any) -> Iterator[Any]:
        yield client

    given = {"username": True}
    preflight: Any = _Preflight(candidates)
    return behind_steps(
        {one.operation.id: one for one in trials},
        (),
        preflight,
        opened,
        lambda identity, _, key, others: key in given and key in others,
    )


def test_steps_that_set_what_a_view_broke_without(client: _Client) -> None:
    """What they lack themselves is sent before them; what works so is not sent under load."""
    cart = _trial("POST /cart/", Outcome.OK)
    address = _trial("POST /address/", Outcome.SERVER_ERROR, "cart")
    order = _trial("POST /order/", Outcome.SERVER_ERROR, "address")
    found = _found(client, cart, address, order)
    assert client.sent == ["POST /cart/", "POST /address/", "POST /cart/", "POST /address/", "POST /order/"]
    assert {id_: one.repeatable for id_, one in found.items()} == {"POST /address/": False, "POST /order/": False}
    best = found["POST /order/"].best
    assert best is not None
    assert best.path.origin.endswith(", behind POST /cart/, POST /address/")


def test_what_a_login_of_the_project_keeps(client: _Client) -> None:
    """A key that nothing sets is put there where its name tells what of the user it is."""
    assert list(_found(client, _trial("GET /home/", Outcome.SERVER_ERROR, "username"))) == ["GET /home/"]
    assert not _found(client, _trial("GET /home/", Outcome.SERVER_ERROR, "other"))


def test_a_key_that_nothing_puts_into_the_session_is_a_reason(client: _Client) -> None:
    """So is what puts it there, where the operation got no further behind that."""
    order = _trial("POST /order/", Outcome.SERVER_ERROR, "address")
    assert _found(client, order)[order.operation.id].reason == "nothing that was tried puts 'address' there"


def test_what_a_view_takes_for_granted_may_be_missing_in_the_session(client: _Client) -> None:
    """`None.get_username()`: nobody is in the session of a login of two steps."""
    lacking = _trial("GET /home/", Outcome.SERVER_ERROR, "x")
    assert lacking.best is not None
    raised = ServerException(type="AttributeError", message="'NoneType' object has no attribute 'pk'", fingerprint="2")
    best = replace(lacking.best, trace=replace(trace(), exception=raised))
    assert list(_found(client, replace(lacking, best=best))) == ["GET /home/"]
