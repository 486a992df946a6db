"""What `django-admin startproject` writes."""

from django.urls import path

from tests.inventory.urls_admin import site

urlpatterns = [path("admin/", site.urls)]
