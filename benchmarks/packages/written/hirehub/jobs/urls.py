from django.urls import path

from . import views

app_name = "jobs"

urlpatterns = [
    path("", views.home, name="home"),
    path("jobs/", views.JobListView.as_view(), name="list"),
    path("jobs/new/", views.JobCreateView.as_view(), name="create"),
    path("jobs/<slug:slug>/", views.JobDetailView.as_view(), name="detail"),
    path("jobs/<slug:slug>/edit/", views.JobUpdateView.as_view(), name="edit"),
    path("jobs/<slug:slug>/delete/", views.JobDeleteView.as_view(), name="delete"),
    path("jobs/<slug:slug>/close/", views.close_job, name="close"),
    path("jobs/<slug:slug>/apply/", views.apply, name="apply"),
    path("jobs/<slug:slug>/save/", views.toggle_saved, name="save"),
    path("jobs/<slug:slug>/applicants/", views.ApplicantsView.as_view(), name="applicants"),
    path("applications/<int:pk>/", views.application_detail, name="application"),
    path("applications/<int:pk>/resume/", views.resume_download, name="resume"),
    path("applications/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("searches/", views.saved_searches, name="saved_searches"),
    path("searches/<int:pk>/delete/", views.delete_search, name="delete_search"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("contact/", views.ContactView.as_view(), name="contact"),
    path("moderation/", views.moderation, name="moderation"),
    path("moderation/contact/<int:pk>/", views.ContactHandledView.as_view(), name="contact_handled"),
    path("moderation/<slug:slug>/<str:decision>/", views.moderate, name="moderate"),
]
