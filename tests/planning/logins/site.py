"""Login pages that are hard for a program: one of several forms, two steps, terms, captchas, codes, other hosts."""

import json
from typing import Any

from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, dumps, loads
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.demo.accounts.models import User
from tests.demo.urls import urlpatterns as demo_patterns

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Ratelimited(PermissionDenied):
    """What django-ratelimit raises."""


def _page(request: HttpRequest, *forms: str, error: str = "", status: int = 200) -> HttpResponse:
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    shown = "".join(form.replace("</form>", f"{token}</form>") for form in forms)
    return HttpResponse(f'<html><p class="error">{error}</p>{shown}</html>', status=status)


def _entered(request: HttpRequest, name: str, password: str) -> bool:
    # The demo's user names are addresses; here people type what stands before the @.
    user = authenticate(request, username=f"{name}@example.com", password=password)
    if user is not None:
        login(request, user, backend=BACKEND)
    return user is not None


def several(request: HttpRequest) -> HttpResponse:
    """A search, a sign-up with one password, and the login, which wants the terms accepted."""
    if request.method == "POST":
        accepted = request.POST.get("terms") == "yes"
        if accepted and _entered(request, request.POST["a-user"], request.POST["a-key"]):
            return HttpResponseRedirect("/dashboard/")
        return HttpResponse("<p>Welcome, new member</p>")
    return _page(
        request,
        '<form action="/search/"><input name="q"></form>',
        '<form method="post" id="register"><input type="email" name="mail"><input type="password" name="new" '
        'autocomplete="new-password"><input type="submit" value="Sign up"></form>',
        '<form method="post"><input name="a-user"><input name="coupon"><input type="password" name="a-key">'
        '<input type="checkbox" name="terms" value="yes" required><input type="checkbox" name="remember">'
        "<button>Log in</button></form>",
    )


def first_step(request: HttpRequest) -> HttpResponse:
    """The name alone."""
    if request.method == "POST":
        request.session["name"] = request.POST["identifier"]
        return HttpResponseRedirect("/hard/second/")
    return _page(request, '<form method="post"><input name="identifier"><button>Next</button></form>')


def second_step(request: HttpRequest) -> HttpResponse:
    """The password alone."""
    if request.method == "POST" and _entered(request, request.session["name"], request.POST["password"]):
        return HttpResponseRedirect("/dashboard/")
    return _page(request, '<form method="post"><input type="password" name="password"></form>')


def captcha(request: HttpRequest) -> HttpResponse:
    """A box that only a person ticks."""
    form = (
        '<form method="post"><input name="login"><input type="password" name="p"><div class="g-recaptcha"></div></form>'
    )
    return _page(request, form, error="This field is required." if request.method == "POST" else "")


def code(request: HttpRequest) -> HttpResponse:
    """A code from elsewhere after the right password."""
    if request.method == "POST":
        return _page(request, '<form method="post"><input name="token-otp_token" inputmode="numeric"></form>')
    return _page(request, '<form method="post"><input name="login"><input type="password" name="p"></form>')


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Single sign-on."""
    return HttpResponseRedirect("https://id.example.org/authorize")


def sent_elsewhere(request: HttpRequest) -> HttpResponse:
    """A form of this site that is sent to another."""
    return _page(
        request,
        '<form method="post" action="https://id.example.org/in">'
        '<input name="u"><input type="password" name="p"></form>',
    )


def by_address(request: HttpRequest) -> HttpResponse:
    """Takes the e-mail address in a field that does not say so."""
    if request.method == "POST":
        user = User.objects.filter(email=request.POST["login"]).first()
        if user is not None and user.check_password(request.POST["p"]):
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect("/dashboard/")
    return _page(request, '<form method="post"><input name="login"><input type="password" name="p"></form>')


def _break(session: Any) -> None:
    def save(must_create: bool = False) -> None:
        raise OperationalError("the session store is down")

    session.save = save


def refused(request: HttpRequest, how: str) -> HttpResponse:
    """A form whose sending is refused in different ways."""
    if request.method != "POST":
        return _page(request, '<form method="post"><input name="login"><input type="password" name="p"></form>')
    if how == "raised":
        raise Ratelimited
    if how == "store":
        _break(request.session)
        _entered(request, "owner", request.POST["p"])
    if how == "locked":
        return HttpResponse("Account locked: too many login attempts.", status=429)
    return HttpResponse(status=503, headers={"Retry-After": "7"})


@csrf_exempt
def token(request: HttpRequest) -> JsonResponse:
    """Answer a token by e-mail address and password, which may stand in an envelope."""
    data = json.loads(request.body)
    data = data.get("account", data)
    user = User.objects.filter(email=data["email"]).first()
    if user is None or not user.check_password(data["password"]):
        return JsonResponse({"detail": "wrong"}, status=401)
    return JsonResponse({"data": {"access": dumps(user.pk)}})


def keyed(request: Any) -> JsonResponse:
    """A page that a token opens, and no session."""
    try:
        request.user = User.objects.get(pk=loads(request.headers.get("Authorization", "").removeprefix("Bearer ")))
    except BadSignature:
        return JsonResponse({}, status=401)
    return JsonResponse({"name": request.user.get_username()})


@csrf_exempt
def app_login(request: HttpRequest) -> JsonResponse:
    """Answer a token that has a header of its own."""
    data = json.loads(request.body)
    user = User.objects.filter(email=data["email"]).first()
    if user is None or not user.check_password(data["password"]):
        return JsonResponse({"detail": "wrong"}, status=401)
    return JsonResponse({"status": 200, "meta": {"session_token": dumps(user.pk, salt="app")}})


def app_page(request: Any) -> JsonResponse:
    """A page of an API that knows neither cookies nor Authorization."""
    try:
        return JsonResponse({"user": loads(request.headers.get("X-Session-Token", ""), salt="app")})
    except BadSignature:
        return JsonResponse({}, status=401)


@login_required
def nothing(request: HttpRequest) -> HttpResponse:
    """A page of a user without a form."""
    return HttpResponse("nothing")


def broken(request: HttpRequest) -> HttpResponse:
    """A login page whose template is missing."""
    return render(request, "nowhere.html")


@login_required
def failing(request: HttpRequest) -> HttpResponse:
    """A page of a user whose rows break it."""
    raise ValueError("a row without a title")


def joined(request: HttpRequest) -> HttpResponse:
    """Log in somebody else, as a sign-up does."""
    other = get_user_model()._default_manager.exclude(email="owner@example.com").order_by("pk")[0]
    login(request, other, backend=BACKEND)
    return HttpResponse("welcome")


@login_required
def delicate(request: HttpRequest) -> HttpResponse:
    """A page for whoever has given the password a second time."""
    if not request.session.get("sure"):
        return HttpResponseRedirect(f"/hard/sure/?next={request.path}")
    return HttpResponse("delicate")


@login_required
def sure(request: HttpRequest) -> HttpResponse:
    """Ask for the password once more."""
    if request.method == "POST":
        request.session["asked"] = request.session.get("asked", 0) + 1
        if authenticate(request, username=request.user.get_username(), password=request.POST["key"]):
            request.session["sure"] = True
            return HttpResponseRedirect(request.POST["next"])
    came = request.GET.get("next", "/")
    return _page(
        request,
        f'<p>asked {request.session.get("asked", 0)} times</p><form method="post"><input type="password" name="key">'
        f'<input type="hidden" name="next" value="{came}"><button>Go on</button></form>',
    )


@login_required
def powerful(request: HttpRequest) -> HttpResponse:
    """A page for whoever has said that they want to be more than a user for a while."""
    if not request.session.get("power"):
        return HttpResponseRedirect(f"/hard/power/?next={request.get_full_path()}")
    return HttpResponse("powerful")


@login_required
def power(request: HttpRequest) -> HttpResponse:
    """Ask for a click, which opens no page but one."""
    if request.method == "POST":
        request.session["clicks"] = request.session.get("clicks", 0) + 1
        request.session["power"] = "shut" not in request.GET["next"]
        return HttpResponseRedirect(request.GET["next"])
    leave = '<form method="post" action="/logout/"><button>Log out</button></form>'
    clicks = f"<p>clicked {request.session.get('clicks', 0)} times</p>"
    return _page(request, f'{leave}{clicks}<form method="post" action=""><button>Start</button></form>')


urlpatterns = [
    path("hard/joined/", joined),
    path("hard/delicate/", delicate),
    path("hard/sure/", sure),
    path("hard/powerful/", powerful),
    path("hard/power/", power),
    *demo_patterns,
    path("hard/several/", several),
    path("hard/first/", first_step),
    path("hard/second/", second_step),
    path("hard/broken/", broken),
    path("hard/captcha/", captcha),
    path("hard/code/", code),
    path("hard/elsewhere/", elsewhere),
    path("hard/sent-elsewhere/", sent_elsewhere),
    path("hard/address/", by_address),
    path("hard/refused/<str:how>/", refused),
    path("hard/token/", token),
    path("hard/keyed/", keyed),
    path("hard/app/login/", app_login),
    path("hard/app/page/", app_page),
    path("hard/nothing/", nothing),
    path("hard/failing/", failing),
]
handler400 = "tests.demo.errors.bad_request"
