"""What else than its values a view goes by is read from its code."""

import hmac
from http import HTTPStatus
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.decorators import login_required, user_passes_test
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views import View
from django.views.generic import FormView
from django.views.static import serve
from ninja import NinjaAPI
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.views import APIView

from loadaudit.planning.preflight.states import (
    addresses_let_in,
    folder_given_out_at,
    guard_that_raised,
    has_steps,
    is_empty_by_put,
    lists_at,
    reads_form,
    reads_session,
    signed_by,
    switched_by,
    switches_named,
    switches_written,
)
from loadaudit.planning.preflight.view_code import layers_for, layers_of
from loadaudit.records import Body, BodyField
from tests.analysis.factories import operation

flows = ModuleType("flows")
exec("def pending(request):\n    return request.session.get('pending')", vars(flows))

app_settings = SimpleNamespace(UPLOADS_OPEN=False, VOICE_PATH=None, LONGEST_NAME=30)


class SignUpIsOpen:
    """A permission that a setting switches off for everybody."""

    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        """Ask the settings."""
        return bool(getattr(project, "SIGN_UP_OPEN", False))


class SignUp(View):
    """Let in whom its permissions let in."""

    permission_classes = [SignUpIsOpen]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return HttpResponse()


class UploadWizardView(View):
    """Stand for the classes of django-formtools."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at what the step before has left."""
        if not app_settings.UPLOADS_OPEN or len(request.session.get("step", "")) > app_settings.LONGEST_NAME:
            raise Http404
        return HttpResponse()


class Upload(UploadWizardView):
    """A form in two steps."""


def is_open() -> bool:
    """Ask the settings for a view; the second is set nowhere, and says less than the first."""
    return project.DEBUG and getattr(project, "LIST_IS_OPEN", True)


def helped(request: HttpRequest) -> HttpResponse:
    """Ask a function of its module."""
    return HttpResponse(status=200 if is_open() else 403)


def checkout_enabled() -> bool:
    """Ask something that is no setting."""
    return bool(vars(app_settings).get("rows"))


def checkout(request: HttpRequest) -> HttpResponse:
    """Go by a function; the setting says where a class is, and not whether anything is switched on."""
    return HttpResponse(getattr(project, "CART_MODEL", None), status=200 if checkout_enabled() else 403)


def travelled(request: HttpRequest) -> HttpResponse:
    """Refuse while a setting is on, and while another one is that says so by its name."""
    if getattr(project, "PLACES_PINNED", True):
        place = request.META.get("HTTP_PLACE")
        if place != "here":
            raise Http404
    away = getattr(project, "BADGE_REQUIRED", True) and not request.body
    return HttpResponse(status=403 if away else 200)


def spoken(request: HttpRequest) -> HttpResponse:
    """Need a program whose place nobody has set."""
    if app_settings.VOICE_PATH:
        return HttpResponse()
    raise Http404


NOT_THERE = 404


def constant(request: HttpRequest) -> HttpResponse:
    """Have names that look like those of settings beside one that is read."""
    return HttpResponse(getattr(project, "USE_TZ", ""), status=NOT_THERE if request.body else HTTPStatus.NOT_FOUND)


def resumed(request: HttpRequest) -> HttpResponse:
    """Have another module look at the session."""
    return HttpResponse(status=200 if flows.pending(request) else 403)


def fees() -> list[str]:
    """Read what nobody has set and what switches nothing."""
    return [str(getattr(project, "FEES_SHOWN", None))]


def archive(request: HttpRequest) -> HttpResponse:
    """Let in programs by their address."""
    listed = getattr(project, "ARCHIVED_FROM", ())
    known = request.META.get("REMOTE_ADDR") in listed
    return HttpResponse(status=200 if known else 403)


def basket(request: HttpRequest) -> HttpResponse:
    """Have a helper that reads a setting which says nothing about this page, and read one that says how."""
    return HttpResponse(fees(), status=404 if getattr(project, "ALWAYS_RELOAD", None) else 403)


def sign_on(request: HttpRequest, provider: str) -> HttpResponse:
    """Know the providers of a setting alone."""
    return HttpResponse(status=200 if provider in getattr(project, "SIGN_ON_PROVIDERS", {}) else 404)


def sign_up_by(request: HttpRequest, kind: str) -> HttpResponse:
    """Take the kinds of a setting alone."""
    return HttpResponse(status=200 if kind in getattr(project, "SIGN_UP_KINDS", {}) else 404)


def hook(request: HttpRequest) -> HttpResponse:
    """Take what whoever knows the secret has signed."""
    signed = request.headers.get("X-Hook-Signature", "")
    return HttpResponse(status=200 if hmac.compare_digest(signed, "x") else 403)


def keyed(request: HttpRequest) -> HttpResponse:
    """Take what comes with the key."""
    return HttpResponse(status=200 if hmac.compare_digest(request.GET["key"], app_settings.HOOK_SECRET) else 403)


class Account(View):
    """Go by one setting for each of its methods."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse(status=200 if getattr(project, "PROFILE_SHOWN", {}) else 404)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it, by a method of its own."""
        return self.changed()

    def changed(self) -> HttpResponse:
        """Look at the setting."""
        return HttpResponse(status=200 if getattr(project, "PROFILE_CHANGES", {}) else 404)


class Closed(Account):
    """Go by another one before that."""

    def dispatch(self, request: HttpRequest) -> HttpResponseBase:
        """Look at it."""
        return super().dispatch(request) if getattr(project, "ACCOUNT_OPEN", {}) else HttpResponse(status=404)


class Asked(View):
    """Ask whether a setting is there at all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse without it."""
        return HttpResponse(status=200 if hasattr(project, "CALLED_BACK") else 403)


def batch(request: HttpRequest) -> HttpResponse:
    """Take rows from a form, whatever the method is."""
    return HttpResponse(request.POST["ids"].split("_"))


def plain(request: HttpRequest) -> HttpResponse:
    """Go by nothing."""
    return HttpResponse()


class ByToken(BaseAuthentication):
    """An authentication that goes by a setting."""

    def authenticate(self, request: Any) -> None:
        """Let nobody in."""
        if not getattr(project, "REVOKED_CHECKED", False):
            raise AuthenticationFailed


class Known(APIView):
    """A view behind it."""

    authentication_classes = (ByToken,)

    def get(self, request: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse()


urlpatterns = [
    path("known/", Known.as_view()),
    path("sign-up/", SignUp.as_view()),
    path("upload/", Upload.as_view()),
    path("plain/", plain),
    path("batch/", batch),
    path("form/", FormView.as_view()),
    path("account/", Account.as_view()),
    path("closed/", Closed.as_view()),
    path("asked/", Asked.as_view()),
    path("sign-on/<provider>/", sign_on),
    path("sign-up-by/<kind>/", sign_up_by),
    path("checkout/", checkout),
    path("hook/", hook),
    path("keyed/", keyed),
    path("helped/", helped),
    path("spoken/", spoken),
    path("travelled/", travelled),
    path("basket/", basket),
    path("archive/", archive),
    path("constant/", constant),
    path("resumed/", resumed),
    path("assets/<path:path>", serve, {"document_root": "/srv/assets"}),
]


@pytest.mark.parametrize(
    ("address", "switches", "steps", "session"),
    [
        ("/sign-up/?a=1", ("SIGN_UP_OPEN = False",), False, False),
        ("/upload/", ("UPLOADS_OPEN = False",), True, True),
        ("/plain/", (), False, False),
        ("/checkout/", (f"the switch {__name__}.checkout_enabled()",), False, False),
        ("/helped/", ("DEBUG = False",), False, False),
        ("/spoken/", ("VOICE_PATH, which is not set",), False, False),
        ("/basket/", (), False, False),
        ("/asked/", ("CALLED_BACK, which is not set",), False, False),
        ("/constant/", ("USE_TZ = True",), False, False),
        ("/resumed/", (), False, True),
        ("/travelled/", (), False, False),
        ("/nowhere/", (), False, False),
    ],
)
def test_what_a_view_goes_by(
    settings: Any, address: str, switches: tuple[str, ...], steps: bool, session: bool
) -> None:
    """Settings of the project and of an app, also those that a permission reads; steps; and the session."""
    settings.ROOT_URLCONF = __name__
    settings.SIGN_UP_OPEN = settings.ALWAYS_RELOAD = settings.PLACES_PINNED = settings.BADGE_REQUIRED = False
    assert (switched_by(address), has_steps(address), reads_session(address)) == (switches, steps, session)


def test_a_signature_that_only_the_sender_can_make(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    assert signed_by("/hook/").startswith("its code checks a signature in the header X-Hook-Signature, ")
    assert not signed_by("/plain/")
    assert "a key that it is sent with one that it knows (HOOK_SECRET in the settings)" in signed_by("/keyed/")


def test_addresses_of_clients_in_a_setting(settings: Any) -> None:
    """What a request has is written as settings are, and is none."""
    settings.ROOT_URLCONF = __name__
    settings.ARCHIVED_FROM = ("127.0.0.1", "::1")
    assert addresses_let_in("/archive/") == ("ARCHIVED_FROM",)
    assert switched_by("/archive/") == ()
    assert addresses_let_in("/upload/") == ()


def test_a_setting_that_is_on_by_its_name_keeps_nobody_out(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.SIGN_UP_OPEN = True
    # What was read of a view for another method is kept.
    assert switched_by("/sign-up/", "GET") == ()


def test_whom_authentication_has_let_in_nothing_in_it_keeps_out(settings: Any) -> None:
    """A package's own authentication reads settings that have nothing to do with what is refused behind it."""
    settings.ROOT_URLCONF = __name__
    settings.REVOKED_CHECKED = False
    assert switched_by("/known/", "GET") == ("REVOKED_CHECKED = False",)
    assert switched_by("/known/", "GET", known=True) == ()


def test_the_setting_of_which_an_answer_speaks(settings: Any) -> None:
    """Others that are off have nothing to do with it."""
    settings.ROOT_URLCONF = __name__
    settings.PROFILE_SHOWN = settings.PROFILE_CHANGES = False
    assert switches_named("/account/", "POST", "Profile changes are disabled") == ("PROFILE_CHANGES = False",)
    assert switches_named("/account/", "POST", "The profile is not there") == ()
    assert switches_named("/nowhere/", "POST", "Profile changes are disabled") == ()


@pytest.mark.parametrize(("address", "reads"), [("/batch/", True), ("/plain/", False), ("/nowhere/", False)])
def test_a_view_that_reads_a_form_whatever_the_method_is(settings: Any, address: str, *, reads: bool) -> None:
    settings.ROOT_URLCONF = __name__
    assert reads_form(address, "GET") is reads


def test_a_method_goes_by_its_own_settings(settings: Any) -> None:
    """What another method of the class reads says nothing about it."""
    settings.ROOT_URLCONF = __name__
    settings.PROFILE_SHOWN = settings.PROFILE_CHANGES = False
    assert switched_by("/account/", "GET") == ("PROFILE_SHOWN = False",)
    assert switched_by("/account/", "POST") == ("PROFILE_CHANGES = False",)


def test_what_stands_before_the_handler_refuses_first(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ACCOUNT_OPEN = settings.PROFILE_SHOWN = False
    assert switched_by("/closed/", "GET") == ("ACCOUNT_OPEN = False", "PROFILE_SHOWN = False")


def test_a_setting_with_nothing_in_it(settings: Any) -> None:
    """None that a person names would be right."""
    settings.ROOT_URLCONF = __name__
    settings.SIGN_ON_PROVIDERS = {}
    assert lists_at("/sign-on/x/") == ("SIGN_ON_PROVIDERS, which is empty",)
    settings.SIGN_UP_KINDS = ["mail"]
    assert lists_at("/sign-up-by/x/") == ("SIGN_UP_KINDS = ['mail']",)
    assert lists_at("/plain/") == lists_at("/nowhere/") == ()


@pytest.mark.parametrize(
    ("id_", "required", "empty"),
    [
        ("PUT /form/", True, True),
        ("PUT /form/", False, False),
        ("POST /form/", True, False),
        ("PUT /plain/", True, False),
    ],
)
def test_a_form_of_djangos_finds_nothing_in_a_put(settings: Any, id_: str, *, required: bool, empty: bool) -> None:
    """Unless it must have nothing."""
    settings.ROOT_URLCONF = __name__
    one = operation(id_, body=Body(fields=(BodyField(name="a", type="text", required=required),)))
    assert is_empty_by_put(one, id_.partition(" ")[2]) is empty


@pytest.mark.parametrize(
    ("told", "guard"),
    [
        ("raised by flags.decorators.check.<locals>.inner, line 3", "flags.decorators.check"),
        (f"raised by {__name__}.plain.<locals>.found, line 3", ""),
        (f"raised by {__name__}.helper, line 3", ""),
        ("", ""),
    ],
)
def test_a_decorator_that_raised_stands_in_front_of_the_view(settings: Any, told: str, guard: str) -> None:
    settings.ROOT_URLCONF = __name__
    assert guard_that_raised("/plain/", told) == guard


def test_a_decorator_that_stands_there_twice() -> None:
    """The view inside is read as well: the code of both is one and the same."""

    def view(request: Any) -> HttpResponse:
        """Answer nothing."""
        return HttpResponse()

    twice = login_required(user_passes_test(lambda user: user.is_active)(view))
    assert view in list(layers_of(twice))


def test_a_list_that_a_view_class_holds_may_be_in_itself() -> None:
    """As trees of elements are that are made with the class."""

    def _page(request: Any) -> None:
        """Answer nothing."""

    held: list[Any] = []
    held += [held, _page]
    view: Any = type("Page", (View,), {"held": held, "more": tuple([held] * 30)})
    assert _page in list(layers_of(view.as_view()))


def test_an_answer_in_any_language_may_write_the_setting(settings: Any) -> None:
    """Which is one of the project's, and off: codes of errors look the same."""
    settings.SHOP_SYNC_ENABLED, settings.SHOP_MAIL_ENABLED = False, True
    said = "403: FILE_TYPE_NOT_ALLOWED, desligada (SHOP_SYNC_ENABLED, SHOP_MAIL_ENABLED)"
    assert switches_written(said) == ("SHOP_SYNC_ENABLED",)


@pytest.mark.parametrize(("at", "folder"), [("/assets/a.css", "/srv/assets"), ("/plain/", ""), ("/nowhere/", "")])
def test_the_folder_whose_files_django_gives_out(settings: Any, at: str, folder: str) -> None:
    """No row and no setting of the view is missing there, but a file."""
    settings.ROOT_URLCONF = __name__
    assert folder_given_out_at(at) == folder


def test_the_functions_of_ninja_are_the_code_of_its_views() -> None:
    """Its view is the framework's own and holds one function for each method."""
    api = NinjaAPI(urls_namespace="states")

    @api.get("/rows")
    def rows(request: Any) -> None:
        """Read."""

    @api.post("/rows")
    def add(request: Any) -> None:
        """Write."""

    view = next(one.callback for one in api.urls[0] if str(one.pattern) == "rows")
    assert {rows, add} <= set(layers_of(view))
    assert list(layers_for(view, "POST")) == [add]
