from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("login/", LoginView.as_view(template_name="accounts/form.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("signup/email-taken/", views.email_taken, name="email-taken"),
    path("settings/", views.SettingsView.as_view(), name="settings"),
]
