"""Django's own views: the admin, admindocs, authentication, flatpages, sitemaps, static files, translations."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "django.contrib.admindocs", "django.contrib.flatpages", "django.contrib.redirects"]
ROOT_URLCONF = "benchmarks.methods.projects.admin_urls"
