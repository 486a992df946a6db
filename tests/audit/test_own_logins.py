"""Users of the run log in once more where nobody has come from: with the right password it locks nobody out."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.audit import own_logins as module
from loadaudit.audit.own_logins import logged_in_at
from loadaudit.planning.control import Answer
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, Ways
from loadaudit.planning.logins.steps import Sent, Step
from loadaudit.records import Identity, LoginAttempt, LoginCause, LoginWay, Parameter
from tests.analysis.factories import operation

LOGIN = operation("POST /back/login/")
ANSWER = Answer(status=302, text="", location="/", trace=None, number=1)


def someone(role: str, *, staff: bool = False, **changes: Any) -> Credential:
    """Return a user of the run."""
    return Credential(identity=Identity(role=role, username=role, staff=staff), password="right", **changes)


@dataclass
class Desk:
    """Logs users in, or not, and notes who came."""

    lets_in: frozenset[str]
    came: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def log_in(self, client: Any, vu: int, who: Credential, ways: Ways, *rest: object) -> LoggedIn:
        """Do as the real one does."""
        self.came.append((who.role, ways.paths))
        proven = who.role in self.lets_in
        cause = LoginCause.NONE if proven else LoginCause.REJECTED
        attempt = LoginAttempt(vu=vu, role=who.role, proven=proven, detail="", duration_ns=1, cause=cause)
        return LoggedIn(attempts=(attempt,), sent=(Sent(path="/back/login/", answer=ANSWER),) if proven else ())


def entered(monkeypatch: pytest.MonkeyPatch, desk: Desk, *people: Credential, at: Any = LOGIN) -> list[str]:
    """Return the roles of those who got in."""
    monkeypatch.setattr(module, "log_in", desk.log_in)
    client = SimpleNamespace(close=lambda: None)
    place = SimpleNamespace(credentials=people, owners=(), client=lambda vu: client)
    logins: Any = SimpleNamespace(place=place, ways=Ways(paths=("/login/",)), proof_for=lambda who: None)
    proven = {one.role for one in people} - {"lost"}
    return [one.identity.role for one in logged_in_at(at, logins, proven, lambda: False)]


def test_staff_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back offices let nobody else in; whoever got in is enough."""
    desk = Desk(frozenset({"boss", "user"}))
    assert entered(monkeypatch, desk, someone("user"), someone("boss", staff=True)) == ["boss"]
    assert desk.came == [("boss", ("/back/login/",))]


def test_others_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at most: a page that lets neither in is for somebody else."""
    desk = Desk(frozenset({"third"}))
    assert entered(monkeypatch, desk, *map(someone, ("first", "second", "third"))) == []
    assert [role for role, _ in desk.came] == ["first", "second"]


def test_only_passwords_that_are_known_to_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who could not log in elsewhere, whose session was made, or who shows a key; no address without values."""
    desk = Desk(frozenset({"made", "key", "lost"}))
    people = (someone("made", way=LoginWay.SESSION), someone("key", headers={"X-Key": "k"}), someone("lost"))
    assert entered(monkeypatch, desk, *people) == []
    assert desk.came == []
    of_a_shop = operation("POST /<slug:shop>/login/", parameters=(Parameter(name="shop"),))
    assert entered(monkeypatch, desk, someone("user"), at=of_a_shop) == []


def test_a_token_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the right password tells it, though no page may want it."""
    step = Step(way=LoginWay.TOKEN, sent=(Sent(path="/back/login/", answer=ANSWER),))
    monkeypatch.setattr(module, "by_tokens", lambda *rest, **more: iter([step]))
    desk = Desk(frozenset())
    assert entered(monkeypatch, desk, someone("user")) == ["user"]
    assert desk.came == []
