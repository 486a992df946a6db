"""Two pages of a project that has django-debug-toolbar."""

from debug_toolbar.toolbar import debug_toolbar_urls
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def projects(request: HttpRequest, name: str) -> HttpResponse:
    """Execute as many statements as the page's name has letters."""
    with connection.cursor() as cursor:
        for _ in name:
            cursor.execute("SELECT 1")
    return HttpResponse("<html><body>Projects</body></html>")


urlpatterns = [path("projects/<str:name>/", projects), *debug_toolbar_urls()]
