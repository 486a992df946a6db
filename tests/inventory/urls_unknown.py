"""A URLconf that no other one knows."""

from django.urls import path

from tests.inventory.urls_routes import view

urlpatterns = [path("de/<slug:any>/", view)]
