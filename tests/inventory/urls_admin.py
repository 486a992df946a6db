"""Nothing but the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import path

site = admin.AdminSite(name="admin")
site.register(Group, GroupAdmin)


def own(request: HttpRequest) -> HttpResponse:
    """A page of the project in the admin."""
    return HttpResponse()


urlpatterns = [
    path("admin/own/", site.admin_view(own)),
    path("admin/", site.urls),
]
