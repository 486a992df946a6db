"""The demo's pages of projects and what they link to, without admin and APIs, which most of the reading is for."""

from django.urls import include, path

urlpatterns = [
    path("", include("tests.demo.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("monitoring/", include("tests.demo.monitoring.urls")),
    path("batch/", include("tests.demo.batch.urls")),
    path("projects/", include("tests.demo.projects.urls")),
    path("", include("tests.demo.accounts.urls")),
    path("", include("tests.demo.budgets.urls")),
    path("", include("tests.demo.catalog.urls")),
    path("", include("tests.demo.exports.urls")),
    path("", include("tests.demo.templates_lib.urls")),
    path("", include("tests.demo.pages.urls_i18n")),
]
