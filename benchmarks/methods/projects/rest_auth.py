"""dj-rest-auth and djoser: accounts as an API."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "rest_framework", "rest_framework.authtoken", "djoser", "dj_rest_auth"]
ROOT_URLCONF = "benchmarks.methods.projects.rest_auth_urls"
