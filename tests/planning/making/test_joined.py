"""Rows between what a page lists and the row of its address."""

from dataclasses import replace

import pytest

from loadaudit.planning.making import joined
from loadaudit.planning.making.joined import joining_rows, row_of_address
from loadaudit.planning.making.wanted import WantedRow
from loadaudit.planning.preflight.judge import unanswered
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership, Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db

ANYONE = Identity(role="user")
PERSON = Parameter(name="name", model="accounts.User", model_field="username")
PAGE = operation("GET /people/<name>/projects/", parameters=(PERSON,))
LISTED = (
    'SELECT COUNT(*) FROM "projects_project" INNER JOIN "projects_membership" ON (1 = 1) '
    'WHERE ("projects_membership"."user_id" = %s AND NOT "projects_project"."is_archived")'
)


def test_a_page_that_lists_what_a_third_brings_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a row that has the flags of the statement; once it is there nothing is missing."""
    projects(("active", True), ("active", False))
    person = User.objects.create(username="another")
    monkeypatch.setattr(joined, "row_at", lambda parameter, path: person)
    one = unanswered(PAGE, ANYONE, PlannedPath(path="/people/another/projects/"), None, 1, "")
    one = replace(one, outcome=Outcome.NOT_FOUND, trace=replace(trace(), statements=(use(LISTED),)))
    (found,) = joining_rows(PAGE, ANYONE, one)
    assert (found.model, found.asked) == (
        Membership,
        {"user": person, "project": Project.objects.get(is_archived=False)},
    )
    Membership.objects.create(**found.asked)
    assert not list(joining_rows(PAGE, ANYONE, one))
    assert not list(joining_rows(PAGE, ANYONE, replace(one, outcome=Outcome.SERVER_ERROR)))


def test_the_row_that_a_view_looked_for_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the statement asks beside that; none where there is one of whatever address."""
    projects(("active", False))
    person = User.objects.create(username="another", is_active=False)
    monkeypatch.setattr(joined, "row_at", lambda parameter, path: person)
    table, users = Membership._meta.db_table, User._meta.db_table
    sql = (
        f'SELECT "{table}"."id" FROM "{table}" INNER JOIN "{users}" ON ("{table}"."user_id" = "{users}"."id") '
        f'WHERE ("{users}"."username" = %s'
    )
    one = unanswered(PAGE, ANYONE, PlannedPath(path="/people/another/projects/"), None, 1, "")

    def seen(statement: str) -> list[WantedRow]:
        tried = replace(one, outcome=Outcome.NOT_FOUND, trace=replace(trace(), statements=(use(statement),)))
        return list(row_of_address(PAGE, ANYONE, tried))

    assert seen(f"{sql})") == [WantedRow(model=Membership, asked={"user": person})]
    flagged = f'{sql} AND "{users}"."is_active")'
    assert seen(flagged) == [WantedRow(model=Membership, asked={"user__is_active": True})]
    Membership.objects.create(user=User.objects.create(username="third"), project=Project.objects.get())
    assert seen(flagged) == []
