"""Views that answer 404 whatever they are asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views import View
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap


def home(request: HttpRequest, api: str = "") -> HttpResponse:
    """Tell where the documents are, as a framework's root does."""
    place = f"{request.path}{api}"
    raise Http404(place)


def nothing(request: HttpRequest) -> HttpResponse:
    """Catch what is left."""
    return JsonResponse({"detail": "not found"}, status=404)


def sometimes(request: HttpRequest) -> HttpResponse:
    """Find nothing but for some."""
    if request.user.is_staff:
        return HttpResponse()
    raise Http404


@api_view(["GET", "POST"])
def none_of_the_api(request: Request) -> Response:
    """Catch what is left of an API."""
    return Response({"detail": "not found"}, status=status.HTTP_404_NOT_FOUND)


class Rows(View):
    """Has one handler that finds nothing, which other methods do not get as far as."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Find nothing."""
        return HttpResponseNotFound("no")


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (home, []),
        (partial(home, api="docs"), []),
        (nothing, []),
        (none_of_the_api, []),
        (sometimes, ["GET"]),
        (Rows.as_view(), ["DELETE", "GET"]),
    ],
)
def test_what_finds_nothing_is_no_operation(view: Callable[..., Any], expected: list[str]) -> None:
    """It has no branch, and all that it does is to say so."""
    found = methods_of(unwrap(view))
    assert sorted(method for method, _ in found.answered) == expected
    assert found.never_finds is not bool(expected)
