"""Routes of projects."""

from django.urls import path

from tests.demo.projects import actions, views

app_name = "projects"

urlpatterns = [
    path("", views.project_list, name="list"),
    path("new/", views.project_new, name="new"),
    path("batch-copy/", actions.batch_copy, name="batch-copy"),
    path("<int:project_id>/", views.project_detail, name="detail"),
    path("<int:project_id>/edit/", views.project_edit, name="edit"),
    path("<int:project_id>/delete/", views.project_delete, name="delete"),
    path("<int:project_id>/members/", views.project_members, name="members"),
    path("<int:project_id>/history/", views.project_history, name="history"),
    path("<int:project_id>/cost-per-area/", views.cost_per_area, name="cost"),
    path("<int:project_id>/copy/", actions.project_copy, name="copy"),
    path("<int:project_id>/archive/", actions.project_archive, name="archive"),
    path("<int:project_id>/spend/", actions.spend, name="spend"),
    path("<int:project_id>/invoice-number/", actions.invoice_number, name="invoice-number"),
]
