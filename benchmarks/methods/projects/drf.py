"""Django REST framework: big routers, every generic view, format suffixes, and packages that build on it."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "rest_framework", "rest_framework.authtoken", "drf_spectacular"]
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
ROOT_URLCONF = "benchmarks.methods.projects.drf_urls"
