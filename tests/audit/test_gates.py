"""Users of a run are led past what a project wants first."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from loadaudit.audit import gates
from loadaudit.audit.gates import past_gates
from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.records import Access, Identity, Inventory, LoginAttempt
from tests.analysis.factories import operation, trace
from tests.audit.test_logins import PLACE
from tests.demo.accounts.models import User

pytestmark = pytest.mark.django_db

PAGES = tuple(operation(f"GET /{name}/", access=Access(login=True)) for name in ("one", "two", "three", "four"))


@dataclass
class Client:
    """A project that lets in whose name is Approved."""

    user_id: str

    def get(self, path: str, *, timeout_s: float = 30.0) -> Answer:
        """Return the page, or lead to where one waits."""
        is_in = path == "/wait/" or User.objects.get(pk=self.user_id).role == "owner"
        shown = trace(view_ran=is_in, user_id=self.user_id)
        return Answer(status=200 if is_in else 302, text="", location="" if is_in else "/wait/", trace=shown)

    def close(self) -> None:
        """Release nothing."""


def place_of(monkeypatch: pytest.MonkeyPatch, role: str) -> tuple[Place, User]:
    """Return what is left of a place with one user."""
    user = User.objects.create(username="one", role=role)
    who = Credential(identity=Identity(role="user", username="one", user_id=str(user.pk)), password="p")
    proven = LoginAttempt(vu=0, role="user", proven=True, detail="", duration_ns=1)
    monkeypatch.setattr(gates, "log_in", lambda *given: LoggedIn(attempts=(proven,)))
    monkeypatch.setattr(Place, "client", lambda self, vu: cast(ControlClient, Client(who.user_id)))
    monkeypatch.setattr(gates, "connections", cast(Any, type("None", (), {"close_all": staticmethod(lambda: None)})))
    place = replace(PLACE, credentials=(who,), prepare=nullcontext)
    return past_gates(Logins(place=place, inventory=Inventory(operations=PAGES), config=Config())), user


def test_a_state_that_lets_in_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the clone, and said; those that do not are taken back."""
    monkeypatch.setattr("loadaudit.planning.making.admitted.GOOD", re.compile("owner"))
    place, user = place_of(monkeypatch, "viewer")
    assert [(one.column, one.value) for one in place.admissions] == [("role", "owner")]
    assert place.gate in {"/one/", "/two/"}
    assert place.messages == (
        "The project keeps users out until something is so of them; set on the clone: accounts.User.role.",
    )
    before = {name: value for name, value in vars(user).items() if name not in ("_state", "role")}
    assert before == {name: getattr(User.objects.get(pk=user.pk), name) for name in before}


def test_what_cannot_be_opened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With where the pages lead."""
    monkeypatch.setattr("loadaudit.planning.making.admitted._MOST", 0)
    place, _ = place_of(monkeypatch, "viewer")
    assert place.admissions == ()
    assert "Every page leads user to /wait/ first" in place.messages[0]


def test_a_project_that_wants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays as it is."""
    place, _ = place_of(monkeypatch, "owner")
    assert (place.gate, place.messages) == ("", ())


def test_views_that_answer_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands before pages stands before all: the others are not waited for."""
    asked = []
    get = Client.get

    def counted(self: Client, path: str, *, timeout_s: float = 30.0) -> Answer:
        asked.append(path)
        return get(self, path)

    monkeypatch.setattr(Client, "get", counted)
    place_of(monkeypatch, "owner")
    assert len(asked) == 2


@pytest.mark.parametrize(("open_pages", "gate"), [({"/two/", "/four/"}, ""), (set[str](), "/one/")])
def test_a_page_that_a_decorator_closes_says_nothing_of_the_others(
    monkeypatch: pytest.MonkeyPatch, open_pages: set[str], gate: str
) -> None:
    """Such as a sign-up, which sends on whoever is logged in; where all do, the decorator stands before everything."""

    def get(self: Client, path: str, *, timeout_s: float = 30.0) -> Answer:
        if path in open_pages or path == "/wait/":
            return Answer(status=200, text="", location="", trace=trace(user_id=self.user_id))
        sent_on = trace(view_ran=False, user_id=self.user_id, refusals=("sent on by shop.terms, before its view",))
        return Answer(status=302, text="", location="/wait/", trace=sent_on)

    monkeypatch.setattr(Client, "get", get)
    monkeypatch.setattr("loadaudit.planning.making.admitted._MOST", 0)
    place, _ = place_of(monkeypatch, "owner")
    assert place.gate == gate


def test_something_that_refuses_every_page_stands_before_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """It leads nowhere, and its status alone tells of it."""

    def get(self: Client, path: str, *, timeout_s: float = 30.0) -> Answer:
        return Answer(status=403, text="", location="", trace=trace(view_ran=False, user_id=self.user_id))

    monkeypatch.setattr(Client, "get", get)
    monkeypatch.setattr("loadaudit.planning.making.admitted._MOST", 0)
    place, _ = place_of(monkeypatch, "owner")
    assert place.gate == "/one/"
