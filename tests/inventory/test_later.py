"""Patterns that may be added after the start are said to be missing."""

import importlib

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
    problems = [one for one in found.problems if "urls_added_to" not in one.file]
    assert [one.code for one in problems] == ["dynamic"] * 3
    assert [one.detail.split()[0].rpartition(".")[2] for one in problems] == [
        "Plugins",
        "add_later",
        "add_more_later",
    ]
    assert all(one.file.endswith("test_later.py") and one.line for one in problems[1:])
    assert "now/" in {one.raw for one in found.endpoints}


@pytest.mark.urls(__name__)
def test_functions_of_other_modules_that_add_patterns_are_named() -> None:
    """Whichever way they come to the list; those that change a list of their own are not."""
    urls_added_to = importlib.import_module("tests.inventory.urls_added_to")
    found = [one.detail.split()[0] for one in walk().problems if one.file == urls_added_to.__file__]
    assert [one.rpartition("urls_added_to.")[2] for one in found] == [
        "by_module",
        "by_import",
        "by_its_name",
        "Registry.add_to_all",
    ]
