"""Values for parameters of which only the code of the view tells how they are written."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path, register_converter

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.made_up import made_up_paths
from loadaudit.planning.values import no_model
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


def period(request: HttpRequest, name: str) -> HttpResponse:
    """Compare it with an expression."""
    return HttpResponse(status=200 if re.fullmatch(r"Q[1-4]-\d{4}", name) else 404)


def knocked(request: HttpRequest, word: str) -> HttpResponse:
    """Let in who knows the word."""
    return HttpResponse(status=200 if word == django_settings.HOOK_SECRET else 404)  # type: ignore[misc]


def plain(request: HttpRequest, day: str) -> HttpResponse:
    """Take what the pattern takes."""
    return HttpResponse(day)


class Month:
    """Writes the month of a date."""

    regex = "[a-z]{3}-[0-9]{4}"

    def to_python(self, value: str) -> date:
        """Read it."""
        return datetime.strptime(value, "%b-%Y").date()

    def to_url(self, value: date) -> str:
        """Write it."""
        return value.strftime("%b-%Y").lower()


register_converter(Month, "its_month")

urlpatterns = [
    path("report/<str:day>/", report),
    path("sheet/<when>/", sheet),
    path("spoken/<code>/", spoken),
    path("period/<name>/", period),
    path("knock/<word>/", knocked),
    path("plain/<at>/", plain),
    path("plain/of/<day>/", plain),
    re_path(r"^on/(?P<day>\d{4}-\d{2}-\d{2})/$", plain),
    path("in/<its_month:month>/", plain),
    re_path(r"^from/(?P<first>\d{4}-\d{2}-\d{2})/(?P<last>\d{1,2}\.\d{1,2}\.\d{4})/$", plain),
]


@pytest.mark.parametrize(
    ("route", "name", "pattern", "first"),
    [
        ("/report/<str:day>/", "day", "", "/report/2026-03-01/"),
        ("/sheet/<when>/", "when", "", "/sheet/01_03_2026/"),
        ("/spoken/<code>/", "code", "", "/spoken/en/"),
        ("/period/<name>/", "name", "", "/period/Q1-1111/"),
        ("/on/<day>/", "day", r"\d{4}-\d{2}-\d{2}", "/on/2026-03-01/"),
    ],
)
def test_as_the_code_reads_it(settings: Any, route: str, name: str, pattern: str, first: str) -> None:
    """And not as a number of a day, which no such view takes."""
    settings.LANGUAGE_CODE = "en-us"
    assert (
        _first(settings, route, Parameter(name=name, converter="regex" if pattern else "str", pattern=pattern)) == first
    )


def test_no_secret_of_the_settings_is_made_up(settings: Any) -> None:
    """Nothing in the name of the parameter would hide it."""
    settings.HOOK_SECRET = "sesame"
    assert _first(settings, "/knock/<word>/", Parameter(name="word", converter="str")) != "/knock/sesame/"


def test_dates_that_a_converter_writes_and_those_of_two_patterns_are_of_one_day(settings: Any) -> None:
    """A view that is given a beginning and an end takes no end before it."""
    month = Parameter(name="month", converter="its_month", pattern=Month.regex)
    assert _first(settings, "/in/<its_month:month>/", month) == "/in/mar-2026/"
    begin = Parameter(name="first", converter="regex", pattern=r"\d{4}-\d{2}-\d{2}")
    end = Parameter(name="last", converter="regex", pattern=r"\d{1,2}\.\d{1,2}\.\d{4}")
    assert _first(settings, "/from/<first>/<last>/", begin, end) == "/from/2026-03-01/01.03.2026/"


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"type": "date"}, "/plain/2026-03-01/"),
        ({"type": "date-time"}, "/plain/2026-03-01T10:00:00/"),
        ({"type": "integer"}, "/plain/1/"),
        ({"type": "date", "example": "1980-05-05"}, "/plain/1980-05-05/"),
        ({"type": "date", "choices": ("mon",)}, "/plain/mon/"),
    ],
)
def test_as_the_signature_says(settings: Any, parameter: dict[str, Any], expected: str) -> None:
    """A day of a `date` is no number, and an example goes first."""
    made = Parameter(name="at", **parameter)
    assert _first(settings, "/plain/<at>/", made) == expected
    if not made.choices:
        dated = Parameter(name="day", **parameter)
        assert _first(settings, "/plain/of/<day>/", dated) == expected.replace("/plain/", "/plain/of/")
        assert {"date": "no date is", "date-time": "no moment is"}.get(made.type, "") in no_model(made).reason


def _first(settings: Any, route: str, *parameters: Parameter) -> str:
    settings.ROOT_URLCONF = __name__
    read = operation(f"GET {route}", parameters=parameters)
    index = RouteIndex.from_urlconf(None)
    return made_up_paths(read, Identity(role="user", username="u"), index, date(2026, 3, 1))[0].path
