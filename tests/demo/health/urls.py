"""Routes of the health checks."""

from django.urls import path

from tests.demo.health import views

app_name = "health"

urlpatterns = [
    path("live/", views.live, name="live"),
    path("ready/", views.ready, name="ready"),
    path("database/", views.database, name="database"),
    path("cache/", views.cache_check, name="cache"),
]
