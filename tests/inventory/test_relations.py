"""The model of users, and projects that have none."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from loadaudit.inventory.source.relations import is_of_app, user_model


def test_the_projects_own() -> None:
    """As its settings name it."""
    assert user_model() is get_user_model()


def test_a_project_without_users(settings: Any) -> None:
    """Nothing is a row of the model that stands for them."""
    settings.AUTH_USER_MODEL = "nowhere.User"
    nobody = user_model()
    assert nobody._meta.abstract
    assert nobody is user_model()


def test_an_app_of_the_projects_own_is_no_frameworks() -> None:
    """Though it may have the label of one: the full name counts."""
    model = get_user_model()
    name = apps.get_app_config(model._meta.app_label).name
    assert is_of_app(model, {name})
    assert not is_of_app(model, {model._meta.app_label, "django.contrib.auth"} - {name})
