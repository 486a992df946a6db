from django.contrib.auth import views as auth_views
from django.urls import path, reverse_lazy

from .views import account

app_name = 'account'

urlpatterns = [
    path('register/', account.register, name='register'),
    path('edit/', account.edit, name='edit'),
    path('login/', auth_views.LoginView.as_view(template_name='account/login.html'), name='login'),
    path('logout/', auth_views.LogoutView.as_view(), name='logout'),
    path('password/', auth_views.PasswordChangeView.as_view(
        template_name='account/password.html', success_url=reverse_lazy('account:edit')), name='password_change'),
]
