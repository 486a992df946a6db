"""The host that a project answers for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from loadaudit.audit import hosts
from loadaudit.audit.hosts import at_its_host
from loadaudit.audit.places import Place
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.records import Inventory
from tests.analysis.factories import operation, trace
from tests.audit.test_logins import PLACE

INVENTORY = Inventory(operations=tuple(operation(f"GET /{name}/") for name in ("one", "two", "three")))
Answers = Callable[[str, str], Answer]


def answer(status: int, location: str = "", *, ran: bool = False) -> Answer:
    """Return what a page answers."""
    return Answer(status=status, text="", location=location, trace=trace(view_ran=ran))


@dataclass
class Client:
    """A client of a project that looks at the host."""

    host: str
    answers: Answers

    def get(self, path: str, *, timeout_s: float = 30.0) -> Answer:
        """Fetch a page."""
        return self.answers(self.host, path)

    def close(self) -> None:
        """Release nothing."""


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [".example.com", "localhost"]
    monkeypatch.setattr(hosts, "other_hosts", lambda host: iter(["a.example.com", "b.example.com"]))
    monkeypatch.setattr(hosts, "connections", cast(Any, type("None", (), {"close_all": staticmethod(lambda: None)})))


def host_of(monkeypatch: pytest.MonkeyPatch, answers: Answers, place: Place = PLACE) -> tuple[str, tuple[str, ...]]:
    """Return the host that requests are sent for, and what is said of it."""

    def client(self: Place, vu: int) -> ControlClient:
        return cast(ControlClient, Client(urlsplit(self.target.base_url).netloc, answers))

    monkeypatch.setattr(Place, "client", client)
    served: Any = object()
    found = at_its_host(replace(place, server=served), INVENTORY)
    return urlsplit(found.target.base_url).netloc, found.messages


def test_a_tenant_of_which_the_database_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few pages answer for the host of the settings; the report says so."""
    host, said = host_of(
        monkeypatch,
        lambda host, path: answer(200, ran=True) if host == "b.example.com" or path == "/one/" else answer(404),
    )
    assert host == "b.example.com"
    assert said == ("Requests are sent for the host b.example.com: for localhost only 1 of 3 views answered (404).",)


def test_the_host_that_a_project_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with PREPEND_WWW."""
    host, _ = host_of(
        monkeypatch,
        lambda host, path: (
            answer(200, ran=True) if host == "www.example.com" else answer(301, f"http://www.example.com{path}")
        ),
    )
    assert host == "www.example.com"


@pytest.mark.parametrize(
    "found", [answer(200, ran=True), answer(500, ran=True), answer(302, "/login/"), answer(404), answer(301, "//other")]
)
def test_it_stays_as_it_is(found: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where views answer, or nobody does for any host."""
    assert host_of(monkeypatch, lambda host, path: found) == ("localhost", ())


def test_no_more_pages_than_settle_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may be slow, and each run waits for it."""
    asked = []

    def answers(host: str, path: str) -> Answer:
        asked.append(path)
        return answer(200, ran=True)

    assert host_of(monkeypatch, answers)[0] == "localhost"
    assert len(asked) == 2
