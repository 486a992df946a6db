"""The project's one app."""

from django.apps import AppConfig


class MySite(AppConfig):
    """Tables begin with its label."""

    name = "tests.mysite"
    label = "mysite"
