"""The state that a row has to be in is read from the handler of the method, and from the model's methods it calls."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.asked_states import leads_to_a_row, other_states, state_asked, state_told
from loadaudit.records import Parameter
from tests.analysis.factories import operation
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects


class Close(View):
    """One that is for projects in a certain state, by method."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close one that is active."""
        project = Project.objects.get(pk=pk)
        if project.status != Project.Status.ACTIVE:
            return HttpResponse("Only active projects can be closed.", status=409)
        return HttpResponse()

    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete one that is not active."""
        project = Project.objects.get(pk=pk)
        return HttpResponse(status=400 if project.status == "active" else 200)

    def put(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at no state of a row, but at a value of that name."""
        status = request.GET.get("status")
        if status not in ("a", "b"):
            return HttpResponse(status=400)
        return HttpResponse()

    def patch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave the question to a method of the row, and save it."""
        project: Any = Project.objects.get(pk=pk)
        if not project.may_be_changed():
            return HttpResponse(status=409)
        project.save()
        return HttpResponse()


class Move(View):
    """One that hands the states on that it takes."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go from one of two states to a third one."""
        return self._move(pk, {"draft", "active"}, "closed")

    def _move(self, pk: int, allowed: set[str], to: str) -> HttpResponse:
        project = Project.objects.get(pk=pk)
        return HttpResponse(status=200 if project.status in allowed and to else 409)


def _may_be_changed(project: Project) -> bool:
    return bool(project.status != Project.Status.CLOSED or project.name)


def _save(project: Project) -> None:
    if project.status not in (Project.Status.DRAFT, Project.Status.ACTIVE):
        raise ValueError


urlpatterns = [path("close/<int:pk>/", Close.as_view()), path("move/<int:pk>/", Move.as_view())]


@pytest.mark.parametrize(
    ("method", "text", "states"),
    [
        ("POST", "", ["active"]),
        ("DELETE", "", ["draft", "closed"]),
        ("PUT", "", None),
        ("PATCH", "", ["closed"]),
        ("PUT", "Status is draft, expected one of active.", ["active"]),
        ("PUT", "Only drafts can be changed", ["draft"]),
        ("PUT", "There is no such thing", None),
    ],
)
def test_states_that_a_handler_wants(
    settings: Any, monkeypatch: pytest.MonkeyPatch, method: str, text: str, states: list[str] | None
) -> None:
    """What is refused leaves the other choices; where the code names none, the refusal may, though no short choice."""
    monkeypatch.setattr(Project._meta.get_field("name"), "choices", [("", "None"), ("no", "Norwegian")])
    monkeypatch.setattr(Project, "may_be_changed", _may_be_changed, raising=False)
    monkeypatch.setattr(Project, "save", _save)
    said = Answer(status=409, text=text, content=text.encode(), content_type="text/plain", location="", trace=None)
    settings.ROOT_URLCONF = __name__
    row = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    found = state_asked(operation(f"{method} /close/<int:pk>/", parameters=(row,)), "/close/1/", said)
    assert (None if found is None else found.fixed) == (None if states is None else {"status__in": states})
    assert state_asked(operation(f"{method} /close/<int:pk>/"), "/close/1/", None) is None


def test_states_that_are_handed_on(settings: Any) -> None:
    """The one to go to is none of them."""
    settings.ROOT_URLCONF = __name__
    row = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    found = state_asked(operation("POST /move/<int:pk>/", parameters=(row,)), "/move/1/", None)
    assert found is not None
    assert found.fixed == {"status__in": ["active", "draft"]}


@pytest.mark.django_db
def test_what_is_told_of_a_row_in_another_state(settings: Any) -> None:
    """Nothing of one that is in the state already."""
    settings.ROOT_URLCONF = __name__
    draft, active = projects(("draft", False), ("active", False))
    row = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    close = operation("POST /close/<int:pk>/", parameters=(row,))
    assert state_told(close, f"/close/{draft.pk}/", None).endswith("provide() names one where that is active")
    assert not state_told(close, f"/close/{active.pk}/", None)
    assert leads_to_a_row(close, f"/close/{active.pk}/")
    assert not leads_to_a_row(close, "/close/0/")


@pytest.mark.django_db
def test_rows_in_each_other_state_may_be_taken_where_nothing_names_one(settings: Any) -> None:
    """Of what an address leads to, too."""
    settings.ROOT_URLCONF = __name__
    draft, *_ = projects(("draft", False), ("active", False), ("closed", True), ("draft", False))
    row = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    found = other_states(operation("PUT /close/<int:pk>/", parameters=(row,)), f"/close/{draft.pk}/")
    assert [one.fixed for one in found] == [{"status": "active"}, {"status": "closed"}, {"is_archived": True}]
    assert [*other_states(operation("PUT /close/<int:pk>/"), "/close/1/")] == []
