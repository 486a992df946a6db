"""Routes of the batch export."""

from django.urls import path

from tests.demo.batch import views

app_name = "batch"

urlpatterns = [
    path("", views.job_list, name="list"),
    path("export/init/", views.init, name="init"),
    path("export/upload-pages/", views.upload_pages, name="upload-pages"),
    path("export/finalize/", views.finalize, name="finalize"),
    path("export/status/<uuid:job_id>/", views.status, name="status"),
    path("export/download/<uuid:job_id>/", views.download, name="download"),
    path("export/cancel/<uuid:job_id>/", views.cancel, name="cancel"),
]
