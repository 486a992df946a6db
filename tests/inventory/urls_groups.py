"""Admins, the toolbar and silk under names of the project's choice, beside an app that is only called admin."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path


def page(request: HttpRequest) -> HttpResponse:
    """A page of the project."""
    return HttpResponse()


def _view_of(module: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view as if that module had it."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    view.__module__ = module
    return view


class GroupsWithReport(GroupAdmin):
    """Adds a page that forgets `admin_view`."""

    def get_urls(self) -> list[URLPattern]:
        """Return the report before the usual pages."""
        return [path("report/", page), *super().get_urls()]


default = admin.AdminSite()
default.register(Group, GroupsWithReport)
backoffice = admin.AdminSite(name="backoffice")

urlpatterns = [
    path("admin/doc/", _view_of("django.contrib.admindocs.views")),
    path("django-admin/", default.urls),
    path("backoffice/", backoffice.urls),
    path("admin/", include(([path("members/", page)], "admin"), namespace="members")),
    path("debug/", include(([path("sql/", _view_of("debug_toolbar.panels.sql.views"))], "tools"))),
    path("panel/", include(([path("render/", page)], "djdt"))),
    path("profiling/", include(([path("requests/", _view_of("silk.views.requests"))], "profiling"))),
    path("silk/", include(([path("scarves/", page)], "silk"))),
]
