"""Patterns that nothing can reach, next to some that something can."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views import View


def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer."""
    return HttpResponse()


def late(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Never answer."""
    return HttpResponse()


urlpatterns = [
    path("a/<int:number>/", view),
    path("a/<slug:slug>/", view),
    path("a/about/", late),
    path("a/<str:anything>/", view),
    path("a/<int:again>/", late),
    path("b/", view),
    path("b/", late),
    re_path(r"^c/(?P<x>[a-z]+)/$", view),
    re_path(r"^c/(?P<x>\d+)/$", view),
    path("c/abc/", late),
    path("c/Abc/", view),
    re_path(r"^d", view),
    path("d/anything/", late),
    path("e/<path:rest>", view),
    re_path(r"^e/(?P<x>\d+)/$", late),
    path("f/<uuid:key>/", view),
    path("f/<int:key>/", view),
    path("g/", include([path("<int:key>/", view)])),
    path("g/<int:key>/", late),
    path("g/", include([path("<int:key>/", view)])),
    path("k/", View.as_view()),
    path("k/", View.as_view()),
    path("l/", login_required(View.as_view())),
    path("l/", login_required(View.as_view())),
    path("l/", View.as_view()),
    path("l/", permission_required("auth.view_user")(View.as_view())),
    path("l/", login_required(View.as_view(), login_url="/other/")),
    path("k/", View.as_view(http_method_names=["get"])),
    re_path(r"^h/(?P<x>\d+/$", late),
    re_path(r"^i)/", include([path("one/", late), path("two/", late)])),
]
