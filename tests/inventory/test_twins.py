"""Classes that share the methods of their parent, and those that do not."""

from typing import Any

import pytest
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import Group
from django.views.generic import FormView, ListView
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.viewsets import ModelViewSet

from loadaudit.inventory.access.demand import Demand
from loadaudit.inventory.access.permissions import of_permission_classes
from loadaudit.inventory.access.visitors import Asked
from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence


def _made(base: type, attributes: dict[str, Any], *others: type) -> Any:
    return type("Made", (*others, base), attributes)


@pytest.mark.parametrize(
    ("base", "attributes"),
    [
        (ListView, {"model": Group, "template_name": "groups.html"}),
        (
            ModelViewSet,
            {"queryset": Group.objects.all(), "permission_classes": [IsAuthenticated], "__doc__": "Groups."},
        ),
    ],
)
def test_a_class_of_attributes_alone_has_the_methods_of_its_parent(base: type, attributes: dict[str, Any]) -> None:
    """However many such classes stand in a row."""
    assert methods_owner(_made(_made(base, attributes), {})) is base


@pytest.mark.parametrize(
    "attributes",
    [
        {"get": lambda self, request: None},
        {"helper": staticmethod(print)},
        {"model": property(lambda self: Group)},
        {"get_queryset": None},
        {"dispatch": Group},
        {"__getattribute__": object.__getattribute__},
    ],
    ids=["a handler", "a static method", "a property", "a hidden method", "a hidden dispatch", "a special method"],
)
def test_a_class_with_a_method_or_without_one_of_its_parents_is_its_own(attributes: dict[str, Any]) -> None:
    """What its attributes add, change or take away is read in itself."""
    made = _made(ListView, attributes)
    assert methods_owner(made) is made


def test_a_class_with_a_mixin_is_its_own() -> None:
    """Two parents' methods come in an order of their own."""
    made = _made(ListView, {"model": Group}, LoginRequiredMixin)
    assert methods_owner(made) is made


@pytest.mark.parametrize(
    ("attributes", "initkwargs", "answered"),
    [
        ({"template_name": "form.html"}, {}, ["GET", "POST", "PUT"]),
        ({"http_method_names": ["get", "post"]}, {}, ["GET", "POST"]),
        ({"template_name": "form.html"}, {"http_method_names": ["get"]}, ["GET"]),
        ({"put": None}, {}, ["GET", "POST"]),
        ({"delete": FormView.get}, {}, ["GET", "POST", "PUT", "DELETE"]),
    ],
    ids=["nothing that decides", "names of methods", "names that the route gives", "a handler less", "a handler more"],
)
def test_classes_of_one_parent_answer_alike_but_for_what_decides(
    attributes: dict[str, Any], initkwargs: dict[str, Any], answered: list[str]
) -> None:
    """The first of them was read before the second."""
    assert [one for one, _ in methods_of(unwrap(_made(FormView, {}).as_view())).answered] == ["GET", "POST", "PUT"]
    view = _made(FormView, attributes).as_view(**initkwargs)
    assert [one for one, _ in methods_of(unwrap(view)).answered] == answered


def test_equal_permission_classes_are_read_with_what_stands_around_them() -> None:
    """The views differ in their authentication alone: a token is a key, a session is none."""
    made = _made(ModelViewSet, {"queryset": Group.objects.all()})
    asked = Asked(method="POST", action="create")
    login = {"permission_classes": [IsAuthenticated]}
    assert of_permission_classes(made, login, asked) == Demand(login=True, evidence=Evidence.DECLARED)
    token = {**login, "authentication_classes": [type("TokenAuthentication", (), {})]}
    assert of_permission_classes(made, token, asked) == Demand(login=True, api_key=True, evidence=Evidence.DECLARED)
    staff = {"permission_classes": [IsAdminUser]}
    assert of_permission_classes(made, staff, asked).staff
