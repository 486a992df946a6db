"""django-ninja: several operations behind one pattern, async ones, nested routers, authentication."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "ninja"]
ROOT_URLCONF = "benchmarks.methods.projects.ninja_urls"
