from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import views

app_name = "users"

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("signup/employer/", views.EmployerSignUpView.as_view(), name="signup_employer"),
    path("signup/applicant/", views.ApplicantSignUpView.as_view(), name="signup_applicant"),
    path("login/", LoginView.as_view(template_name="users/login.html", redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("profile/", views.profile, name="profile"),
    path("profile/delete/", views.delete_account, name="delete"),
    path("companies/<int:pk>/", views.CompanyDetailView.as_view(), name="company"),
]
