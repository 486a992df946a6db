"""Views that ask whose groups a user is in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.access.libraries import of_library_mixins
from loadaudit.inventory.filters import ACCESS_WORDS
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access, Evidence
from loadaudit.reporting.inventory_words import access_text

EDITORS = 7
OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Callable[..., Any]) -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, "GET", OPEN)


def page(request: HttpRequest) -> HttpResponse:
    """Look at nobody."""
    return HttpResponse()


def group_required(*names: str) -> Callable[..., Any]:
    """Return the decorator that many projects have of their own."""

    def in_groups(user: Any) -> bool:
        return bool(user.is_authenticated and (bool(user.groups.filter(name__in=names)) | user.is_superuser))

    return user_passes_test(in_groups)


def has_group(user: Any, name: str) -> bool:
    """Tell by the name that is asked for."""
    return bool(user.groups.filter(name=name).exists())


def in_body(request: HttpRequest) -> HttpResponse:
    """Refuse in the body."""
    if not request.user.groups.filter(name="editors").exists():
        raise PermissionDenied
    return HttpResponse()


def by_names(request: HttpRequest) -> HttpResponse:
    """Refuse by the names of all groups."""
    if "editors" not in request.user.groups.values_list("name", flat=True):
        return redirect("login")
    return HttpResponse()


def by_helper(request: HttpRequest) -> HttpResponse:
    """Refuse by a helper that gets the name."""
    if not has_group(request.user, "editors"):
        raise PermissionDenied
    return HttpResponse()


def staff_or_editors(request: HttpRequest) -> HttpResponse:
    """Let staff in as well."""
    if not (request.user.is_staff or request.user.groups.filter(name="editors").exists()):
        raise PermissionDenied
    return HttpResponse()


def permitted_or_editors(request: HttpRequest) -> HttpResponse:
    """Let in whoever has the permission, too."""
    if not (request.user.has_perm("a.b") or request.user.groups.filter(name="editors").exists()):
        raise PermissionDenied
    return HttpResponse()


def held(request: HttpRequest) -> HttpResponse:
    """Ask whether the user, under another name, is in a group that was looked up."""
    me = request.user
    editors = Group.objects.get(name="editors")
    if editors not in me.groups.all():
        raise PermissionDenied
    return HttpResponse()


def other_key() -> int:
    """Tell a key that no source shows."""
    return int("7")


def by_keys(request: HttpRequest) -> HttpResponse:
    """Refuse by keys."""
    mine = request.user.groups
    if not mine.filter(pk__in=[EDITORS, 8]).exists():
        raise PermissionDenied
    return HttpResponse()


class IsEditor(BasePermission):
    """Members of a group."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the names of the groups."""
        names = [one.name for one in request.user.groups.all()]
        return "editors" in names


class Api(APIView):
    """For editors."""

    permission_classes = (IsEditor,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


@pytest.mark.parametrize(
    ("view", "groups"),
    [
        (user_passes_test(lambda user: user.groups.filter(name="editors").exists())(page), ("editors",)),
        (user_passes_test(lambda user: user.is_staff or has_group(user, "editors"))(page), ("editors",)),
        (user_passes_test(lambda user: any(one.name == "editors" for one in user.groups.all()))(page), ("editors",)),
        (group_required("editors", "chiefs")(page), ("chiefs", "editors")),
        (in_body, ("editors",)),
        (by_names, ("editors",)),
        (by_helper, ("editors",)),
        (staff_or_editors, ("editors",)),
        (Api.as_view(), ("editors",)),
        (held, ("editors",)),
        (by_keys, ("#7", "#8")),
        (user_passes_test(lambda user: user.groups.filter(pk=7).exists())(page), ("#7",)),
        (user_passes_test(lambda user: 7 in user.groups.values_list("pk", flat=True))(page), ("#7",)),
        (user_passes_test(lambda user: any(one.pk == EDITORS for one in user.groups.all()))(page), ("#7",)),
    ],
)
def test_members_alone(view: Callable[..., Any], groups: tuple[str, ...]) -> None:
    """Whoever is in none of the groups is turned away, and so is whoever is not logged in."""
    found = access(view)
    assert (found.login, found.staff, found.groups, found.groups_evidence) == (True, False, groups, Evidence.INFERRED)


def test_groups_are_said_and_can_be_asked_for() -> None:
    """In words, and by `--access`."""
    found = access(group_required("editors", "chiefs")(page))
    assert access_text(found) == "login, group chiefs or editors"
    assert (ACCESS_WORDS["group"](found), ACCESS_WORDS["group"](access(page))) == (True, False)


@pytest.mark.parametrize(
    "view",
    [
        user_passes_test(lambda user: user.has_perm("a.b") or user.groups.filter(name="editors").exists())(page),
        user_passes_test(lambda user: user.groups.filter(pk=other_key()).exists())(page),
        user_passes_test(lambda user: has_group(user, "editors") and has_group(user, "chiefs"))(page),
        permitted_or_editors,
    ],
)
def test_no_group_is_named_where_it_is_not_enough_or_not_needed(view: Callable[..., Any]) -> None:
    """Nobody gets in without a login; more is not claimed."""
    found = access(view)
    assert (found.login, found.groups) == (True, ())


def library_class(module: str, name: str, **attributes: Any) -> type:
    """Return a view with a mixin as the library has it, which need not be installed."""

    base = type("Base", (), {"dispatch": lambda self, request: HttpResponse()})

    def dispatch(self: Any, request: HttpRequest) -> Any:
        return super(mixin, self).dispatch(request)

    mixin: Any = type(name, (base,), {"dispatch": dispatch, "__module__": module})
    return type("Listed", (mixin,), attributes)


@pytest.mark.parametrize(
    ("view", "groups", "permissions"),
    [
        (library_class("braces.views._access", "GroupRequiredMixin", group_required="editors"), ("editors",), ()),
        (library_class("braces.views._access", "GroupRequiredMixin", group_required=["a", "b"]), ("a", "b"), ()),
        (library_class("guardian.mixins", "PermissionRequiredMixin", permission_required="a.b"), (), ("a.b",)),
        (
            library_class("guardian.mixins", "PermissionRequiredMixin", permission_required=["a.b", "a.c"], any_perm=1),
            (),
            (),
        ),
    ],
)
def test_mixins_of_libraries(view: type, groups: tuple[str, ...], permissions: tuple[str, ...]) -> None:
    """What the class names is what its mixin asks for, unless one of several is enough."""
    found = of_library_mixins(view)
    assert (found.login, found.groups, found.permissions) == (True, groups, permissions)


def test_a_check_of_the_project_s_own_is_not_guardian_s() -> None:
    """It may let anybody in."""
    own = {"permission_required": "a.b", "check_permissions": lambda self, request: None}
    found = of_library_mixins(library_class("guardian.mixins", "PermissionRequiredMixin", **own))
    assert (bool(found), found.may_ask_more) == (False, True)
