"""Values for parameters of which only the code of the view tells how they are written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.made_up import made_up_paths
from loadaudit.records import Identity, Parameter
from tests.analysis.factories import operation


def report(request: HttpRequest, day: str) -> HttpResponse:
    """Read a date as ISO 8601 writes it."""
    return HttpResponse(str(date.fromisoformat(day)))


def sheet(request: HttpRequest, when: str) -> HttpResponse:
    """Read a date in a layout of its own."""
    return HttpResponse(str(datetime.strptime(when, "%d_%m_%Y")))


def spoken(request: HttpRequest, code: str) -> HttpResponse:
    """Want a language of the settings."""
    return HttpResponse(dict(django_settings.LANGUAGES)[code])


def plain(request: HttpRequest, day: str) -> HttpResponse:
    """Take what the pattern takes."""
    return HttpResponse(day)


urlpatterns = [
    path("report/<str:day>/", report),
    path("sheet/<when>/", sheet),
    path("spoken/<code>/", spoken),
    re_path(r"^on/(?P<day>\d{4}-\d{2}-\d{2})/$", plain),
]


@pytest.mark.parametrize(
    ("route", "name", "pattern", "first"),
    [
        ("/report/<str:day>/", "day", "", "/report/2026-03-01/"),
        ("/sheet/<when>/", "when", "", "/sheet/01_03_2026/"),
        ("/spoken/<code>/", "code", "", "/spoken/en/"),
        ("/on/<day>/", "day", r"\d{4}-\d{2}-\d{2}", "/on/2026-03-01/"),
    ],
)
def test_as_the_code_reads_it(settings: Any, route: str, name: str, pattern: str, first: str) -> None:
    """And not as a number of a day, which no such view takes."""
    settings.ROOT_URLCONF, settings.LANGUAGE_CODE = __name__, "en-us"
    parameter = Parameter(name=name, converter="regex" if pattern else "str", pattern=pattern)
    read = operation(f"GET {route}", parameters=(parameter,))
    index = RouteIndex.from_urlconf(None)
    found = made_up_paths(read, Identity(role="user", username="u"), index, date(2026, 3, 1))
    assert found[0].path == first
