from django.urls import path

from . import views

urlpatterns = [
    path('login/', views.LoginView.as_view(), name='rest_login'),
    path('logout/', views.LogoutView.as_view(), name='rest_logout'),
    path('user/', views.UserDetailsView.as_view(), name='rest_user_details'),
    path('registration/', views.RegistrationView.as_view(), name='rest_register'),
    path('registration/verify-email/', views.VerifyEmailView.as_view(), name='rest_verify_email'),
    path('password/change/', views.PasswordChangeView.as_view(), name='rest_password_change'),
    path('password/reset/', views.PasswordResetView.as_view(), name='rest_password_reset'),
    path('password/reset/confirm/', views.PasswordResetConfirmView.as_view(), name='rest_password_reset_confirm'),
]
