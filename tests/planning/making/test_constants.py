"""Look-ups by values that stand in code."""

from typing import Any

import pytest

from loadaudit.planning.making import constants
from loadaudit.planning.making.constants import constants_of, look_ups_at
from tests.demo.projects.models import Project

KIND = "site"


def view(request: Any) -> object:
    """Look rows up in several ways."""
    found = Project.objects.filter(owner=request.user, status=Project.Status.CLOSED)
    mine = request.user.projects.filter(client="backup", name=request.name)
    return found, mine, Project.objects.get(name__iexact=KIND), found.exclude(client="none")


def of_status(request: Any, status: str) -> object:
    """Look a row up by an argument."""
    name = request.name
    return Project.objects.get(status=status, name=name)


@pytest.fixture(autouse=True)
def at_any_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the view stand behind every path."""
    monkeypatch.setattr(constants, "view_at", lambda path: view)


def test_constants_of_look_ups() -> None:
    """Those of the code itself, of choices and of the module; what is left out counts for nothing."""
    found = [(one.model, one.values, one.is_of_one) for one in look_ups_at("/")]
    assert sorted(found, key=lambda one: one[1]) == [
        (None, (("client", "backup"),), False),
        (Project, (("name", KIND),), True),
        (Project, (("status", "closed"),), False),
    ]


def test_what_the_urlconf_hands_to_a_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the function's argument."""
    monkeypatch.setattr(constants, "view_at", lambda path: of_status)
    monkeypatch.setattr(constants, "handed_at", lambda path: {"status": "closed", "name": "x"})
    assert [one.values for one in look_ups_at("/")] == [(("status", "closed"),)]


def test_only_columns_that_a_statement_compared() -> None:
    assert constants_of("/", Project, ("client", "owner")) == {"client": "backup"}
    assert constants_of("/", Project, ("spent",)) == {}
