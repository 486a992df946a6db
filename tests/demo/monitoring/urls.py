"""Routes of the monitoring."""

from django.urls import path

from tests.demo.monitoring import views

app_name = "monitoring"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("users/", views.users, name="users"),
    path("metrics/", views.metrics, name="metrics"),
    path("status/", views.status, name="status"),
    path("metric/", views.client_metric, name="metric"),
    path("legacy/report/", views.legacy_report, name="legacy-report"),
    path("legacy/queue/", views.legacy_queue, name="legacy-queue"),
]
