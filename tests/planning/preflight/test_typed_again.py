"""What of its row a view wants to have typed once more."""

import pytest
from django.utils import timezone

from loadaudit.planning.preflight import typed_again as module
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.typed_again import typed_again
from loadaudit.records import Parameter
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project

ROW = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
DROP = operation("POST /projects/<int:pk>/drop/", parameters=(ROW,))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "variant", "expected"),
    [
        ("Type the name of the project to confirm.", 1, {"confirm": "Roof"}),
        ("Type the name of the project to confirm.", 2, {"note": "Roof"}),
        ("Enter the project's name to delete it.", 1, {"confirm": "Roof"}),
        ("Type the owner's user name to confirm.", 1, {"confirm": "ola"}),
        ("Enter your password to confirm.", 1, {}),
        ("The name must not be empty.", 1, {}),
        ("Type the colour to confirm.", 1, {}),
    ],
)
def test_the_text_of_the_row_itself(
    monkeypatch: pytest.MonkeyPatch, said: str, variant: int, expected: dict[str, str]
) -> None:
    """First in what is called like a confirmation; not where another column is meant, or none."""
    owner = User.objects.create(username="ola", password="kept")
    row = Project.objects.create(name="Roof", owner=owner, created_at=timezone.now())
    monkeypatch.setattr(module, "row_at", lambda parameter, path: row)
    found = typed_again(DROP, "/projects/1/drop/", said, (), {"note": "xxLAxx", "confirm": "a"}, variant)
    assert {one.field: one.value for one in found} == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "said", "expected"),
    [
        ("confirm", "The name does not match.", {"confirm": "Roof"}),
        ("confirm", "The colour does not match.", {}),
        ("note", "The name is too long.", {}),
    ],
)
def test_what_an_error_says_of_the_field_to_type_in(
    monkeypatch: pytest.MonkeyPatch, field: str, said: str, expected: dict[str, str]
) -> None:
    """Its name says what it is for."""
    row = Project.objects.create(name="Roof", owner=User.objects.create(username="ola"), created_at=timezone.now())
    monkeypatch.setattr(module, "row_at", lambda parameter, path: row)
    told = [Complaint(field=field, said=said)]
    found = typed_again(DROP, "/projects/1/drop/", "", told, {"note": "xxLAxx", "confirm": "a"}, 1)
    assert {one.field: one.value for one in found} == expected
