"""Includes whose patterns all stand behind one decorator, in the two ways in which projects do that."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views import View


class Page(View):
    """Look at nobody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def page(request: HttpRequest) -> HttpResponse:
    """Look at nobody."""
    return HttpResponse()


def decorated(patterns: list[Any], decorate: Callable[..., Any]) -> list[Any]:
    """Put a decorator around every view below, as Wagtail does for its admin."""
    for one in patterns:
        if isinstance(one, URLResolver):
            decorated(one.url_patterns, decorate)
        else:
            one.callback = decorate(one.callback)
    return patterns


class Guarded(URLPattern):
    """Puts the decorator around the view when it is asked for it."""

    @property
    def callback(self) -> Any:
        """Return the view behind the decorator."""
        return permission_required("projects.view_project")(self.__dict__["view"])

    @callback.setter
    def callback(self, view: Any) -> None:
        self.__dict__["view"] = view


def _guarded(pattern: URLPattern) -> URLPattern:
    return Guarded(pattern.pattern, pattern.callback, pattern.default_args, pattern.name)


_inner = [path("page/", page), path("deep/", include([path("view/", Page.as_view())]))]

urlpatterns = [
    path("members/", include(decorated(_inner, login_required))),
    path("guarded/", include([_guarded(path("page/", page))])),
    path("open/", page),
]
