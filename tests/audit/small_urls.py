"""Nothing but the demo's health checks: what a command does around the load takes half the time with these routes."""

from django.urls import include, path

urlpatterns = [path("health/", include("tests.demo.health.urls"))]
