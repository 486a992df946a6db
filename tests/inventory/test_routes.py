"""Readable routes, and the same routes for the matches of requests."""

from types import ModuleType
from typing import cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path, register_converter, resolve
from django.urls.converters import StringConverter
from django.utils import translation
from django.views import View

from loadaudit.inventory.urlconf.routes import RouteIndex, read_routes
from loadaudit.inventory.urlconf.walk import walk

ROUTES = "tests.inventory.urls_routes"
DEFAULT_LANGUAGE = "tests.inventory.urls_default_language"

TABLE = [
    ("home", "/", "", "/"),
    ("about", "/about/", "about/", "/about/"),
    ("project", "/projects/<int:project_id>/", "projects/<int:project_id>/", "/projects/7/"),
    ("user", "/users/<name>/", "users/<name>/", "/users/ann/"),
    ("file", "/files/<path:rest>", "files/<path:rest>", "/files/a/b.txt"),
    ("legacy", "/legacy.html", r"^legacy\.html$", "/legacy.html"),
    ("numbers:list", "/numbers/list/", "numbers/list/$", "/numbers/list/"),
    ("numbers:pair", "/numbers/<1>/<2>/", r"numbers/(\d+)/(\d+)/$", "/numbers/1/2/"),
    (
        "numbers:date",
        "/numbers/<year>[/<month>]/",
        r"numbers/(?P<year>\d{4})(?:/(?P<month>\d\d))?/$",
        "/numbers/2024/",
    ),
    ("pair", "/section-<1>/<2>/<3>/", r"^section-(\d)/(\d+)/(\d+)/$", "/section-4/1/2/"),
    ("letters", "/same/<name>/", r"^same/(?P<name>[a-z]+)/$", "/same/abc/"),
    ("digits", "/same/<name>/ #2", r"^same/(?P<name>\d+)/$", "/same/12/"),
    ("help", "/<language>/help/", "<language>/help/", "/en/help/"),
    ("topic", "/<language>/topics/<slug>/", r"<language>/topics/(?P<slug>[\w-]+)/$", "/en/topics/x-y/"),
]


@pytest.fixture(scope="module")
def index() -> RouteIndex:
    """The index of the table's URLconf."""
    return RouteIndex.from_urlconf(ROUTES)


@pytest.mark.parametrize(("name", "route", "raw", "path"), TABLE)
def test_readable_route_and_raw_pattern(name: str, route: str, raw: str, path: str) -> None:
    """The route is readable; the raw pattern is the one that Django writes."""
    found = {one.endpoint.name: one for one in read_routes(walk(ROUTES).endpoints).reachable}
    assert (found[name].route, found[name].raw) == (route, raw)


@pytest.mark.parametrize(("name", "route", "raw", "path"), TABLE)
def test_route_of_a_request(index: RouteIndex, name: str, route: str, raw: str, path: str) -> None:
    """The ResolverMatch of a request leads to the same route."""
    assert index.route_of(resolve(path, ROUTES)) == route


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_route_for_all_languages(index: RouteIndex, language: str) -> None:
    """The match carries the active language, the route does not."""
    with translation.override(language):
        assert index.route_of(resolve(f"/{language}/help/", ROUTES)) == "/<language>/help/"
    with translation.override("en-us"):
        assert index.route_for(f"/{language}/help/") == "/<language>/help/"


@pytest.mark.parametrize(
    ("language", "path", "route"),
    [
        ("en", "/help/", "/[<language>/]help/"),
        ("de", "/de/help/", "/[<language>/]help/"),
        ("en", "/topics/x/", "/[<language>/]topics/<slug>/"),
        ("de", "/de/topics/x/", "/[<language>/]topics/<slug>/"),
    ],
)
def test_default_language_without_prefix(language: str, path: str, route: str) -> None:
    """With prefix_default_language=False the prefix is optional."""
    with translation.override(language):
        assert RouteIndex.from_urlconf(DEFAULT_LANGUAGE).route_of(resolve(path, DEFAULT_LANGUAGE)) == route


def test_translated_routes_are_written_in_the_default_language(index: RouteIndex) -> None:
    """An id does not depend on the language of whoever asks."""
    with translation.override("de"):
        match = resolve("/Januar", ROUTES)
        assert match.route == "Januar"
        assert index.route_of(match) == "/January"


def test_unknown_match_keeps_its_raw_pattern(index: RouteIndex) -> None:
    """A match of another URLconf is written as Django writes it."""
    assert index.route_of(resolve("/de/x/", "tests.inventory.urls_unknown")) == "/de/<slug:any>/"


def test_catch_all_is_marked() -> None:
    """A last parameter that takes slashes takes everything below its prefix."""
    marked = {one.endpoint.name for one in read_routes(walk(ROUTES).endpoints).reachable if one.catch_all}
    assert marked == {"file"}


@pytest.mark.parametrize(
    ("pattern", "is_marked"),
    [
        *((one, True) for one in (r"^app/.*$", r"^spa(?:/.*)?$", r"^(?!api/).*$", "^.*$", ".*", r"^app.*$", "^", "")),
        *((one, True) for one in (r"^x/(?P<only>.*)/$", r"^spa(/.*)?$", r"^(?:[\w-]+/)*$", r"^v/.*\w$", r"^(.*)/?$")),
        *((one, False) for one in (r"^\w+/$", r"^a/[^/]+/?$", r"^x/(?:[a-z]+/)?$", r"^.+/edit$", r"^q/.{3}$", "^$")),
        *((one, True) for one in (r"^a/", "a/", r"^a/\d+/")),
        *((one, False) for one in (r"^f/(?P<p>.*)\.html$", r"^img-(?P<p>.*)$", r"^(?P<a>.*)/(?P<b>\d+)$", r"^a/\Z")),
    ],
)
def test_whatever_takes_any_number_of_segments_is_a_catch_all(pattern: str, is_marked: bool) -> None:
    """It is what the expression matches that counts, captured or not."""
    urls = ModuleType("tests_urls_catching")
    urls.urlpatterns = [re_path(pattern, answer)]  # type: ignore[attr-defined]
    (found,) = read_routes(walk(cast("str", urls)).endpoints).reachable
    assert found.catch_all is is_marked


def test_a_prefix_that_lacks_its_end_is_no_catch_all() -> None:
    """An include lacks it always: what it includes ends the address."""
    own = [path("", answer), path("x/", answer), re_path(r"^y/$", answer), re_path(r"^z/(?P<pk>\d+)/", answer)]
    urls = ModuleType("tests_urls_including")
    urls.urlpatterns = [re_path(r"^a/", include(own))]  # type: ignore[attr-defined]
    assert [one.catch_all for one in read_routes(walk(cast("str", urls)).endpoints).reachable] == [False] * 4


def test_what_stands_inside_a_named_group_is_no_parameter() -> None:
    """Beside named groups Django hands over none without a name; one that is part of the path has to be filled."""
    found = {one.endpoint.name: one for one in read_routes(walk(ROUTES).endpoints).reachable}["kinds"]
    assert found.route == "/kinds/<kind>/<number>/<4>/"
    assert [one.name for one in found.slots] == ["kind", "number", "4"]


def answer(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse()


class Pages(View):
    """Is there as several callables."""


class Suffix(StringConverter):
    """As REST framework makes one."""

    regex = r"\.[a-z0-9]+/?"


def test_a_suffix_is_kept_where_its_route_is_taken_by_another() -> None:
    """What cannot be reached without a suffix may be reached with it; one that is there already is the same again."""
    suffix = r"^pages\.(?P<format>[a-z0-9]+)/?$"
    first, second = Pages.as_view(), Pages.as_view()
    patterns = [
        *(re_path("^pages$", answer, name="taken"), re_path("^pages$", first, name="lost")),
        *(re_path(suffix, first, name="suffix"), re_path("^pages$", second, name="lost"), re_path(suffix, second)),
        *(re_path("^own$", first, name="own"), re_path(r"^own\.(?P<format>[a-z0-9]+)/?$", first, name="own")),
        *(re_path("^own$", second, name="lost"), re_path(r"^own\.(?P<format>[a-z0-9]+)/?$", second, name="again")),
    ]
    register_converter(Suffix, "drf_format_suffix_made")
    # A router's root, which has its suffix as a converter.
    third = Pages.as_view()
    patterns += [re_path("^own$", third, name="root"), path("own<drf_format_suffix_made:format>", third, name="root")]
    urlconf = ModuleType("made")
    vars(urlconf)["urlpatterns"] = patterns
    table = read_routes(walk(cast(str, urlconf)).endpoints)
    assert [one.endpoint.name for one in table.reachable] == ["taken", "suffix", "own"]
    assert [owner for _, owner in table.variants] == ["/own"]
    assert [one.pattern.endpoint.name for one in table.shadowed] == [
        "lost",
        "lost",
        "",
        "lost",
        "again",
        "root",
        "root",
    ]
    assert table.shadowed[-1].by.raw.startswith("^own")
