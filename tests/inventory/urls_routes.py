"""Routes of every kind."""

from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _


def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer."""
    return HttpResponse()


_numbers = [
    re_path(r"^list/$", view, name="list"),
    re_path(r"^(\d+)/(\d+)/$", view, name="pair"),
    re_path(r"^(?P<year>\d{4})(?:/(?P<month>\d\d))?/$", view, name="date"),
]

urlpatterns = [
    path("", view, name="home"),
    path("about/", view, name="about"),
    path("projects/<int:project_id>/", view, name="project"),
    path("users/<name>/", view, name="user"),
    path("files/<path:rest>", view, name="file"),
    re_path(r"^legacy\.html$", view, name="legacy"),
    path("numbers/", include((_numbers, "numbers"), namespace="numbers")),
    re_path(r"^section-(\d)/", include(_numbers)),
    path("twice/<int:pk>/", view, name="int-twice"),
    re_path(r"^same/(?P<name>[a-z]+)/$", view, name="letters"),
    re_path(r"^same/(?P<name>\d+)/$", view, name="digits"),
    re_path(r"^kinds/(?P<kind>(tool|area))/(?P<number>\d+)/(\d+)/$", view, name="kinds"),
    path(_("January"), view, name="translated"),
    *i18n_patterns(
        path("help/", view, name="help"),
        re_path(r"^topics/(?P<slug>[\w-]+)/$", view, name="topic"),
    ),
]
