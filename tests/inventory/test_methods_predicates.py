"""Helpers that decide by the method in several steps, and checks that are asked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap


def is_update(request: HttpRequest) -> bool:
    """Say whether something is to be changed."""
    if request.method == "POST":
        return True
    names = ("PUT", "PATCH")
    if request.method in names:  # noqa: SIM103 - in steps, as projects write it
        return True
    return False


def is_signed_post(request: HttpRequest) -> bool:
    """Say whether a request has a signature, of which the method says nothing."""
    if request.method == "POST":
        return "signature" in request.headers
    return request.method == "PUT"


def staff_only(request: HttpRequest) -> HttpResponse | None:
    """Refuse whoever is not of the staff."""
    if not request.user.is_staff:
        return HttpResponseForbidden()
    return None


def kept(request: HttpRequest) -> HttpResponse | None:
    """Answer what was answered before."""
    return HttpResponse(cache.get(request.path)) if request.path in cache else None


def post_only(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is no POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return None


def updating(request: HttpRequest) -> HttpResponse:
    """Take changes."""
    if not is_update(request):
        return HttpResponseNotAllowed(["POST", "PUT", "PATCH"])
    return HttpResponse()


def signed(request: HttpRequest) -> HttpResponse:
    """Take signed changes."""
    if not is_signed_post(request):
        return HttpResponseNotAllowed(["POST", "PUT"])
    return HttpResponse()


def checked(request: HttpRequest) -> HttpResponse:
    """Ask the checks, and keep what they say."""
    check = staff_only(request) or post_only(request)
    if check:
        return check
    return HttpResponse()


def checked_at_once(request: HttpRequest) -> HttpResponse:
    """Ask them where they are returned."""
    return staff_only(request) or post_only(request) or HttpResponse()


def kept_before(request: HttpRequest) -> HttpResponse:
    """Answer what is kept to any method."""
    found = kept(request) or post_only(request)
    if found:
        return found
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (updating, ["PATCH", "POST", "PUT"]),
        (signed, ["POST", "PUT"]),
        (checked, ["POST"]),
        (checked_at_once, ["POST"]),
        (kept_before, ["GET", "POST"]),
    ],
)
def test_what_helpers_leave(view: Callable[..., Any], expected: list[str]) -> None:
    assert sorted(method for method, _ in methods_of(unwrap(view)).answered) == expected
