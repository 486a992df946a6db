"""Patterns that may be added after the start are said to be missing."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from loadaudit.inventory.urlconf.walk import walk


class Plugins(URLResolver):
    """Has patterns that plugins bring."""

    url_patterns: list[URLPattern] = property(lambda self: self.urlconf_module)  # type: ignore[assignment]


class Renamed(URLResolver):
    """Has Django's patterns."""


def view(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse()


def add_later() -> None:
    """Is called by nobody while the URLconf is imported."""
    urlpatterns.append(path("later/", view))


def add_more_later() -> None:
    """The same, written otherwise."""
    global urlpatterns
    urlpatterns += [path("more/", view)]


def add_now() -> None:
    """Is called below."""
    urlpatterns.append(path("now/", view))


def count() -> int:
    """Changes nothing."""
    return len(urlpatterns)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", view),
    Plugins(RoutePattern("plugins/"), [path("one/", view)]),
    Plugins(RoutePattern("more/"), [path("one/", view)]),
    Renamed(RoutePattern("plain/"), [path("one/", view)]),
    path("in/", include([path("one/", view)])),
]
add_now()


@pytest.mark.urls(__name__)
def test_what_may_bring_more_patterns_is_named_with_its_place() -> None:
    """Once for each class and function; what the import itself adds is listed."""
    found = walk()
    assert [one.code for one in found.problems] == ["dynamic"] * 3
    assert [one.detail.split()[0].rpartition(".")[2] for one in found.problems] == [
        "Plugins",
        "add_later",
        "add_more_later",
    ]
    assert all(one.file.endswith("test_later.py") and one.line for one in found.problems[1:])
    assert "now/" in {one.raw for one in found.endpoints}
