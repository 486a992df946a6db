"""What is not declared: names like Django's, checks that are overridden, and permissions that others grant."""

from typing import Any

import pytest
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import override_settings
from django.utils.decorators import method_decorator
from django.views import View
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.permissions import DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.inventory.access.demands import Site, access_of, read_site
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access, Evidence
from tests.demo.projects.models import Project
from tests.inventory import decorators

OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Any, method: str = "GET") -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, method, OPEN)


def page(request: HttpRequest) -> HttpResponse:
    """Answer anybody."""
    return HttpResponse()


class Everybody(BaseBackend):
    """Grants one permission to everybody."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Grant it."""
        return perm == "projects.view_project"


class Changing(PermissionRequiredMixin, View):
    """Asks for a permission."""

    permission_required: Any = "projects.change_project"


class AskingNothing(Changing):
    """Asks for an empty list."""

    permission_required = ()


def test_a_decorator_is_known_by_its_module() -> None:
    """One of the project's that is named like Django's is read."""
    found = access(decorators.staff_member_required(page))
    assert (found.login, found.login_evidence, found.staff) == (True, Evidence.INFERRED, False)


@pytest.mark.parametrize("backend", ["django.contrib.auth.backends.ModelBackend", f"{__name__}.Everybody"])
def test_a_backend_may_grant_permissions_to_everybody(backend: str) -> None:
    """A login is declared with a permission as long as Django's own backend says who has it."""
    evidence = Evidence.INFERRED if backend.endswith("Everybody") else Evidence.DECLARED
    mixed: Any = type("Mixed", (Changing,), {"get": lambda self, request: HttpResponse()})
    with override_settings(AUTHENTICATION_BACKENDS=[backend]):
        assert access(permission_required("projects.change_project")(page)).login_evidence is evidence
        assert access(mixed.as_view()).login_evidence is evidence


@pytest.mark.parametrize("view", [permission_required([])(page), AskingNothing.as_view()])
def test_nobody_needs_a_login_for_no_permission(view: Any) -> None:
    """An empty list of permissions is met by visitors, too."""
    assert not access(view).login


class Sparing:
    """A middleware with the name of Django's."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        response: HttpResponseBase = self.get_response(request)
        return response


LoginRequiredMiddleware = type("LoginRequiredMiddleware", (Sparing,), {})


def test_a_middleware_of_the_project_declares_nothing() -> None:
    """It may spare any path; what a decorator asks stays as sure as it is."""
    with override_settings(MIDDLEWARE=[f"{__name__}.LoginRequiredMiddleware"]):
        site = read_site()
    plain, guarded = page, login_required(page)
    assert access_of(unwrap(plain), plain, "GET", site).login_evidence is Evidence.ASSUMED
    assert access_of(unwrap(guarded), guarded, "GET", site).login_evidence is Evidence.DECLARED


class Unchecked(SessionAuthentication):
    """Asks for no token."""

    def enforce_csrf(self, request: Request) -> None:
        """Ask nothing."""


class Rest(APIView):
    """Takes a session."""

    authentication_classes = [SessionAuthentication]

    def post(self, request: Request) -> Response:
        """Answer."""
        return Response()


class WithoutToken(Rest):
    """Takes a session without a token."""

    authentication_classes = [Unchecked]


def test_an_emptied_check_asks_for_no_token() -> None:
    """Projects switch DRF's check off by an `enforce_csrf` that does nothing."""
    assert not access(Rest.as_view(), "POST").csrf_exempt
    assert access(WithoutToken.as_view(), "POST").csrf_exempt


class Swallowing(Rest):
    """Answers errors in a way of its own."""

    permission_classes = [IsAuthenticated]

    def handle_exception(self, exc: Exception) -> Response:
        """Answer."""
        return Response()


class OfVisitors(DjangoModelPermissions):
    """Lets visitors read."""

    authenticated_users_only = False


class Rows(ListAPIView[Project]):
    """Asks for permissions on a model."""

    queryset = Project.objects.all()
    permission_classes: Any = [DjangoModelPermissions]


class OwnRows(Rows):
    """Finds its model in a method."""

    def get_queryset(self) -> Any:
        """Return rows."""
        return Project.objects.all()


@pytest.mark.parametrize(
    ("view", "login", "evidence"),
    [
        (Swallowing, True, Evidence.INFERRED),
        (Rows, True, Evidence.DECLARED),
        (OwnRows, True, Evidence.INFERRED),
        (type("Visited", (Rows,), {"permission_classes": [OfVisitors]}), False, Evidence.DECLARED),
    ],
)
def test_drf_declares_what_nobody_overrides(view: Any, login: bool, evidence: Evidence) -> None:
    """Permissions on a model, visitors that may read, and errors that are answered in another way."""
    found = access(view.as_view(), "POST" if view is Swallowing else "GET")
    assert (found.login, found.login_evidence) == (login, evidence)


class ReadByName(DjangoModelPermissions):
    """Names the permissions in full."""

    perms_map: Any = {"GET": ["shop.view_thing"]}


@pytest.mark.parametrize(
    ("view", "permissions"),
    [
        (type("Found", (OwnRows,), {"queryset": None}), ("projects.add_project",)),
        (type("Named", (Rows,), {"queryset": None, "permission_classes": [ReadByName]}), ("shop.view_thing",)),
    ],
)
def test_drf_asks_for_permissions_without_a_queryset_of_the_class(view: Any, permissions: tuple[str, ...]) -> None:
    """`get_queryset` tells the model, and a map that names none needs no model."""
    found = access(view.as_view(), "POST" if "Found" in view.__name__ else "GET")
    assert (found.permissions, found.permissions_evidence) == (permissions, Evidence.INFERRED)


class Guarded(View):
    """Asks for a login in `dispatch`."""

    @method_decorator(login_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on."""
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Past(Guarded):
    """Goes past its parent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on."""
        return super(Guarded, self).dispatch(request, *args, **kwargs)


class ByName(LoginRequiredMixin, View):
    """Names the parent that it goes to."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on."""
        return View.dispatch(self, request, *args, **kwargs)


@pytest.mark.parametrize(("view", "login"), [(Guarded, True), (Past, False), (ByName, False)])
def test_a_parent_that_is_passed_over_asks_nothing(view: Any, login: bool) -> None:
    """`super(Parent, self).dispatch()` goes on behind that parent."""
    assert access(view.as_view()).login is login


@method_decorator(decorators.staff_member_required, name="get")
class Decorated(Guarded):
    """Has a decorator of the project's around its handler."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on."""
        return View.dispatch(self, request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def test_a_decorator_that_method_decorator_holds_is_read() -> None:
    """It is applied in each request only, so that its source is all there is."""
    found = access(Decorated.as_view())
    assert (found.login, found.login_evidence) == (True, Evidence.INFERRED)


@pytest.mark.parametrize(("view", "asked"), [(decorators.signed(page), True), (decorators.knows_keys(page), False)])
def test_source_shows_a_key_that_is_asked_for(view: Any, asked: bool) -> None:
    """Whoever does not bring the header is refused."""
    found = access(view)
    assert (found.api_key, found.api_key_evidence) == (asked, Evidence.INFERRED if asked else Evidence.ASSUMED)
