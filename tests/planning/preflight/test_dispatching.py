"""Which methods a view finds by what is sent is read from its code."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View

from loadaudit.planning.preflight.dispatching import ORIGIN, dispatched_at, with_dispatched
from loadaudit.records import Body, BodyKind, Identity, Payload
from tests.analysis.factories import operation


def by_name(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark what may be called by name, without keeping its name."""

    def called(*args: Any, **kwargs: Any) -> HttpResponse:
        return function(*args, **kwargs)

    return called


class Prefixed(View):
    """Put a word before the value."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find a method by a field of the form."""
        action = request.POST.get("action", "").strip()
        handler: Callable[..., HttpResponse] = getattr(self, f"do_{action}")
        return handler(request)

    def do_archive(self, request: HttpRequest) -> HttpResponse:
        """Be found."""
        return HttpResponse()

    def do_move(self, request: HttpRequest, target: str) -> HttpResponse:
        """Be found as well, with something more."""
        return HttpResponse()

    def other(self) -> None:
        """Be no answer."""


class Named(View):
    """Take the whole name."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find a method by a key of a document."""
        data = json.loads(request.body)
        name = data.pop("call")
        method: Callable[..., HttpResponse] = getattr(self, name)
        return method(**data)

    def helper(self) -> None:
        """Be marked by nothing."""

    @by_name
    def refresh(self, **_kwargs: Any) -> HttpResponse:
        """Be marked."""
        return HttpResponse()


class Kinds(View):
    """Take the first word of the name as the key of the second."""

    kinds = ("button",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find a method by both."""
        for kind in self.kinds:
            if kind in request.POST and hasattr(self, f"{kind}_{request.POST[kind]}"):
                answer: HttpResponse = getattr(self, f"{kind}_{request.POST[kind]}")()
                return answer
        return HttpResponse(status=400)

    def title_of(self) -> str:
        """Be of no kind that is listed."""
        return ""

    def button_save(self) -> HttpResponse:
        """Be found."""
        return HttpResponse()


class Plain(View):
    """Find nothing by what is sent."""

    def post(self, request: HttpRequest, kind: str = "") -> HttpResponse:
        """Look at the address alone."""
        return HttpResponse(getattr(self, self.kwargs["kind"], ""))


urlpatterns = [
    path("prefixed/", Prefixed.as_view()),
    path("named/", Named.as_view()),
    path("kinds/", Kinds.as_view()),
    path("plain/", Plain.as_view()),
]


@pytest.mark.urls("tests.planning.preflight.test_dispatching")
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/prefixed/", [("action", "archive", ()), ("action", "move", ("target",))]),
        ("/named/", [("call", "refresh", ()), ("call", "helper", ())]),
        ("/kinds/", [("button", "save", ())]),
        ("/plain/", []),
        ("/nowhere/", []),
    ],
)
def test_methods_that_a_view_finds_by_what_is_sent(
    place: str, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert [(one.field, one.value, one.wants) for one in dispatched_at(place, "POST")] == expected


@pytest.mark.urls("tests.planning.preflight.test_dispatching")
@pytest.mark.parametrize(("source", "first"), [("source", ORIGIN), ("form shop.forms.RowForm", "plain")])
def test_a_form_that_is_known_goes_before_names_of_methods(source: str, first: str) -> None:
    write = operation("POST /kinds/", body=Body(kind=BodyKind.FORM, source=source))
    plain = Payload(kind=BodyKind.FORM, origin="plain")
    assert next(with_dispatched(write, "/kinds/", Identity(role="user"), iter([plain]))).origin == first
