"""Values that the code of a view takes apart."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.in_parts import in_parts, taken_apart
from loadaudit.records import Identity
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db


def _teams(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("action")
    action, project_id = wanted.split(":", 1)  # type: ignore[union-attr]
    if action == "remove":
        User.objects.filter(pk=project_id).delete()
    elif action in ("join", "leave"):
        User.objects.get(pk=project_id)
    return HttpResponse()


urlpatterns = [path("teams/", _teams)]
SAID = [Complaint(field="note", missing=True)]


@pytest.mark.parametrize(
    ("action", "said", "expected"),
    [
        (None, SAID, "join:"),
        ("a", SAID, "join:"),
        ("join:{}", [], "leave:"),
        ("leave:{}", [], "remove:"),
        ("remove:{}", [], None),
        ("join:{}", SAID, None),
        ("remove:{}", [Complaint(field="action", value="7")], "remove:7"),
    ],
)
def test_a_word_that_is_compared_and_the_key_of_a_row(
    settings: Any, action: str | None, said: list[Complaint], expected: str | None
) -> None:
    """What deletes comes last, and what was said of another field first, once both parts are there."""
    settings.ROOT_URLCONF = __name__
    projects(("active", False), ("closed", False))
    Project.objects.order_by("pk")[0].delete()
    write = operation("POST /teams/")
    identity = Identity(role="user")
    assert taken_apart(write, "/teams/") == {"action"}
    (first,) = in_parts(write, "/teams/", {}, identity, [])
    key = first.value.partition(":")[2]
    assert key == str(Project.objects.get().pk)
    sent = {} if action is None else {"action": action.format(key)}
    found = in_parts(write, "/teams/", sent, identity, said)
    value = expected if said and said != SAID else f"{expected}{key}"
    better = [Complaint(field="action", missing=action is None, value=value)]
    assert found == (said if expected is None else better)
