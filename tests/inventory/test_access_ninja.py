"""What django-ninja's operations and django-ninja-extra's controllers ask for."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from ninja.security import django_auth, django_auth_is_staff, django_auth_superuser

from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.access.ninja import of_path_view
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence


class IsAuthenticated:
    """As django-ninja-extra has it, which need not be installed."""

    def has_permission(self, request: Any, controller: object) -> bool:
        """Look at the user of the session, or at what another authentication found."""
        user = request.user or request.auth
        return bool(user and user.is_authenticated)


class IsEditor:
    """A permission of the project."""

    def has_permission(self, request: Any, controller: object) -> bool:
        """Take staff."""
        return bool(request.user.is_staff)


IsAuthenticated.__module__ = "ninja_extra.permissions.common"


def operation(auth: tuple[object, ...] = (), own: tuple[object, ...] = (), above: tuple[object, ...] = ()) -> Any:
    """Return a path view with one operation, whose route and controller have these permissions."""
    self = SimpleNamespace(
        route=SimpleNamespace(permissions=list(own)), _api_controller=SimpleNamespace(permission_classes=list(above))
    )

    def view(request: HttpRequest) -> None:
        """Answer."""

    view.get_route_function = lambda: self  # type: ignore[attr-defined]
    one = SimpleNamespace(methods=["GET"], auth_callbacks=list(auth), view_func=view)
    return SimpleNamespace(operations=[one])


@pytest.mark.parametrize(
    ("path_view", "staff", "superuser"),
    [
        (operation(auth=(django_auth,)), False, False),
        (operation(auth=(django_auth_is_staff,)), True, False),
        (operation(auth=(django_auth_superuser,)), False, True),
        (operation(auth=(django_auth, django_auth_superuser)), False, False),
    ],
)
def test_sessions_are_no_keys(path_view: Any, staff: bool, superuser: bool) -> None:
    """Whoever is staff needs not be a superuser."""
    found = of_path_view(path_view, "GET")
    assert (found.login, found.staff, found.superuser, found.api_key) == (True, staff, superuser, False)
    assert found.evidence is Evidence.DECLARED


@pytest.mark.parametrize(
    ("path_view", "login", "staff", "evidence"),
    [
        (operation(), False, False, Evidence.DECLARED),
        (operation(above=(IsAuthenticated,)), True, False, Evidence.DECLARED),
        (operation(own=(IsEditor,), above=(IsAuthenticated,)), True, True, Evidence.INFERRED),
        (operation(auth=(django_auth,), own=(IsEditor(),)), True, True, Evidence.INFERRED),
    ],
)
def test_permissions_of_controllers(path_view: Any, login: bool, staff: bool, evidence: Evidence) -> None:
    """Those of a route stand instead of its controller's; the framework's own are certain."""
    found = of_path_view(path_view, "GET")
    assert (found.login, found.staff, found.evidence, found.may_ask_more) == (login, staff, evidence, False)


def test_a_composition_of_permissions_is_not_understood() -> None:
    """Nothing is claimed, and nothing ruled out."""
    found = of_path_view(operation(above=(IsAuthenticated(),)), "GET")
    assert not found
    assert found.may_ask_more


def writes_ask(request: HttpRequest) -> HttpResponse:
    """Ask for a login where the method is told beside it."""
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect("login")
    return HttpResponse()


def reads_do_not(request: HttpRequest) -> HttpResponse:
    """Let everybody read."""
    if not (request.method == "GET" or request.user.is_staff):
        raise PermissionDenied
    return HttpResponse()


@pytest.mark.parametrize("view", [writes_ask, reads_do_not])
def test_a_method_beside_the_user_decides(view: Callable[..., Any]) -> None:
    """A login that only a POST needs is none of a GET's."""
    site = Site(login_required=False, csrf_checked=True)
    found = {method: access_of(unwrap(view), view, method, site).login for method in ("GET", "POST")}
    assert found == {"GET": False, "POST": True}
