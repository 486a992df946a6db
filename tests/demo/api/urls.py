"""Routes of the JSON read API."""

from django.urls import path

from tests.demo.api import views

app_name = "api"

urlpatterns = [
    path("me/", views.me, name="me"),
    path("projects/", views.projects, name="projects"),
    path("projects/<int:project_id>/", views.project, name="project"),
    path("projects/<int:project_id>/activity/", views.project_activity, name="project-activity"),
    path("items/", views.items, name="items"),
    path("activity/", views.activity, name="activity"),
    path("stats/", views.stats, name="stats"),
    path("categories/", views.categories, name="categories"),
    path("suppliers/<int:supplier_id>/", views.supplier, name="supplier"),
    path("exchange-rates/", views.exchange_rates, name="exchange-rates"),
]
