"""Lists that an error wants to be whole, or to have one item that is marked."""

from typing import Any

import pytest

from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.of_lists import one_marked, whole_lists
from loadaudit.records import BodyField, Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.projects.models import Membership
from tests.planning.preflight.rows import projects

ORDER = operation(
    "POST /projects/<int:project_id>/members/",
    parameters=(Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk"),),
)
WHOLE = "The order must contain every member exactly once."


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [[], [999], ["999"]])
def test_a_list_that_has_to_be_whole(sent: list[Any]) -> None:
    """It gets the keys of all rows that belong to that of the address and were read, as numbers or as texts."""
    own, other = projects(("active", False), ("closed", False))
    rows = [Membership.objects.create(project=one, user=one.owner) for one in (own, other)]
    one = Try(
        identity=Identity(role="user"),
        path=PlannedPath(path=f"/projects/{own.pk}/members/"),
        payload=None,
        sample=sample(operation_id=ORDER.id),
        trace=trace(statements=(use('SELECT "id" FROM "projects_membership" WHERE "project_id" = %s'),)),
        outcome=Outcome.CLIENT_ERROR,
        answer=None,
    )
    key: Any = str(rows[0].pk) if sent == ["999"] else rows[0].pk
    found = list(whole_lists(ORDER, one, WHOLE, {"order": sent, "rows": [{}], "name": "x"}))
    assert [(each.field, each.value) for each in found] == [("order", [key])]
    assert not list(whole_lists(ORDER, one, WHOLE, {"order": [key]}))
    assert not list(whole_lists(ORDER, one, "The order is closed.", {"order": sent}))


@pytest.mark.parametrize(
    ("said", "marks", "found"),
    [
        ("Exactly one choice must be correct.", [None, False], True),
        ("Exactly one choice must be correct.", [None, True], False),
        ("Choices are wrong.", [None], False),
    ],
)
def test_a_list_with_an_item_that_has_to_be_marked(said: str, marks: list[bool | None], *, found: bool) -> None:
    """The first is, by what says so of it, where none is yet."""
    item = (BodyField(name="text", type="string"), BodyField(name="is_correct", type="boolean"))
    fields = (BodyField(name="title", type="string"), BodyField(name="choices", type="object", many=True, fields=item))
    sent = {"choices": [{"text": "a"} | ({} if one is None else {"is_correct": one}) for one in marks]}
    places = [(one.place, one.value) for one in one_marked(said, sent, fields)]
    assert places == ([(("choices", 0, "is_correct"), True)] if found else [])
