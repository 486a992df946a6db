"""Addresses are sent quoted, and looked up in the URLconf as Django sees them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import match_of
from loadaudit.planning.preflight.view_code import view_at
from loadaudit.planning.values import checked
from loadaudit.records import Parameter
from tests.analysis.factories import operation


def word(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a word in any letters."""
    return HttpResponse(slug)


urlpatterns = [re_path(r"^words/(?P<slug>[-+\w]+)/$", word)]


def test_letters_that_a_path_quotes_fit_a_pattern_of_letters(settings: Any) -> None:
    """A slug in another alphabet has no other address; what may stand in a path stays as it is."""
    settings.ROOT_URLCONF = __name__
    index = RouteIndex.from_urlconf(None)
    page = operation("GET /words/<slug>/", parameters=(Parameter(name="slug", pattern=r"[-+\w]+"),))
    found = checked(page, [({"slug": "größe"}, "row"), ({"slug": "+"}, "row")], index)
    assert isinstance(found, tuple)
    assert [one.path for one in found] == ["/words/gr%C3%B6%C3%9Fe/", "/words/+/"]
    assert view_at(found[0].path) is word
    assert match_of(found[0].path, index) == ("/words/<slug>/", {"slug": "größe"})
