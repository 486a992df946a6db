"""Rows that a body names go together: all that hang on a row, two of one parent, two different ones."""

from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight import rows_together as together
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership, Project
from tests.planning.preflight.rows import projects

OF_PROJECT = (Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk"),)
READ = 'SELECT "projects_membership"."id" FROM "projects_membership" WHERE "projects_membership"."project_id" = %s'
MEMBER = BodyField(name="member", type="integer", model="projects.Membership", model_field="pk")
OTHER = BodyField(name="other", type="integer", model="projects.Membership", model_field="pk")
PROJECT = BodyField(name="project", type="integer", model="projects.Project", model_field="pk")


def refused(one: Operation, path: str, status: int = 400) -> Try:
    """Return a try that was refused behind a look at the memberships of a project."""
    seen = trace(statements=(use(READ),))
    return Try(
        identity=Identity(role="user"),
        path=PlannedPath(path=path),
        payload=None,
        sample=sample(operation_id=one.id),
        trace=seen,
        outcome=Outcome.CLIENT_ERROR,
        answer=Answer(status=status, text="", location="", trace=seen),
    )


def members(project: Project, count: int) -> list[int]:
    """Make memberships of a project, each of another user."""
    users = [
        User.objects.create(username=f"{project.pk}-{one}", email=f"{project.pk}-{one}@example.com")
        for one in range(count)
    ]
    return [Membership.objects.create(project=project, user=one).pk for one in users]


@pytest.mark.django_db
def test_a_list_names_all_that_hang_on_the_row_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """As keys, as objects with places, or as a text that code takes apart; right for that address alone."""
    own, other = projects(("active", False), ("closed", False))
    keys, _ = members(own, 2), members(other, 1)
    view = operation("POST /projects/<int:project_id>/members/", parameters=OF_PROJECT)
    one = refused(view, f"/projects/{own.pk}/members/")

    def made(value: Any, variant: int = 1) -> list[Any]:
        found = together.rows_together(view, one, {"order": value}, [], variant)
        assert all(each.of_row for each in found)
        return [each.value for each in found]

    assert made([1]) == [keys]
    assert made([{"id": 1, "position": 7}]) == [[{"id": key, "position": at} for at, key in enumerate(keys)]]
    assert made([{"id": 1, "position": 7}], 2)[0][0] == {"id": keys[0], "position": 1}
    assert made("7") == []
    monkeypatch.setattr(together, "names_in_code_at", lambda *_: frozenset({"split", ","}))
    assert made("7") == [",".join(map(str, keys))]
    assert not together.rows_together(view, one, {"order": [1]}, [Complaint(field="name")], 1)
    assert not together.rows_together(view, one, {"order": [1]}, [Complaint(field="order", missing=True)], 1)


@pytest.mark.django_db
def test_two_rows_are_different_and_of_one_parent() -> None:
    """What a row hangs on already is no place to move it to; where none was found, other answers go first."""
    own, other = projects(("active", False), ("closed", False))
    first, second = members(own, 2)
    third = members(other, 1)[0]
    view = operation("POST /members/merge/", body=Body(kind=BodyKind.JSON, fields=(MEMBER, OTHER)))
    one = refused(view, "/members/merge/")
    for given in (first, third):
        found = together.rows_together(view, one, {"member": first, "other": given}, [], 1)
        assert [(each.field, each.value, each.of_row) for each in found] == [("other", second, False)]
    view = operation("POST /members/move/", body=Body(kind=BodyKind.JSON, fields=(MEMBER, PROJECT)))
    sent = {"member": first, "project": own.pk}
    found = together.rows_together(view, refused(view, "/members/move/", 409), sent, [], 1)
    # The only other project that has the same owner.
    assert [(each.field, each.value) for each in found] == [("project", other.pk)]
    assert not together.rows_together(view, refused(view, "/members/move/", 404), sent, [], 1)
