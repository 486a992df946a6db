from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from api import views
from api.apis import v1_api, v2_api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.console, name="console"),
    path("tokens/<uuid:pk>/revoke/", views.revoke, name="revoke"),
    path("login/", LoginView.as_view(template_name="login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("healthz", views.health, name="health"),
    path("webhooks/billing/", views.billing_webhook, name="billing-webhook"),
    path("api/v1/", v1_api.urls),
    path("api/v2/", v2_api.urls),
]
