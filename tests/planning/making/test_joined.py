"""Rows between what a page lists and the row of its address."""

from dataclasses import replace

import pytest

from loadaudit.planning.making import joined
from loadaudit.planning.making.joined import joining_rows
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
