"""Routes of the template system."""

from django.urls import path

from tests.demo.templates_lib import views

app_name = "templates_lib"

urlpatterns = [
    path("templates/", views.templates_page, name="page"),
    path("api/templates/", views.template_list, name="list"),
    path("api/templates/create/", views.template_create, name="create"),
    path("api/templates/import-file/", views.template_import_file, name="import-file"),
    path("api/templates/<int:template_id>/", views.template_get, name="get"),
    path("api/templates/<int:template_id>/import/", views.template_import, name="import"),
    path("api/templates/<int:template_id>/delete/", views.template_delete, name="delete"),
]
