"""Who may call an operation."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import (
    login_not_required,
    login_required,
    permission_required,
    user_passes_test,
)
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.test import override_settings
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.views import APIView

from loadaudit.conf import Config
from loadaudit.inventory.access.demands import Site, access_of, read_site
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access, Evidence
from tests.inventory import decorators

OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Callable[..., Any], *, method: str = "GET", site: Site = OPEN) -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, method, site)


def summary(view: Callable[..., Any], method: str = "GET") -> tuple[bool, bool, tuple[str, ...], str]:
    """Return login, staff, permissions and evidence."""
    found = access(view, method=method)
    return found.login, found.staff, found.permissions, found.evidence.value


def page(request: HttpRequest) -> HttpResponse:
    """Look at nobody."""
    return HttpResponse()


class Page(View):
    """Look at nobody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Private(LoginRequiredMixin, Page):
    """For users."""


class Permitted(PermissionRequiredMixin, Page):
    """For users with a permission."""

    permission_required = "projects.view_project"


class Passing(UserPassesTestMixin, Page):
    """For users who pass."""

    def test_func(self) -> bool:
        """Pass staff."""
        return bool(self.request.user.is_staff)


@method_decorator([never_cache, login_required], name="dispatch")
class Decorated(Page):
    """For users, by a decorator of dispatch."""


class DecoratedHandler(Page):
    """Anyone reads, staff write."""

    @method_decorator(staff_member_required)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Write."""
        return HttpResponse()


class OwnMixin(View):
    """Turns anonymous users away itself."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Check the user."""
        if request.user.is_anonymous:
            return JsonResponse({}, status=401)
        return super().dispatch(request, *args, **kwargs)


class BehindOwnMixin(OwnMixin, Page):
    """For users."""


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (login_required(page), (True, False, (), "declared")),
        (login_required(login_url="/x/")(page), (True, False, (), "declared")),
        (never_cache(decorators.plain(login_required(page))), (True, False, (), "declared")),
        (staff_member_required(page), (True, True, (), "declared")),
        (permission_required("a.b")(page), (True, False, ("a.b",), "declared")),
        (permission_required(["a.b", "a.c"])(page), (True, False, ("a.b", "a.c"), "declared")),
        (user_passes_test(lambda user: user.has_perm("a.b"))(page), (True, False, ("a.b",), "inferred")),
        (Private.as_view(), (True, False, (), "declared")),
        (Permitted.as_view(), (True, False, ("projects.view_project",), "declared")),
        (Passing.as_view(), (True, True, (), "inferred")),
        (Decorated.as_view(), (True, False, (), "declared")),
        (BehindOwnMixin.as_view(), (True, False, (), "inferred")),
        (decorators.members_only(page), (True, False, (), "inferred")),
        (decorators.staff_or_403(page), (True, True, (), "inferred")),
        (decorators.visitors_only(page), (False, False, (), "assumed")),
        (page, (False, False, (), "assumed")),
    ],
)
def test_guards(view: Callable[..., Any], found: tuple[bool, bool, tuple[str, ...], str]) -> None:
    """Decorators and mixins are declared; what only the source shows is inferred; silence is an assumption."""
    assert summary(view) == found


def any_permission_required(*names: str) -> Callable[..., Any]:
    """Make a test that passes who has one of several permissions."""

    asked: list[str] = []

    def test(user: Any) -> bool:
        for name in names:
            if name and user.has_perm(name):
                asked.append(name)
                return True
        return False

    return decorators.passing(test)


class Superusers(UserPassesTestMixin, Page):
    """For superusers."""

    def test_func(self) -> bool:
        """Pass superusers."""
        return bool(self.request.user.is_superuser)


class Either(UserPassesTestMixin, Page):
    """For staff, and for superusers who are none."""

    def test_func(self) -> bool:
        """Pass either."""
        return bool(self.request.user.is_superuser or self.request.user.is_staff)


def superusers_or_403(request: HttpRequest) -> HttpResponse:
    """Turn away whoever is no superuser."""
    if not request.user.is_superuser:
        raise PermissionDenied
    return HttpResponse()


def either_or_403(request: HttpRequest) -> HttpResponse:
    """Turn away who is neither staff nor a superuser."""
    if not (request.user.is_staff or request.user.is_superuser):
        raise PermissionDenied
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "staff", "superuser"),
    [
        (user_passes_test(lambda user: user.is_superuser)(page), False, True),
        (user_passes_test(lambda user: user.is_staff and user.is_superuser)(page), False, True),
        (user_passes_test(lambda user: user.is_staff or user.is_superuser)(page), True, False),
        (decorators.passing(lambda user: user.is_superuser)(page), False, True),
        (Superusers.as_view(), False, True),
        (Either.as_view(), True, False),
        (superusers_or_403, False, True),
        (either_or_403, True, False),
    ],
)
def test_a_superuser_is_more_than_staff(view: Callable[..., Any], staff: bool, superuser: bool) -> None:
    """Staff status does not open what only a superuser's does, and is enough where either is."""
    found = access(view)
    assert (found.login, found.staff, found.superuser) == (True, staff, superuser)
    assert (found.superuser_evidence if superuser else found.staff_evidence) is Evidence.INFERRED


def test_a_guard_may_hold_its_test_of_the_user() -> None:
    """The test is read with what it was made with; one of several permissions is none that must be held."""
    one = decorators.passing(lambda user: user.has_perm("a.b"))(page)
    assert access(one).permissions == ("a.b",)
    several = any_permission_required("a.b", "a.c")(page)
    found = access(several)
    assert (found.login, found.permissions) == (True, ())


def test_a_guard_may_let_in_within_a_block() -> None:
    """What follows the block turns away who did not get into it."""
    found = access(decorators.admins(page))
    assert (found.login, found.permissions) == (True, ("a.access",))


@pytest.mark.parametrize(("method", "staff"), [("GET", False), ("POST", True)])
def test_a_handler_may_have_its_own_guard(method: str, staff: bool) -> None:
    """Only the decorated method asks for staff."""
    assert summary(DecoratedHandler.as_view(), method)[1] is staff


def in_body(request: HttpRequest) -> HttpResponse:
    """Refuse in the body."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return HttpResponse()


def permission_in_body(request: HttpRequest) -> HttpResponse:
    """Refuse in the body."""
    if not request.user.has_perm("projects.change_project"):
        return HttpResponse(status=403)
    return HttpResponse()


def _require_staff(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied


def in_helper(request: HttpRequest) -> HttpResponse:
    """Refuse in a helper."""
    _require_staff(request)
    return HttpResponse()


def landing(request: HttpRequest) -> HttpResponse:
    """Greet anonymous users otherwise."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    return render(request, "home.html")


def login_page(request: HttpRequest) -> HttpResponse:
    """Users who are logged in need no login page."""
    if request.user.is_authenticated:
        return redirect("/")
    return render(request, "login.html")


def sometimes(request: HttpRequest) -> HttpResponse:
    """Refuse under another condition as well."""
    if not request.user.is_authenticated and request.GET.get("private"):
        return redirect("/login/")
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (in_body, (True, False, (), "inferred")),
        (permission_in_body, (True, False, ("projects.change_project",), "inferred")),
        (in_helper, (True, True, (), "inferred")),
        (landing, (False, False, (), "assumed")),
        (login_page, (False, False, (), "assumed")),
        (sometimes, (False, False, (), "assumed")),
    ],
)
def test_source(view: Callable[..., Any], found: tuple[bool, bool, tuple[str, ...], str]) -> None:
    """A refusal of anonymous users asks for a login; another page for them does not."""
    assert summary(view) == found


@override_settings(
    MIDDLEWARE=[
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
        "no.such.middleware",
    ]
)
def test_login_required_middleware_guards_every_view() -> None:
    """Except those marked with login_not_required."""
    site = read_site()
    assert access(page, site=site).login

    @login_not_required
    def open_page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert not access(open_page, site=site).login


class Rest(APIView):
    """Takes sessions, and checks the token for them itself."""

    authentication_classes = [SessionAuthentication]


class RestByToken(APIView):
    """Takes keys alone."""

    authentication_classes = [TokenAuthentication]


class Sparing:
    """A middleware that switches the check off for some requests."""

    def process_request(self, request: Any) -> None:
        """Mark the request."""
        request._dont_enforce_csrf_checks = True


class OwnCheck(CsrfViewMiddleware):
    """Decides itself which requests it checks."""

    def process_view(self, request: Any, callback: Any, callback_args: Any, callback_kwargs: Any) -> Any:
        """Check none."""
        return None


@pytest.mark.parametrize(
    ("middleware", "checked", "evidence"),
    [
        ("django.middleware.csrf.CsrfViewMiddleware", True, Evidence.DECLARED),
        ("tests.inventory.test_access.OwnCheck", True, Evidence.INFERRED),
        ("tests.inventory.test_access.Sparing", False, Evidence.INFERRED),
        ("django.middleware.common.CommonMiddleware", False, Evidence.DECLARED),
        ("nowhere.Middleware", False, Evidence.DECLARED),
    ],
)
def test_the_middleware_list_says_whether_the_token_is_checked(
    middleware: str, checked: bool, evidence: Evidence
) -> None:
    """It is no more than inferred where a middleware of the project may decide otherwise for a request."""
    with override_settings(MIDDLEWARE=[middleware]):
        site = read_site()
    assert (site.csrf_checked, site.csrf_evidence) == (checked, evidence)
    assert access(page, site=site).csrf_evidence is evidence


@pytest.mark.parametrize(
    ("view", "site", "exempt"),
    [
        (page, OPEN, False),
        (csrf_exempt(page), OPEN, True),
        (csrf_exempt(Page.as_view()), OPEN, True),
        (page, Site(login_required=False, csrf_checked=False), True),
        (Rest.as_view(), OPEN, False),
        (Rest.as_view(), Site(login_required=False, csrf_checked=False), False),
        (Rest.as_view(), Site(login_required=False, csrf_checked=False, has_users=False), True),
        (RestByToken.as_view(), OPEN, True),
    ],
)
def test_csrf(view: Callable[..., Any], site: Site, exempt: bool) -> None:
    """Exempt by mark, or because no middleware checks."""
    assert access(view, site=site).csrf_exempt is exempt


@pytest.mark.parametrize(
    ("route", "login", "permissions"),
    [
        ("/members/page/", True, ()),
        ("/members/deep/view/", True, ()),
        ("/guarded/page/", True, ("projects.view_project",)),
        ("/open/", False, ()),
    ],
)
def test_a_decorated_include_guards_every_view_below(route: str, login: bool, permissions: tuple[str, ...]) -> None:
    """Whether the patterns were changed or decorate when they are asked, and however deep they are."""
    operations = build_inventory(Config(), urlconf="tests.inventory.urls_decorated").operations
    found = next(one for one in operations if one.id == f"GET {route}").access
    assert (found.login, found.permissions) == (login, permissions)
    assert found.login_evidence is (Evidence.DECLARED if login else Evidence.ASSUMED)
