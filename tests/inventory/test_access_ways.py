"""Demands that stand elsewhere than around the view: in hooks, helpers, branches by method, dictionaries by action."""

from typing import Any, ClassVar

import pytest
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from ninja import NinjaAPI
from rest_framework import permissions, viewsets
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project

OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Any, method: str = "GET") -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, method, OPEN)


def asked(view: Any, method: str = "GET") -> tuple[bool, bool, tuple[str, ...]]:
    """Return login, staff and permissions."""
    found = access(view, method)
    return found.login, found.staff, found.permissions


def _must_change(request: HttpRequest) -> None:
    if not request.user.has_perm("projects.change_project"):
        raise PermissionDenied


def _teaser(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return HttpResponse("denied", status=403)
    return None


def in_helper(request: HttpRequest) -> HttpResponse:
    """Call a helper that raises, whatever it is called."""
    _must_change(request)
    return HttpResponse()


def unused(request: HttpRequest) -> HttpResponse:
    """Call a helper whose answer nobody looks at."""
    _teaser(request)
    return HttpResponse()


def writes_only(request: HttpRequest) -> HttpResponse:
    """Anybody reads."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        _must_change(request)
    return HttpResponse()


def returns_early(request: HttpRequest) -> HttpResponse:
    """Anybody reads, too."""
    if request.method == "GET":
        return HttpResponse()
    if not request.user.is_staff:
        raise Http404
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "method", "expected"),
    [
        (in_helper, "GET", (True, False, ("projects.change_project",))),
        (unused, "GET", (False, False, ())),
        (writes_only, "GET", (False, False, ())),
        (writes_only, "POST", (True, False, ())),
        (returns_early, "GET", (False, False, ())),
        (returns_early, "POST", (True, True, ())),
    ],
)
def test_a_function_asks_what_the_method_comes_to(view: Any, method: str, expected: tuple[Any, ...]) -> None:
    """Branches that `request.method` decides count for their own methods."""
    assert asked(view, method) == expected


class Page(View):
    """Answers anybody."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read."""
        return HttpResponse()

    post = get


class InSetup(Page):
    """Asks before its dispatch."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Ask."""
        super().setup(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise PermissionDenied


class InHook(Page):
    """Asks in a method that its handler calls."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read what staff may."""
        return HttpResponse(self.rows())

    def rows(self) -> str:
        """Ask."""
        if not self.request.user.is_staff:
            raise PermissionDenied
        return ""


class ByMethod(PermissionRequiredMixin, Page):
    """Asks writers only."""

    def get_permission_required(self) -> tuple[str, ...]:
        """Return what the method needs."""
        return ("projects.add_project",) if self.request.method == "POST" else ()


@pytest.mark.parametrize(
    ("view", "method", "expected"),
    [
        (InSetup.as_view(), "GET", (True, False, ())),
        (InHook.as_view(), "GET", (True, True, ())),
        (ByMethod.as_view(), "GET", (False, False, ())),
        (ByMethod.as_view(), "POST", (True, False, ("projects.add_project",))),
    ],
)
def test_a_class_asks_on_the_way_to_its_handler(view: Any, method: str, expected: tuple[Any, ...]) -> None:
    """`setup`, hooks and what a mixin is told for a method."""
    assert asked(view, method) == expected


class InHandler(APIView):
    """Asks where no permission class does."""

    def get(self, request: Any) -> Response:
        """Ask."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        return Response()

    def post(self, request: Any) -> Response:
        """Do not."""
        return Response()


def test_a_handler_that_looks_at_the_user_settles_nothing() -> None:
    """The permission classes of an API view are all there is only where its own code asks nothing."""
    found = access(InHandler.as_view())
    assert (found.login, found.login_evidence.value) == (True, "inferred")
    assert access(InHandler.as_view(), "POST").login_evidence.value == "declared"


def test_an_operation_of_ninja_may_ask_itself() -> None:
    """Without `auth` the function may still turn somebody away."""
    api = NinjaAPI(urls_namespace="asks-itself")

    @api.get("/own")
    def own(request: HttpRequest) -> str:
        if not request.user.is_authenticated:
            raise PermissionDenied
        return ""

    (view,) = (one.callback for one in api.urls[0] if str(one.pattern) == "own")
    assert asked(view) == (True, False, ())


class ByAction(viewsets.ModelViewSet[Project]):
    """Keeps its permissions in a dictionary."""

    queryset = Project.objects.all()
    permission_classes = (permissions.IsAuthenticated,)
    by_action: ClassVar[dict[str, Any]] = {"create": [permissions.IsAdminUser], "list": [permissions.AllowAny]}

    def get_permissions(self) -> Any:
        """Look the action up."""
        try:
            return [one() for one in self.by_action[self.action]]
        except KeyError:
            return [one() for one in self.permission_classes]


class ByGet(ByAction):
    """Asks the dictionary politely."""

    def get_permissions(self) -> Any:
        """Look the action up."""
        return [one() for one in self.by_action.get(self.action, self.permission_classes)]


@pytest.mark.parametrize("view_class", [ByAction, ByGet])
def test_permissions_are_looked_up_by_action(view_class: Any) -> None:
    """A missing key leads to the default."""
    view = view_class.as_view({"get": "list", "post": "create", "put": "update"})
    assert [asked(view, method)[:2] for method in ("GET", "POST", "PUT")] == [
        (False, False),
        (True, True),
        (True, False),
    ]


def _passes(user: Any, wanted: Any) -> bool:
    return all(bool(getattr(user, one, False)) for one in wanted)


def demanding(wanted: Any) -> Any:
    """Make a decorator from the names of what a user needs."""
    return user_passes_test(lambda user: _passes(user, wanted))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["is_staff"], (True, True, ())),
        (["projects.view_project"], (True, False, ("projects.view_project",))),
        ([["is_staff"], ["projects.view_project"]], (True, False, ())),
    ],
)
def test_a_test_is_made_with_the_names_of_what_it_asks(wanted: Any, expected: tuple[Any, ...]) -> None:
    """Several lists are several ways in."""
    view = demanding(wanted)(Page.as_view())
    assert asked(view) == expected
    assert access(view).evidence.value == "inferred"


class Locked(GroupAdmin):
    """Decides by itself who changes."""

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Nobody."""
        return False


def test_a_model_admin_asks_for_permissions_of_its_model() -> None:
    """As long as the checks are Django's own."""
    site = admin.AdminSite()
    groups, users, locked = GroupAdmin(Group, site), UserAdmin(User, site), Locked(Group, site)
    assert asked(site.admin_view(groups.add_view)) == (True, True, ("auth.add_group",))
    assert access(site.admin_view(groups.delete_view), "POST").permissions_evidence.value == "declared"
    assert asked(site.admin_view(users.add_view))[2] == ("accounts.add_user", "accounts.change_user")
    assert asked(site.admin_view(locked.change_view), "POST")[2] == ()
