"""Rows behind several routes of one view, by the extra arguments of each."""

from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path
from django.views import View

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Project

_KINDS: dict[str, Any] = {"item": BudgetItem, "project": Project}


def by_model(request: HttpRequest, number: int, model: Any) -> HttpResponse:
    """Look up a row of the model that the route names."""
    return HttpResponse(get_object_or_404(model, pk=number))


def by_manager(request: HttpRequest, number: int, model: Any) -> HttpResponse:
    """Look up through its manager, in a helper."""
    return HttpResponse(_found(model, number))


def _found(rows: Any, key: int) -> Any:
    return rows._default_manager.get(pk=key)


def by_kind(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Look the model up in a table."""
    return HttpResponse(get_object_or_404(_KINDS[kind], pk=number))


def by_label(request: HttpRequest, number: int, label: str) -> HttpResponse:
    """Look the model up in the registry."""
    return HttpResponse(get_object_or_404(apps.get_model(label), pk=number))


def by_branch(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Tell kinds apart."""
    if kind == "item":
        return HttpResponse(get_object_or_404(BudgetItem, pk=number))
    return HttpResponse(get_object_or_404(Project, pk=number))


class ByModel(View):
    """The handler gets the model."""

    def get(self, request: HttpRequest, number: int, model: Any) -> HttpResponse:
        """Look up a row of the model that the route names."""
        return HttpResponse(model.objects.get(pk=number))


def _routes(view: Any, name: str, item: Any, project: Any) -> list[Any]:
    return [path("a/<int:number>/", view, {name: item}), path("b/<int:number>/", view, {name: project})]


urlpatterns = [
    path("model/", include(_routes(by_model, "model", BudgetItem, Project))),
    path("manager/", include(_routes(by_manager, "model", BudgetItem, Project))),
    path("kind/", include(_routes(by_kind, "kind", "item", "project"))),
    path("label/", include(_routes(by_label, "label", "budgets.BudgetItem", "projects.Project"))),
    path("branch/", include(_routes(by_branch, "kind", "item", "project"))),
    path("class/", include(_routes(ByModel.as_view(), "model", BudgetItem, Project))),
]


@pytest.fixture(scope="module")
def listed() -> dict[str, tuple[str | None, str]]:
    """Return model and evidence of the parameter, by route."""
    operations = build_inventory(Config(), urlconf=__name__).operations
    return {one.route: (one.parameters[0].model, one.parameters[0].evidence.value) for one in operations}


@pytest.mark.parametrize("way", ["model", "manager", "kind", "label", "branch", "class"])
def test_each_route_names_its_own_model(listed: dict[str, tuple[str | None, str]], way: str) -> None:
    """What the route hands over says which rows its view looks up."""
    assert listed[f"/{way}/a/<int:number>/"] == ("budgets.BudgetItem", "inferred")
    assert listed[f"/{way}/b/<int:number>/"] == ("projects.Project", "inferred")
