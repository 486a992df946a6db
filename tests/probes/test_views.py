"""That the view really ran, its route, and who turned a request away."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.views.generic import RedirectView

from loadaudit.probes.views import _observed_view, redirects_all, turned_away
from tests.demo.accounts.models import User
from tests.probes import views
from tests.probes.conftest import MIDDLEWARE, Site, headers


def test_the_view_ran(site: Site) -> None:
    """Route and view are those of the inventory."""
    trace = site.trace("/orm/")
    assert (trace.route, trace.view, trace.view_ran) == ("/orm/", "tests.probes.views.orm", True)


def test_a_regex_route_reads_as_in_the_inventory(site: Site) -> None:
    """Named groups become parameters."""
    assert site.trace("/old/2026/").route == "/old/<number>/"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_translated_route_is_one_operation(site: Site, language: str) -> None:
    """The language is a parameter like any other, so every language counts for the same operation."""
    assert site.trace(f"/{language}/page/3/").route == "/<language>/page/<int:number>/"


def test_an_unknown_address_has_no_route(site: Site) -> None:
    """Nothing resolved, nothing ran."""
    trace = site.trace("/no-such-page/")
    assert (trace.status, trace.route, trace.view_ran) == (404, "", False)


def test_a_middleware_that_turns_away_keeps_the_view_from_running(site: Site) -> None:
    """`process_view` knows the route, but the view did not run."""
    site.settings.MIDDLEWARE = [*site.settings.MIDDLEWARE, "tests.probes.middleware.turn_away"]
    trace = site.trace("/orm/")
    assert (trace.route, trace.view_ran, trace.denied) == ("/orm/", False, True)


def test_login_required_middleware_denies(site: Site) -> None:
    """Django's own middleware redirects before the view."""
    required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    site.settings.MIDDLEWARE = [*site.settings.MIDDLEWARE, required]
    trace = site.trace("/orm/")
    assert (trace.status, trace.denied, trace.view_ran) == (302, True, False)


def test_login_required_view_denies(site: Site) -> None:
    """The decorator is part of the view, which therefore ran, but the user was turned away."""
    trace = site.trace("/private/")
    assert (trace.status, trace.denied) == (302, True)


def test_permission_denied_is_denied(site: Site) -> None:
    """A 403 of the view's own."""
    trace = site.trace("/forbidden/")
    assert (trace.status, trace.denied, trace.view_ran) == (403, True, True)


@pytest.mark.parametrize(
    ("path", "said"), [("/lost/No%20such%20book./", "No such book."), ("/lost/", "raised by tests.probes.views.lost, ")]
)
def test_a_404_of_the_view_has_its_words(site: Site, path: str, said: str) -> None:
    """Or, where it has none, says whose it is; Django shows neither."""
    assert site.trace(path).not_found.startswith(said)


def test_an_ordinary_redirect_is_not_denied(site: Site) -> None:
    """Only the login page turns away."""
    assert not site.trace("/redirecting/").denied


@pytest.mark.parametrize(
    ("location", "denied"),
    [
        ("/accounts/login/", True),
        ("/accounts/login/?next=/private/", True),
        ("https://sso.example.org/start?next=/private/", True),
        ("/projects/", False),
        ("", False),
    ],
)
def test_redirects_to_a_login(site: Site, location: str, denied: bool) -> None:
    """The known login pages, and any address that wants to lead back with `next`."""
    request = RequestFactory().get("/private/")
    assert turned_away(request, HttpResponse(status=302, headers={"Location": location})) is denied


@pytest.mark.parametrize(
    ("home", "user", "location", "denied"),
    [
        ("/accounts/login/", 7, "/accounts/login/", False),
        ("/accounts/login/", 7, "/accounts/login/?next=/private/", True),
        ("/accounts/login/", None, "/accounts/login/", True),
        ("/projects/", 7, "/accounts/login/", True),
        ("no-such-route", 7, "/accounts/login/", True),
    ],
)
def test_a_login_page_that_is_the_home_as_well(
    settings: Any, home: str, user: int | None, location: str, denied: bool
) -> None:
    """Whoever is logged in comes home there, and is only turned away where the page is to lead back."""
    settings.LOGIN_REDIRECT_URL = home
    request = RequestFactory().post("/private/")
    request.user = cast(Any, SimpleNamespace(pk=user))
    assert turned_away(request, HttpResponse(status=302, headers={"Location": location})) is denied


def _done(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Sent")
    return redirect("/accounts/login/")


def _branching(request: HttpRequest) -> HttpResponse:
    return redirect("/accounts/login/" if request.user.is_anonymous else "/projects/")


class _Own(RedirectView):
    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return "/accounts/login/" if self.request.user.is_anonymous else "/projects/"


def _guarded(request: HttpRequest) -> HttpResponse:
    return _branching(request)


def _by_user(request: HttpRequest) -> HttpResponse:
    return redirect(str(request.user))


def _caught(request: HttpRequest) -> HttpResponse:
    try:
        request.GET["key"]
    except:  # noqa: E722
        return redirect("/accounts/login/")
    return HttpResponse()


class _Unhashable:
    """A view that the cache of answers cannot hold."""

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send everybody on."""
        return _done(request)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (_done, True),
        (_Unhashable(), False),
        (_by_user, False),
        (_caught, False),
        (_branching, False),
        (_guarded, False),
        (login_required(_done), False),
        (RedirectView.as_view(url="/accounts/login/"), True),
        (login_required(RedirectView.as_view(url="/accounts/login/")), False),
        (_Own.as_view(), False),
    ],
)
def test_a_view_that_does_nothing_but_redirect(view: Any, expected: bool) -> None:
    """Whoever it sends to the login page is not turned away: it sends everybody there."""
    assert redirects_all(view) is expected
    recorder: Any = SimpleNamespace(
        logged_out=False, view_redirects_all=expected, refusals=[], login_failed=False, view_redirected=None
    )
    response = HttpResponse(status=302, headers={"Location": "/accounts/login/"})
    assert turned_away(RequestFactory().get("/done/"), response, recorder) is not expected


@pytest.mark.parametrize(
    ("sent", "denied"),
    [
        ({"do": "write"}, False),
        ({"do": "leave"}, False),
        ({"do": "nothing"}, True),
        ({"do": "fail"}, True),
        ({"do": "write", "back": "?next=/private/"}, True),
    ],
)
def test_the_login_page_may_be_where_it_ends(site: Site, sent: dict[str, str], denied: bool) -> None:
    """Who has signed up or logged out is sent there; who may not, or could not log in, is turned away."""
    site.client.force_login(User.objects.create(email="anna@example.com"))
    assert site.trace_of_post("/to-the-login/", sent).denied is denied


@pytest.mark.parametrize(("do", "denied"), [("confirm", False), ("note", True), ("nothing", True)])
def test_a_link_of_a_mail_may_end_at_the_login_page(site: Site, do: str, denied: bool) -> None:
    """It has confirmed something that was there; who is turned away may leave a note, too."""
    assert site.trace(f"/to-the-login/?do={do}").denied is denied


def test_csrf_rejection_has_djangos_reason(site: Site) -> None:
    """A 403 of CSRF is told apart from one of a permission."""
    site.settings.MIDDLEWARE = [*site.settings.MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"]
    client = Client(enforce_csrf_checks=True)
    client.post("/nothing/", headers=headers())
    (trace,) = site.traces
    assert (trace.status, trace.csrf_reason, trace.view_ran) == (403, "CSRF cookie not set.", False)


@pytest.mark.parametrize("path", ["/exempt/", "/class-attribute/", "/based/"])
def test_csrf_exempt_survives(site: Site, path: str) -> None:
    """Marked on a function, a class-based view or the class of a callable object."""
    site.settings.MIDDLEWARE = [*site.settings.MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"]
    response = Client(enforce_csrf_checks=True).post("/" + path.strip("/") + "/", headers=headers())
    assert response.status_code in (200, 405)
    assert site.traces[0].csrf_reason == ""


def test_view_class_survives(site: Site) -> None:
    """Middleware and schema tools look at it."""
    site.trace("/based/")
    match: Any = views.seen["match"]
    assert match.func.view_class is views.Based
    assert match.func.view_initkwargs == {}


def test_async_marking_survives(site: Site) -> None:
    """Django decides by it how to call the view."""
    assert iscoroutinefunction(_observed_view(views.asynchronous))
    assert not iscoroutinefunction(_observed_view(views.orm))


def test_a_partial_is_a_view(site: Site) -> None:
    """It has no name, and runs all the same."""
    assert site.trace("/partial/").view_ran


def test_untokened_requests_keep_their_own_view(site: Site) -> None:
    """Nothing is wrapped for anybody else."""
    site.client.get("/based/")
    match: Any = views.seen["match"]
    assert not hasattr(match.func, "__wrapped__") or match.func.__wrapped__ is not match.func.view_class
    assert match.func.__code__.co_name != "observed"


def test_a_urlconf_of_the_request_is_read(site: Site) -> None:
    """A middleware may choose another URLconf per request; module objects give the raw pattern."""
    from loadaudit.probes import views as probe
    from tests.probes import urls

    request = HttpRequest()
    request.urlconf = urls  # type: ignore[assignment]  # documented as possible
    from django.urls import resolve

    assert probe._route_of(request, resolve("/orm/", urlconf="tests.probes.urls")) == "/orm/"


def test_a_urlconf_that_cannot_be_walked_keeps_the_raw_pattern(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes on, and the trace still says where."""

    def broken(urlconf: str) -> None:
        raise RuntimeError(urlconf)

    monkeypatch.setattr("loadaudit.probes.views.route_index", broken)
    assert site.trace("/old/2026/").route == "/^old/(?P<number>[0-9]{4})/$"
    assert MIDDLEWARE
