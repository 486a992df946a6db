"""Finding the pattern of a path gives what Django's own resolver gives."""

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path, register_converter, resolve
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy

from loadaudit.inventory.urlconf.finding import PatternFinder


class Odd(StringConverter):
    """Takes no value, as a converter may decide."""

    def to_python(self, value: str) -> str:
        """Refuse."""
        raise ValueError(value)


class Absent(StringConverter):
    """Looks for a row of its value, and finds none."""

    def to_python(self, value: str) -> str:
        """Raise what get_object_or_404() does, behind which Django tries no other pattern."""
        raise Http404(value)


register_converter(Odd, "odd")
register_converter(Absent, "absent")


def view(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Answer."""
    return HttpResponse()


below = [
    path("", view),
    path("a/b/", view),
    path("a/<int:pk>/", view),
    re_path(r"^(?P<slug>[a-z]+)/$", view),
    re_path(r"x/(\d+)$", view),
]
urlpatterns = [
    path("shop/first/", view),
    path("shop/<odd:name>/", view),
    path("shop/", include(below)),
    path("shop/a/last/", view),
    path("sh<str:rest>", view),
    path("plain", view),
    path("rows/<absent:row>/", include(below)),
    path("rows/new/", view),
    path("row/<absent:row>/", view),
    path("row/new/", view),
    re_path(r"^shop2/", include(below)),
    path("", include([path("inner/<slug:one>", view), path("shop/late/<int:n>/", view)])),
    path(gettext_lazy("lazy/"), view),
    *i18n_patterns(path("lang/<int:pk>/", view)),
    re_path(r"^any/(?P<rest>.*)$", view),
    re_path(r"^api/ab?/(?P<pk>\d+)/$", view),
    re_path(r"^api/a/(?P<kind>one|two)\.(?P<format>[a-z)|(]+)/?$", view),
    re_path(r"^api/a\.(?P<format>[a-z]+)/?$", view),
    re_path(r"^api/b/$|other/$", view),
    re_path(r"^api/[|)](?#[)c/$|late[]|]/$", view),
    re_path(r"(?i)^API/d/$", view),
    re_path(r"(?x)^api/ e /$", view),
    re_path(r"^api/f{0}x\d/$", view),
    re_path(r"^api/\w+/", include([re_path(r"^x\-y/$", view), re_path("^x", view), path("x/z/", view)])),
    re_path(r"^api/a/", include([re_path(r"^(?P<last>.+)$", view)])),
    re_path(gettext_lazy(r"^idle/$"), view),
    path("many/", include([re_path(rf"^m{number}/(?P<pk>[^/.]+)/$", view) for number in range(50)])),
]


@pytest.mark.parametrize(
    "address",
    [
        *("/", "", "/shop/", "/shop/first/", "/shop/first", "/shop/a/b/", "/shop/a/7/", "/shop/a/last/", "/shop/abc/"),
        *("/shop/x/12", "/shop/late/3/", "/shop2/", "/shop2/abc/", "/shop2/x/1", "/ship", "/plain", "/plain/"),
        *("/inner/one", "/inner/one/", "/lazy/", "/en/lang/3/", "/de/lang/3/", "/lang/3/", "/any/thing/at/all", "//"),
        *("/api/a/1/", "/api/ab/1/", "/api/a/two.json", "/api/a/two.|)/", "/api/a.json", "/api/b/", "/my/other/"),
        *("/api/)c/", "/api/|c/", "/so/late|/", "/api/D/", "/api/e/", "/api/x1/", "/api/fx1/", "/api/q/x-y/"),
        *("/api/a/x/z/", "/api/q/x/z/", "/api/a/ab", "/api/ab/", "/idle/", "/rows/new/", "/rows/new/a/b/", "/row/new/"),
    ],
)
@pytest.mark.urls(__name__)
def test_the_first_pattern_that_matches_is_found(address: str) -> None:
    """Patterns with a known beginning are tried together with those without, in the order of the URLconf."""
    try:
        expected = resolve(address).route
    except Http404:
        expected = None
    assert PatternFinder().route(address) == expected


@pytest.mark.urls(__name__)
def test_only_patterns_that_may_match_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes as of DRF's routers, below one prefix, cost no more the more of them there are."""
    tried = []
    monkeypatch.setattr(URLPattern, "resolve", lambda pattern, path: tried.append(str(pattern.pattern)))
    finder = PatternFinder()
    finder.route("/many/m40/7/")
    assert [one for one in tried if one.startswith("^m")] == [r"^m40/(?P<pk>[^/.]+)/$"]
