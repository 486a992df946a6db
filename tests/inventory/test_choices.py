"""Texts that a parameter may be, where it selects no row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.views import View

from loadaudit.inventory.parameters.selected import parameters_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.inventory.urlconf.routes import Slot

KINDS = {"csv": "text/csv", "xlsx": "application/excel"}


def compared(request: HttpRequest, vote: str) -> HttpResponse:
    """Compare it with two words, one after the other."""
    if vote.lower() == "up":
        return HttpResponse("+1")
    if vote != "down":
        raise Http404
    return HttpResponse("-1")


def member(request: HttpRequest, vote: str) -> HttpResponse:
    """Look for it in a list."""
    if vote not in ("up", "down"):
        raise Http404
    return HttpResponse()


def of_numbers(request: HttpRequest, vote: Any) -> HttpResponse:
    """Look for it among some numbers; one number alone may be the first of all."""
    if int(vote) == 1 or vote not in (7, 30):
        raise Http404
    return HttpResponse()


def parted(request: HttpRequest, vote: str) -> HttpResponse:
    """Look for a part of it."""
    if "-" not in vote or "x" in vote:
        raise Http404
    return HttpResponse()


def looked_up(request: HttpRequest, vote: str) -> HttpResponse:
    """Look it up in a dictionary of the module."""
    return HttpResponse(content_type=KINDS[vote])


def matched(request: HttpRequest, vote: str) -> HttpResponse:
    """Match it."""
    match vote:
        case "up" | "down":
            return HttpResponse()
    raise Http404


class OfClass(View):
    """Compare it with what the class lists."""

    allowed = ("up", "down")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Look for it under another name."""
        direction = self.kwargs["vote"]
        return HttpResponse(status=200 if direction in self.allowed else 404)


class ReactionSettings:
    """Works settings out when it is asked."""

    def __getattr__(self, name: str) -> Any:
        return {"kinds": ["up", "down"]} if name == "REACTIONS" else None


reaction_settings = ReactionSettings()


def of_settings(vote: str) -> None:
    """Look for it in settings."""
    if vote not in reaction_settings.REACTIONS["kinds"]:
        raise Http404


def cast(user: object, *, kind: str) -> None:
    """Hand it on."""
    of_settings(kind)


def by_helper(request: HttpRequest, vote: str) -> HttpResponse:
    """Let a helper of a helper look."""
    cast(request.user, kind=vote)
    return HttpResponse()


def got(request: HttpRequest, vote: str) -> HttpResponse:
    """Get what a table has for it."""
    return HttpResponse(content_type=KINDS.get(vote, ""))


def unknown(request: HttpRequest, vote: str) -> HttpResponse:
    """Compare something else."""
    return HttpResponse(vote if request.method == "GET" else "")


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (compared, ("up", "down")),
        (member, ("up", "down")),
        (of_numbers, ("7", "30")),
        (parted, ()),
        (looked_up, ("csv", "xlsx")),
        (matched, ("up", "down")),
        (OfClass.as_view(), ("up", "down")),
        (by_helper, ("up", "down")),
        (got, ("csv", "xlsx")),
        (unknown, ()),
    ],
)
def test_what_the_view_compares_it_with(view: Callable[..., Any], expected: tuple[str, ...]) -> None:
    slot = Slot(name="vote", converter="str", pattern="[^/]+")
    assert parameters_of(unwrap(view), "GET", [slot], "/x/<vote>/", "")[0].choices == expected


def test_what_its_pattern_lists() -> None:
    """As of a converter of the project's own; what no pattern takes is no choice."""
    listed = Slot(name="vote", converter="actions", pattern="subscribe|update|un-subscribe")
    assert parameters_of(unwrap(unknown), "GET", [listed], "/x/<vote>/", "")[0].choices == (
        *("subscribe", "update", "un-subscribe"),
    )
    number = Slot(name="vote", converter="int", pattern="[0-9]+")
    assert parameters_of(unwrap(compared), "GET", [number], "/x/<vote>/", "")[0].choices == ()
    only = Slot(name="vote", converter="", pattern="v1")
    assert parameters_of(unwrap(unknown), "GET", [only], "/x/<vote>/", "")[0].choices == ("v1",)


def test_annotations_say_kinds_and_members() -> None:
    """An enumeration's members are choices, whatever model the name suggests; a text says nothing."""
    view = unwrap(resolve("/ninja/sheets/1/2/3/4/5/6/7", "tests.inventory.urls_ninja").func)
    names = ("day", "at", "key", "project", "kind", "number", "name")
    slots = [Slot(name=one, converter="str", pattern="[^/]+") for one in names]
    found = parameters_of(view, "GET", slots, "/ninja/sheets/", "projects")
    assert [one.type for one in found] == ["date", "date-time", "uuid", "", "", "integer", ""]
    assert [one.choices for one in found[3:5]] == [("s", "l"), ("in", "out")]
