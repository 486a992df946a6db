"""Methods for which a view comes to its end without an answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tests.inventory.known import known


def only_post(request: HttpRequest) -> Any:
    """Answer a POST."""
    if request.method == "POST":
        return HttpResponse()


def only_with_file(request: HttpRequest) -> Any:
    """Answer whoever sends a file."""
    if "file" in request.FILES:
        return HttpResponse()


def only_get(request: HttpRequest) -> Any:
    """Answer a GET."""
    if request.method == "GET":
        if request.GET.get("page"):
            return HttpResponse("page")
        return HttpResponse()


def either(request: HttpRequest) -> Any:
    """Answer a GET where something is given."""
    if request.method == "POST":
        return HttpResponse("saved")
    if request.GET.get("page"):
        return HttpResponse()


def rendered(view: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponse]:
    """Make a response of whatever a view answers."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(view(request)))

    return inner


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (only_post, {"POST"}),
        (login_required(only_post), {"POST"}),
        (only_with_file, {"POST"}),
        (only_get, {"GET"}),
        (either, {"GET", "POST"}),
        (rendered(only_post), {"GET", "POST"}),
        (require_http_methods(["GET", "POST"])(only_post), {"GET", "POST"}),
    ],
)
def test_methods_without_an_answer_are_not_listed(view: Any, methods: set[str]) -> None:
    """A view that returns None fails, unless a decorator makes something of it; what it declares is listed."""
    assert set(known(view)[0].split()) == methods
