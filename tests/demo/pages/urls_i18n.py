"""Routes of the pages that exist in every language."""

from django.urls import path

from tests.demo.pages import views

app_name = "pages"

urlpatterns = [
    path("help/", views.help_index, name="help"),
    path("help/<slug:topic>/", views.help_topic, name="help-topic"),
    path("contact/", views.contact, name="contact"),
]
