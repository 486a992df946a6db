"""Rows that name nothing which the project's code has registered."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import models

from loadaudit.planning.making import entries
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try, unanswered
from loadaudit.records import Identity, Outcome, PlannedPath
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

PAGE = operation("GET /checks/")


class Check:
    """Is registered."""


class Checks:
    """Keeps what is registered, beside words of no use."""

    def __init__(self) -> None:
        """Begin with one."""
        self._kept = {"shop.Check": Check}
        self._words = {"of": "no use"}

    def find(self, name: str) -> Any:
        """Return what has the name, or None."""
        return self._kept.get(name)


checks = Checks()
CHECKS = {"one": Check, "two": Check}


def find_check(name: str) -> Any:
    """Return what has the name, or None."""
    return checks.find(name)


class Result(models.Model):
    """Names what has made it, which its own method looks up."""

    slug = models.TextField()
    kind = models.CharField(max_length=3)

    class Meta:
        app_label = "entries"
        apps = Apps()

    def __str__(self) -> str:
        return str(checks.find(self.slug)())


def by_instance(row: Any) -> object:
    """Ask an object for it."""
    return checks.find(row.name)()


def by_function(row: Any) -> object:
    """Ask a function for it."""
    return find_check(row.name)()


def by_key(row: Any) -> object:
    """Take it from a dictionary."""
    return CHECKS[row.name]


def by_get(row: Any) -> object:
    """Take it from a dictionary if it is there."""
    return CHECKS.get(row.name)


def not_at_all(row: Any) -> object:
    """Look nothing up."""
    return str(row.name)


@pytest.mark.parametrize(
    ("view", "model", "found"),
    [
        (by_instance, Project, {"name": ("shop.Check",)}),
        (by_function, Project, {"name": ("shop.Check",)}),
        (by_key, Project, {"name": ("one", "two")}),
        (by_get, Project, {"name": ("one", "two")}),
        (not_at_all, Project, {}),
        (not_at_all, Result, {"slug": ("shop.Check",)}),
    ],
)
def test_what_code_looks_up_with_a_column(view: Any, model: Any, found: dict[str, tuple[str, ...]]) -> None:
    assert entries._looked_up(view, model) == found


@pytest.mark.django_db
def test_rows_name_entries_where_a_view_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    """In turn; they go back to what they were where that helps nothing, and what addresses take stays as it is."""
    projects(("active", False), ("closed", False), ("draft", False))
    monkeypatch.setattr(entries, "view_at", lambda path: by_key)
    read = use(f'SELECT "{Project._meta.db_table}"."id" FROM "{Project._meta.db_table}"')
    one: Try = unanswered(PAGE, Identity(role="user"), PlannedPath(path="/checks/"), None, 1, "")
    broke = replace(one, outcome=Outcome.SERVER_ERROR, trace=replace(trace(), statements=(read,)))
    maker = RowMaker(fence=nullcontext, today=date(2026, 3, 1))
    addressed = MissingRows(rows=maker, meanings={"project": (Project._meta.label, "name")})
    assert not addressed._name_entries(PAGE.id, broke)
    missing = MissingRows(rows=maker)
    assert missing._name_entries(PAGE.id, broke)
    assert missing._name_entries("GET /others/", broke)
    assert [*Project.objects.order_by("pk").values_list("name", flat=True)] == ["one", "two", "one"]
    missing.settle({PAGE.id, "GET /others/"})
    assert [*Project.objects.order_by("pk").values_list("name", flat=True)] == ["active", "closed", "draft"]
