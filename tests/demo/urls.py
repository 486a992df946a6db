"""Root routes of the demo project."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from tests.demo.ninja_api.api import api as ninja_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tests.demo.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("health/", include("tests.demo.health.urls")),
    path("monitoring/", include("tests.demo.monitoring.urls")),
    path("batch/", include("tests.demo.batch.urls")),
    path("api/v2/", include("tests.demo.api_v2.urls")),
    path("api/rest/", include("tests.demo.drf_api.urls")),
    path("api/ninja/", ninja_api.urls),
    path("api/", include("tests.demo.api.urls")),
    path("projects/", include("tests.demo.projects.urls")),
    path("", include("tests.demo.accounts.urls")),
    path("", include("tests.demo.budgets.urls")),
    path("", include("tests.demo.catalog.urls")),
    path("", include("tests.demo.exports.urls")),
    path("", include("tests.demo.templates_lib.urls")),
]
urlpatterns += i18n_patterns(path("", include("tests.demo.pages.urls_i18n")))

handler400 = "tests.demo.errors.bad_request"
