"""Helpers of views that look at the request's method for them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

WRITING = ("POST", "PUT")


class WrongMethod(Exception):
    """Raised for a method that a view does not take."""


def is_post(request: HttpRequest) -> bool:
    """Whether the request is a POST."""
    return request.method == "POST"


def ensure(request: HttpRequest, *allowed: str) -> None:
    """Raise for any other method."""
    if request.method not in allowed:
        raise WrongMethod(request.method)


def refusal(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse | None:
    """Return a refusal for any other method, and nothing for these."""
    if request.method not in allowed:
        return HttpResponseNotAllowed(allowed)
    return None


def refusal_of(verb: str | None) -> HttpResponse | None:
    """Return a refusal for anything but a DELETE, told by the method alone."""
    if verb != "DELETE":
        return HttpResponse(status=405)
    return None


def save(name: str, incoming: HttpRequest) -> HttpResponse:
    """Take the request under another name, and not first."""
    if incoming.method == "PATCH":
        return HttpResponse(name)
    return HttpResponse(status=405)


def setting(name: str, default: object) -> object:
    """Look a setting up."""
    return getattr(settings, name, default)


def finished(response: HttpResponse) -> HttpResponse:
    """Return what was given."""
    response["X-Finished"] = "yes"
    return response
