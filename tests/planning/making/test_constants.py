"""Look-ups by values that stand in code."""

from datetime import date
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import models

from loadaudit.planning.making import constants
from loadaudit.planning.making.constants import constants_for, constants_of, look_ups_at
from tests.demo.projects.models import Project

KIND = "site"
SHOWN = "shown"


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


class Actions:
    """A class of two actions with states of their own."""

    def get(self, request: Any) -> object:
        """Look closed rows up."""
        return Project.objects.filter(status="closed")

    def post(self, request: Any) -> object:
        """Look active rows up."""
        return Project.objects.filter(status="active")


def test_other_actions_of_a_class_have_states_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_class(request: Any) -> object:
        """Stand for what `as_view()` makes."""
        return request

    monkeypatch.setattr(of_class, "view_class", Actions, raising=False)
    monkeypatch.setattr(constants, "view_at", lambda path: of_class)
    assert constants_for("/", "POST", Project, ("status",)) == {"status": "active"}
    assert constants_for("/", "GET", Project, ("status",)) == {"status": "closed"}


class Published(models.QuerySet["Post"]):
    """Rows that everybody may see."""

    def published(self) -> "Published":
        """Return them."""
        return self.filter(state=SHOWN, day__lte=date.today())

    def drafts(self) -> "Published":
        """Return the others."""
        return self.filter(state="draft")


class Post(models.Model):
    """Has a state that only a method of its rows names."""

    state = models.CharField(max_length=9)
    day = models.DateField()
    objects: Any = models.Manager.from_queryset(Published)()

    class Meta:
        app_label = "constants"
        apps = Apps()

    def __str__(self) -> str:
        return self.state


def first_post(request: Any) -> object:
    """Show the first that is published."""
    return Post.objects.published().first()


def test_methods_of_managers_that_a_view_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they compare is what the view wants; those that it does not call say nothing."""
    monkeypatch.setattr(constants, "view_at", lambda path: first_post)
    assert constants_of("/", Post, ("state", "day")) == {"state": SHOWN}
