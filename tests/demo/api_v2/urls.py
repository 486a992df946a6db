"""Routes of the second API."""

from django.urls import path

from tests.demo.api_v2 import views

app_name = "api_v2"

urlpatterns = [
    path("projects/", views.ProjectCollection.as_view(), name="projects"),
    path("projects/<int:project_id>/", views.ProjectResource.as_view(), name="project"),
    path("projects/<int:project_id>/items/", views.ProjectItems.as_view(), name="project-items"),
    path("items/<int:item_id>/", views.ItemResource.as_view(), name="item"),
]
