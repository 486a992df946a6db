"""Views that ask for what only a project's own users have."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.inventory.access.attributes import may_compare, may_decide
from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access, Evidence
from loadaudit.reporting.inventory_words import access_text
from tests.demo.accounts.models import User

OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Callable[..., Any]) -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, "GET", OPEN)


def page(request: HttpRequest) -> HttpResponse:
    """Look at nobody."""
    return HttpResponse()


def is_teacher(user: Any) -> Any:
    """Tell by the profile, which not everybody has."""
    try:
        return user.profile.teacher and is_set_up(user)
    except AttributeError:
        return False


def is_set_up(user: Any) -> bool:
    """Depend on more."""
    return bool(user.email or page)


def is_active_manager(user: Any) -> bool:
    """Tell by two, one of which is Django's."""
    return bool(user.is_manager and user.is_active)


def is_either(user: Any) -> bool:
    """Take one of two."""
    return bool(user.is_manager or user.is_owner)


def is_not_banned(user: Any) -> bool:
    """Take whoever is not."""
    return not user.is_banned


def in_body(request: Any) -> HttpResponse:
    """Refuse in the body."""
    if not request.user.is_manager:
        raise PermissionDenied
    return HttpResponse()


def by_method(request: Any) -> HttpResponse:
    """Call what decides, of the profile."""
    if not request.user.profile.can_edit():
        return redirect("login")
    return HttpResponse()


def of_a_row(request: Any) -> HttpResponse:
    """Ask for what depends on a row."""
    if not request.user.can_edit(request.GET["row"]):
        raise PermissionDenied
    return HttpResponse()


def either(request: Any) -> HttpResponse:
    """Let in one of two."""
    if not (request.user.is_manager or request.user.is_owner):
        raise PermissionDenied
    return HttpResponse()


def or_staff(request: Any) -> HttpResponse:
    """Let staff in as well."""
    if not (request.user.is_staff or request.user.is_manager):
        raise PermissionDenied
    return HttpResponse()


def other_way(request: Any) -> HttpResponse:
    """Refuse those of whom it is true."""
    if request.user.is_banned:
        raise PermissionDenied
    return HttpResponse()


def goes_on(request: Any) -> HttpResponse:
    """Lead those who have done it to what comes next."""
    if request.user.is_set_up:
        return redirect("next")
    return HttpResponse()


def visitors_too(request: Any) -> HttpResponse:
    """Turn only users away."""
    if request.user.is_authenticated and request.user.is_banned:
        raise PermissionDenied
    return HttpResponse()


def for_roles(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Send on whoever has none of some roles, and does not take for granted that users have any."""

    def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        @login_required
        def inner(request: Any) -> HttpResponse:
            role = getattr(request.user, "role", None)
            if role is None or role not in roles:
                return redirect("home")
            return view(request)  # type: ignore[no-any-return]

        return inner

    return decorated


def for_sizes(*sizes: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Send on whoever has another number."""

    def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
        @login_required
        @wraps(view)
        def inner(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.rows_per_page not in sizes:
                return redirect("home")
            return view(request, *args, **kwargs)  # type: ignore[no-any-return]

        return inner

    return decorated


def looks_first(request: Any) -> HttpResponse:
    """Look whether a user has it at all."""
    if not hasattr(request.user, "is_manager"):
        raise PermissionDenied
    return HttpResponse()


def had_by_all(request: Any) -> HttpResponse:
    """Ask for a column that all users have, and for what is true of whoever lacks it."""
    if not hasattr(request.user, "role"):
        raise PermissionDenied
    if not getattr(request.user, "is_open", True):
        raise PermissionDenied
    return HttpResponse()


def unless_lacking(request: Any) -> HttpResponse:
    """Ask for a flag that counts as unset of whoever lacks it, and compare what counts as the least."""
    if not getattr(request.user, "is_manager", False) or getattr(request.user, "role", "none") != "viewer":
        raise PermissionDenied
    return HttpResponse()


def by_another_name(request: Any) -> HttpResponse:
    """Hold the user, and what hangs on one."""
    user = request.user
    profile = user.profile
    if not profile.is_manager:
        raise PermissionDenied
    return HttpResponse()


def of_another(request: Any) -> HttpResponse:
    """Hold the user of the row afterwards."""
    user = request.user
    user = page.owner  # type: ignore[attr-defined]
    if not user.is_manager:
        raise PermissionDenied
    return HttpResponse()


def by_role(request: Any) -> HttpResponse:
    """Turn away whose column is another, as a member of an enumeration tells it."""
    if request.user.role != User.Role.VIEWER:
        raise PermissionDenied
    return HttpResponse()


NOBODY: list[str] = []


def by_no_role(request: Any) -> HttpResponse:
    """Turn everybody away, since the list of roles is empty."""
    if request.user.role not in NOBODY or request.user.role == NOBODY:
        raise PermissionDenied
    return HttpResponse()


class ByRoles(BasePermission):
    """Take those whose column has one of two values."""

    def has_permission(self, request: Any, view: APIView) -> bool:
        """Let everybody read, and ask of the others."""
        return request.method == "PUT" or request.user.role in ("owner", "editor")


class ForRoles(APIView):
    """Compare in a permission class."""

    permission_classes = (ByRoles,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


class InHandler(View):
    """Hold the user of its request."""

    request: Any

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer managers."""
        user: Any
        if not (user := self.request.user).is_authenticated or not user.is_manager:
            raise PermissionDenied
        return HttpResponse()


class ByMixin(UserPassesTestMixin, View):
    """Ask in the test of the mixin."""

    def test_func(self) -> bool:
        """Take managers."""
        user: Any = self.request.user
        return bool(user.is_authenticated and user.is_manager)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class ForManagers(BasePermission):
    """Take managers and superusers."""

    def has_permission(self, request: Any, view: APIView) -> bool:
        """Look at both."""
        return bool(request.user.is_superuser or request.user.is_manager)


class ByPermission(APIView):
    """Ask in a permission class."""

    permission_classes = (ForManagers,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        (login_required(user_passes_test(is_teacher)(page)), ("user.profile.teacher",)),
        (user_passes_test(is_active_manager)(page), ("user.is_manager",)),
        (user_passes_test(is_either)(page), ("user.is_manager or user.is_owner",)),
        (user_passes_test(is_not_banned)(page), ("not user.is_banned",)),
        (in_body, ("user.is_manager",)),
        (by_method, ("user.profile.can_edit",)),
        (of_a_row, ()),
        (either, ("user.is_manager or user.is_owner",)),
        (or_staff, ()),
        (other_way, ("not user.is_banned",)),
        (goes_on, ()),
        (visitors_too, ()),
        (by_another_name, ("user.profile.is_manager",)),
        (for_roles("viewer", "staff")(page), ("user.role in ['staff', 'viewer']",)),
        (for_roles("viewer")(page), ("user.role == 'viewer'",)),
        (for_sizes(1, 2)(page), ("user.rows_per_page in [1, 2]",)),
        (for_sizes(3)(page), ("user.rows_per_page == 3",)),
        (looks_first, ("user.is_manager",)),
        (had_by_all, ()),
        (unless_lacking, ("user.is_manager", "user.role == 'viewer'")),
        (of_another, ()),
        (by_role, ("user.role == 'viewer'",)),
        (by_no_role, ()),
        (ForRoles.as_view(), ("user.role in ['editor', 'owner']",)),
        (InHandler.as_view(), ("user.is_manager",)),
        (ByMixin.as_view(), ("user.is_manager",)),
        (ByPermission.as_view(), ("user.is_manager",)),
    ],
)
def test_what_must_be_true_of_the_user_is_told(view: Callable[..., Any], asked: tuple[str, ...]) -> None:
    """By its name; of two of which one is enough both in one, and nothing where somebody else is let in, too."""
    found = access(view)
    assert found.attributes == asked
    assert not asked or found.attributes_evidence is Evidence.INFERRED
    assert not asked or found.login is (view is not other_way)


def test_it_stands_beside_the_login() -> None:
    """As the code has it."""
    assert access_text(access(in_body)) == "login, user.is_manager"


def test_a_project_without_users_has_no_columns_of_theirs(settings: Any) -> None:
    """It may keep users of its own, whom no model of users stands for."""
    settings.AUTH_USER_MODEL = "nowhere.User"
    assert may_decide("is_manager")
    assert not may_decide("role")
    assert not may_compare("role")
