"""Demands that a class declares and that its own code, or the order of its bases, takes back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Access, Evidence

OPEN = Site(login_required=False, csrf_checked=True)


def access(view: Callable[..., Any], method: str = "GET") -> Access:
    """Return the access of a view."""
    return access_of(unwrap(view), view, method, OPEN)


class Page(View):
    """Look at nobody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class TooLate(Page, LoginRequiredMixin):
    """The mixin's `dispatch` is never called."""


class Denying(LoginRequiredMixin, Page):
    """Shows a teaser to those who are not logged in."""

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """Answer."""
        return HttpResponse("teaser")


class Around(LoginRequiredMixin, Page):
    """Lets nobody get to the mixin."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return self.get(request)


class Before(LoginRequiredMixin, Page):
    """Does something before the mixin."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a preview."""
        if request.GET.get("preview"):
            return HttpResponse("preview")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]


class NoPermissions(PermissionRequiredMixin, Page):
    """Asks for an empty list."""

    permission_required = ()


class AnyPermission(PermissionRequiredMixin, Page):
    """Answers the question itself."""

    permission_required = "projects.view_project"

    def has_permission(self) -> bool:
        """Let all in."""
        return True


class ChosenPermission(PermissionRequiredMixin, Page):
    """Chooses by request."""

    def get_permission_required(self) -> list[str]:
        """Return one or none."""
        return ["projects.view_project"] if self.request.GET else []


class Business(UserPassesTestMixin, Page):
    """Tests something else than the user."""

    def test_func(self) -> bool:
        """Look at the address."""
        return bool(self.request.META["REMOTE_ADDR"] == "127.0.0.1")


class VisitorsOnly(UserPassesTestMixin, Page):
    """Turns users away."""

    def test_func(self) -> bool:
        """Look at the user."""
        return not self.request.user.is_authenticated


def page(request: HttpRequest) -> HttpResponse:
    """Look at nobody."""
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "login", "evidence"),
    [
        (TooLate, False, {"assumed"}),
        (Denying, False, {"assumed", "inferred"}),
        (Around, False, {"assumed"}),
        (Before, True, {"inferred"}),
        (NoPermissions, False, {"assumed", "inferred"}),
        (AnyPermission, False, {"assumed", "inferred"}),
        (ChosenPermission, True, {"inferred"}),
        (Business, False, {"assumed", "inferred"}),
        (VisitorsOnly, False, {"assumed", "inferred"}),
    ],
)
def test_a_mixin_asks_only_what_a_request_gets_to(view: type[View], login: bool, evidence: set[str]) -> None:
    """By the order of the bases, and by what the class overrides."""
    found = access(view.as_view())
    assert found.login is login
    assert found.evidence.value in evidence
    assert not (found.permissions and found.permissions_evidence is Evidence.DECLARED)


@pytest.mark.parametrize(
    ("test", "login", "staff"),
    [
        (lambda user: True, False, False),
        (lambda user: user.is_anonymous, False, False),
        (lambda user: not user.is_authenticated, False, False),
        (lambda user: user.is_authenticated, True, False),
        (lambda user: user.is_active, True, False),
        (lambda user: user.is_authenticated and user.is_staff, True, True),
        (lambda user: user.is_staff or user.is_authenticated, True, False),
        (lambda user: user.groups.filter(name="editors").exists(), True, False),
        (lambda user: user.email.endswith("@example.com"), True, False),
    ],
)
def test_a_test_of_the_user_is_read(test: Callable[[Any], bool], login: bool, staff: bool) -> None:
    """What it answers for AnonymousUser, and for a user who is no staff."""
    found = access(user_passes_test(test)(page))
    assert (found.login, found.staff) == (login, staff)
    assert found.evidence is not Evidence.DECLARED


class Secured(APIView):
    """For users."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


class Unchecked(Secured):
    """Never asks its permissions."""

    def check_permissions(self, request: Request) -> None:
        """Ask nothing."""


class AsksItself(Secured):
    """Checks a permission in a way of its own."""

    def check_permissions(self, request: Request) -> None:
        """Refuse by DRF's method."""
        if not request.user.is_staff:
            self.permission_denied(request)


class Uninitialised(Secured):
    """Skips what comes before the handler."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Skip."""


class Pretends(IsAuthenticated):
    """Has the name and not the check."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let all in."""
        return True


class Stricter(IsAuthenticated):
    """Asks its parent first."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask for more."""
        return super().has_permission(request, view) and bool(request.data)


class ReadForAll(BasePermission):
    """Looks at the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let readers in."""
        if request.method in SAFE_METHODS:
            return True
        return request.user.is_staff


class UsersOrKeys(BasePermission):
    """Lets in who has a key as well, which its source does not tell of a visitor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask for a user or a key."""
        if not request.user.is_authenticated and not isinstance(request.auth, Secured):
            return False
        return bool(RULES.member(request))


class Writers(UsersOrKeys):
    """Names its parent by the class."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask for more."""
        if not super().has_permission(request, view):
            return False
        return view.action != "create" or "write" in request.permissions  # type: ignore[attr-defined]


class Anybody(UsersOrKeys):
    """Asks its parent and lets others in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask for less."""
        return super().has_permission(request, view) or bool(RULES.open(request))


def with_permission(permission: type[BasePermission]) -> Any:
    """Return a view with this permission class."""
    return type("Some", (Secured,), {"permission_classes": (permission,), "post": Secured.get}).as_view()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("view", "method", "login", "staff"),
    [
        (Secured.as_view(), "GET", True, False),
        (Unchecked.as_view(), "GET", False, False),
        (Uninitialised.as_view(), "GET", False, False),
        (AsksItself.as_view(), "GET", True, True),
        (with_permission(Pretends), "GET", False, False),
        (with_permission(Stricter), "GET", True, False),
        (with_permission(Writers), "GET", True, False),
        (with_permission(Anybody), "GET", False, False),
        (with_permission(ReadForAll), "GET", False, False),
        (with_permission(ReadForAll), "POST", True, True),
    ],
)
def test_permission_classes_ask_only_what_is_asked_of_them(view: Any, method: str, login: bool, staff: bool) -> None:
    """By what the view and the permission override."""
    found = access(view, method)
    assert (found.login, found.staff) == (login, staff)
    if view.cls is not Secured:
        assert found.evidence is not Evidence.DECLARED


class ByAction(ViewSet):
    """Chooses its permissions."""

    permission_classes = (IsAuthenticated,)

    def get_permissions(self) -> Any:
        """Let anyone list and staff delete."""
        if self.action == "list":
            return [AllowAny()]
        if self.action in ("destroy", "purge"):
            permission_classes = [IsAdminUser]
        else:
            return super().get_permissions()
        return [permission() for permission in permission_classes]

    def list(self, request: Request) -> Response:
        """Answer."""
        return Response()

    retrieve = destroy = list


def test_permissions_are_chosen_by_action() -> None:
    """Each action is asked what `get_permissions` returns for it, which is read and not declared."""
    rows = ByAction.as_view({"get": "list"})
    row = ByAction.as_view({"get": "retrieve", "delete": "destroy"})
    found = [access(rows), access(row), access(row, "DELETE")]
    assert [(one.login, one.staff, one.evidence.value) for one in found] == [
        (False, False, "inferred"),
        (True, False, "inferred"),
        (True, True, "inferred"),
    ]


class Rules:
    """Permission classes that are looked up for each request."""

    def __getattr__(self, name: str) -> Any:
        """Return classes by name."""
        return [IsAdminUser]


RULES = Rules()


class FromRules(APIView):
    """Takes its permissions from elsewhere."""

    permission_classes = (AllowAny,)

    def get_permissions(self) -> Any:
        """Set the classes first."""
        self.permission_classes = RULES.create
        return super().get_permissions()

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


class OnlyMembers(BasePermission):
    """Asks what nobody can read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask the rules."""
        return bool(RULES.member(request))


class OfMembers(FromRules):
    """Has a permission class of its own."""

    permission_classes = (OnlyMembers,)  # type: ignore[assignment]
    get_permissions = APIView.get_permissions


class OfMembersOrUsers(OfMembers):
    """Lets two kinds in."""

    permission_classes = (OnlyMembers | IsAuthenticated,)  # type: ignore[assignment]


class OfAnybody(OfMembers):
    """Lets everybody in one way."""

    permission_classes = (OnlyMembers | AllowAny,)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("view", "evidence"),
    [
        (FromRules.as_view(), Evidence.ASSUMED),
        (OfMembers.as_view(), Evidence.ASSUMED),
        (OfMembersOrUsers.as_view(), Evidence.ASSUMED),
        (OfAnybody.as_view(), Evidence.INFERRED),
    ],
)
def test_what_is_not_understood_may_ask_for_a_login(view: Any, evidence: Evidence) -> None:
    """That nobody is asked is assumed then, and never read."""
    found = access(view)
    assert not found.login
    assert found.login_evidence is evidence
    assert found.permissions_evidence is evidence


@method_decorator(csrf_exempt, name="dispatch")
class ProtectedHandler(Page):
    """Exempt as a whole; its POST is not."""

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


@pytest.mark.parametrize(
    ("view", "method", "exempt"),
    [
        (csrf_exempt(page), "POST", True),
        (csrf_exempt(csrf_protect(page)), "POST", False),
        (csrf_protect(csrf_exempt(page)), "POST", True),
        (csrf_exempt(ensure_csrf_cookie(page)), "POST", True),
        (ProtectedHandler.as_view(), "POST", False),
        (ProtectedHandler.as_view(), "GET", True),
    ],
)
def test_a_decorator_asks_for_the_token_too(view: Any, method: str, exempt: bool) -> None:
    """`csrf_protect` does so in a view that is exempt from the middleware, unless what it wraps is exempt as well."""
    assert access(view, method).csrf_exempt is exempt


def test_an_unknown_decorator_settles_nothing() -> None:
    """It may ask what it likes, so that no login is not certain."""

    def around(view: Callable[..., Any]) -> Callable[..., Any]:
        def inner(request: HttpRequest, *args: Any) -> Any:
            return view(request, *args)

        return inner

    class Public(Secured):
        permission_classes: tuple[Any, ...] = ()

    assert access(Public.as_view()).login_evidence is Evidence.DECLARED
    assert access(around(Public.as_view())).login_evidence is Evidence.ASSUMED
