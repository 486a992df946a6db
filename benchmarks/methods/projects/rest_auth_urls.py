"""Routes of dj-rest-auth and djoser."""

from django.urls import include, path

urlpatterns = [
    path("dj-rest-auth/", include("dj_rest_auth.urls")),
    path("djoser/", include("djoser.urls")),
    path("djoser/token/", include("djoser.urls.authtoken")),
]
