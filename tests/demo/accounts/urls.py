"""Routes of the user's own pages."""

from django.urls import path

from tests.demo.accounts import views

app_name = "accounts"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("profile/", views.profile, name="profile"),
    path("profile/edit/", views.profile_edit, name="profile-edit"),
    path("profile/preferences/", views.preferences, name="preferences"),
    path("team/", views.team, name="team"),
]
