"""Views behind decorators and dispatches that may send a request on, and those that redirect by themselves."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import UserPassesTestMixin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import RedirectView

from tests.demo.accounts.models import User

ELSEWHERE = "/nothing/"


def profile_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send on whoever does not say that a profile is there."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "profile" in request.GET:
            return view(request, *args, **kwargs)
        return redirect(ELSEWHERE)

    return wrapper


def awaited_profile_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Do the same for a coroutine."""

    @functools.wraps(view)
    async def wrapper(request: HttpRequest) -> Any:
        if "profile" not in request.GET:
            return redirect(ELSEWHERE)
        return await view(request)

    return wrapper


def redirecting_afterwards(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Call the view, and then redirect."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponseBase:
        view(request)
        return redirect(ELSEWHERE)

    return wrapper


def redirecting_errors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Call the view, and redirect when it fails."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except ValueError:
            return redirect(ELSEWHERE)

    return wrapper


def slash_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead to another spelling of the same page."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponseBase:
        if "canonical" in request.GET:
            return view(request)
        return redirect(f"{request.path}?canonical=1")

    return wrapper


def in_front(request: HttpRequest) -> HttpResponseBase:
    """Redirect, or answer."""
    return redirect("/orm/") if "on" in request.GET else HttpResponse("ok")


async def awaited(request: HttpRequest) -> HttpResponseBase:
    """Answer later."""
    return HttpResponseRedirect("/orm/")


def failing(request: HttpRequest) -> HttpResponseBase:
    """Fail."""
    raise ValueError


class ProfileRequired:
    """Sends on before whatever handler there is, unless it is told not to."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send on."""
        if "profile" not in request.GET:
            return redirect(ELSEWHERE)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


class Mixed(ProfileRequired, View):
    """Has a mixin before it."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect to elsewhere."""
        return redirect("/orm/")


class Dispatching(View):
    """Decides by itself, before its handler."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send on."""
        if "profile" not in request.GET:
            return redirect(ELSEWHERE)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect to elsewhere."""
        return redirect("/orm/")

    post = get


class Tested(UserPassesTestMixin, View):
    """Lets in whom a test lets in, and leads others elsewhere than to a login."""

    def test_func(self) -> bool:
        """Whether a profile is there."""
        return "profile" in self.request.GET

    def handle_no_permission(self) -> HttpResponseRedirect:
        """Send on."""
        return HttpResponseRedirect(ELSEWHERE)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect to elsewhere."""
        return redirect("/orm/")


@method_decorator(profile_required, name="dispatch")
class Decorated(View):
    """Is decorated as a whole."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect to elsewhere."""
        return redirect("/orm/")


class Both(Dispatching):
    """Decides by itself, behind a decorator that lets everybody in."""

    @method_decorator(sensitive_post_parameters())
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let a base decide."""
        return super().dispatch(request, *args, **kwargs)


class AllInDispatch(View):
    """Has no handlers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect."""
        return redirect(ELSEWHERE)


def messaging(request: HttpRequest) -> HttpResponse:
    """Leave a message of a level for the next page and redirect, after work that the query names."""
    storage = CookieStorage(request)
    request._messages = storage  # type: ignore[attr-defined]
    storage.add(int(request.GET["level"]), " ".join(["Your cart", "is empty"]))
    if "session" in request.GET:
        request.session["cart"] = []
    if "write" in request.GET:
        User.objects.update(first_name="Anna")
    return redirect(ELSEWHERE)


def with_messages(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view messages."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponseBase:
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return view(request)

    return wrapper


@with_messages
def hinting(request: HttpRequest) -> HttpResponseBase:
    """Change something, or say that there is nothing to change, or do neither."""
    if request.method == "GET":
        return redirect("/orm/")
    try:
        name = request.GET["name"]
    except KeyError:
        messages.info(request, "Your cart is empty")
        return redirect(ELSEWHERE)
    if name:
        User.objects.filter(first_name=name).update(first_name="Anna")
    return redirect(ELSEWHERE)


def stepping(request: HttpRequest) -> HttpResponseBase:
    """Want a step before this one in the session, and change something after it."""
    step = request.session.get("step")
    if not step:
        return redirect(ELSEWHERE)
    if request.method != "POST":
        return HttpResponse("ok")
    User.objects.update(first_name="Anna")
    return redirect("/orm/")


def begun(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep steps on the request and in the session, and leave no mark of what it wraps."""

    def inner(request: HttpRequest) -> HttpResponseBase:
        request.steps = request.session.setdefault("steps", {})  # type: ignore[attr-defined]
        return view(request)

    return inner


@begun
def stepping_behind(request: HttpRequest) -> HttpResponseBase:
    """Want a step before this one on the request, and show a page."""
    if "address" not in request.steps:  # type: ignore[attr-defined]
        return redirect(ELSEWHERE)
    return HttpResponse("ok")


def undoing(request: HttpRequest) -> HttpResponseBase:
    """Take back what it wrote, and tell of trouble."""
    with transaction.atomic():
        User.objects.update(first_name="Anna")
        transaction.set_rollback(True)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    messages.error(request, "It is sold out")
    return redirect(ELSEWHERE)


def choosing(request: HttpRequest) -> HttpResponseBase:
    """Do what is asked for: lead on, look for something, or change it."""
    if request.POST.get("to") == "list":
        return redirect(ELSEWHERE)
    if not request.POST.get("change"):
        return redirect(f"{ELSEWHERE}?q=on")
    User.objects.update(first_name="Anna")
    return redirect("/orm/")


urlpatterns = [
    path("messaging/", messaging),
    path("hinting/", hinting),
    path("stepping/", stepping),
    path("stepping-behind/", stepping_behind),
    path("undoing/", undoing),
    path("choosing/", choosing),
    path("plain/", in_front),
    path("decorated/", profile_required(profile_required(in_front))),
    path("awaited/", awaited_profile_required(awaited)),
    path("afterwards/", redirecting_afterwards(in_front)),
    path("errors/", redirecting_errors(failing)),
    path("canonical/", slash_required(in_front)),
    path("moved/", profile_required(RedirectView.as_view(url="/orm/"))),
    path("mixed/", Mixed.as_view()),
    path("dispatching/", Dispatching.as_view()),
    path("tested/", Tested.as_view()),
    path("class/", Decorated.as_view()),
    path("both/", Both.as_view()),
    path("all-in-dispatch/", AllInDispatch.as_view()),
]
