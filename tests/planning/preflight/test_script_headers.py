"""Which views look for the header of a script is read from their code, that of their decorators included."""

from functools import wraps
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View

from loadaudit.load.csrf import ORIGIN
from loadaudit.planning.preflight.script_headers import script_headers

AJAX = ("X-Requested-With: XMLHttpRequest",)


def is_ajax(request: HttpRequest) -> bool:
    """Whether a script asks."""
    return request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest"


def for_scripts(view: Any) -> Any:
    """Keep no name of the view, as older decorators do."""

    def inner(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = view(request) if is_ajax(request) else HttpResponse(status=400)
        return response

    return inner


def counted(view: Any) -> Any:
    """Keep the names of the view."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = view(request)
        return response

    return inner


def plain(request: HttpRequest) -> HttpResponse:
    """Look for nothing."""
    return HttpResponse()


class Fragment(View):
    """Answer htmx with a part of the page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Look for the header of htmx."""
        return HttpResponse(status=200 if "HX-Request" in request.headers else 400)


def back(request: HttpRequest) -> HttpResponse:
    """Lead back to where the link stood."""
    return HttpResponse(status=302, headers={"Location": request.META["HTTP_REFERER"]})


urlpatterns = [
    path("back/", back),
    path("decorated/", counted(for_scripts(plain))),
    path("fragment/", Fragment.as_view()),
    path("plain/", counted(plain)),
]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/decorated/?a=1", AJAX),
        ("/fragment/", ("HX-Request: true",)),
        ("/plain/", ()),
        ("/nowhere/", ()),
        ("/back/", (f"Referer: {ORIGIN}/",)),
    ],
)
def test_headers_that_a_view_looks_for(settings: Any, address: str, found: tuple[str, ...]) -> None:
    settings.ROOT_URLCONF = __name__
    assert script_headers(address) == found
