"""Methods of views that remember what they found before they refuse, as dispatchers that projects have of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import RequestFactory

from tests.inventory.known import known

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Resource:
    """Looks its handler up in a table, and answers visitors and overridden methods itself."""

    allowed_methods: tuple[str, ...] = ("GET", "PUT")
    handlers: dict[str, str] = {"GET": "show", "POST": "show", "PUT": "show", "DELETE": "show"}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Dispatch."""
        if request.headers.get("X-Broken"):
            return HttpResponse(status=401)
        method = request.method or ""
        if method == "POST":
            method = request.POST.get("_method", method)
        handler: Any = None
        if method in self.allowed_methods:
            handler = getattr(self, self.handlers.get(method) or "", None)
        if handler and callable(handler):
            response: HttpResponse = handler(request)
            response["X-Found"] = "1"
        else:
            response = HttpResponseNotAllowed(self.allowed_methods)
        for name in ("Vary", "X-Seen"):
            response[name] = "Cookie"
        return response

    def show(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Writable(Resource):
    """Allows more."""

    allowed_methods = ("GET", "POST", "DELETE")


def by_flag(request: HttpRequest) -> HttpResponse:
    """Remember whether the method is wanted."""
    wanted = False
    method = request.method or ""
    method = method.lower()
    if method in ("get", "post"):
        wanted = True
    if not wanted:
        return HttpResponseNotAllowed(["GET", "POST"])
    return HttpResponse()


def in_a_loop(request: HttpRequest) -> HttpResponse:
    """Set the flag in the round before."""
    if request.method == "POST":
        return HttpResponse("saved")
    done = False
    for _ in range(2):
        if done:
            return HttpResponse()
        done = True
    return HttpResponseNotAllowed(["POST"])


def of_a_loop(request: HttpRequest) -> HttpResponse:
    """Set it by what the loop goes through."""
    if request.method == "POST":
        return HttpResponse("saved")
    found = None
    for found in ("a", "b"):  # noqa: B007  # what is left of a loop is what is looked at here
        pass
    if found is None:
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse()


def of_several(request: HttpRequest) -> HttpResponse:
    """Set it beside another name."""
    if request.method == "POST":
        return HttpResponse("saved")
    found = None
    found, _ = request.path, 1
    if not found:
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse()


def by_a_helper(request: HttpRequest) -> HttpResponse:
    """Let a function inside set it."""
    if request.method == "POST":
        return HttpResponse("saved")
    found = None

    def find() -> None:
        nonlocal found
        found = request.path

    find()
    if not found:
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse()


def sometimes_refuses(request: HttpRequest) -> HttpResponse:
    """Refuse a row before the answer that all methods get."""
    if request.method == "POST" and request.headers.get("X-Valid"):
        return HttpResponse("saved")
    if request.method == "DELETE" and request.headers.get("X-Locked"):
        return HttpResponseNotAllowed(["GET"])
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (Resource(), "GET PUT"),
        (Writable(), "GET POST DELETE"),
        (by_flag, "GET POST"),
        (in_a_loop, "GET POST"),
        (of_a_loop, "GET POST"),
        (of_several, "GET POST"),
        (by_a_helper, "GET POST"),
        (sometimes_refuses, "GET POST DELETE"),
    ],
)
def test_flags_lead_to_the_refusal(view: Callable[..., HttpResponse], methods: str) -> None:
    """What is listed is what is answered, and read from source."""
    listed, evidence = known(view)
    assert (listed, evidence) == (methods, {"inferred"})

    def status(method: str) -> int:
        request: WSGIRequest = RequestFactory().generic(method, "/")
        return view(request).status_code

    assert {method for method in METHODS if status(method) != 405} >= {*listed.split()}
