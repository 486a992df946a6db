"""Routes of the downloads."""

from django.urls import path, re_path

from tests.demo.exports import views

app_name = "exports"

urlpatterns = [
    path("exports/", views.export_index, name="index"),
    path("exports/portfolio/", views.portfolio, name="portfolio"),
    re_path(r"^exports/archive/([0-9]{4})/([0-9]{1,2})/$", views.archive, name="archive"),
    path("projects/<int:project_id>/export/csv/", views.export_csv, name="csv"),
    path("projects/<int:project_id>/export/xlsx/", views.export_xlsx, name="xlsx"),
    path("projects/<int:project_id>/export/pdf/", views.export_pdf, name="pdf"),
    path("projects/<int:project_id>/export/json/", views.export_json, name="json"),
]
