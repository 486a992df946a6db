"""Views that are guarded in all the ways that projects guard them, around a few models with owners and parents."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "rest_framework", "rest_framework.authtoken", "benchmarks.methods.projects.guarded"]
ROOT_URLCONF = "benchmarks.methods.projects.guarded.urls"
LOGIN_URL = "/login/"
