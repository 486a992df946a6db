"""What answers an address, as Django finds it, and the rows that it names."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from django.apps import apps
from django.db import models
from django.urls import Resolver404, ResolverMatch, resolve

from loadaudit.errors import RAISED
from loadaudit.records import Parameter


def match_at(path: str) -> ResolverMatch:
    """Return what an address leads to, which may be quoted and have a query. Raises Resolver404 where that is nothing.

    So it does where a converter raises, which is the project's own code.
    """
    try:
        return resolve(unquote(path.partition("?")[0]))
    except Resolver404:
        raise
    except RAISED as error:
        raise Resolver404({"path": path}) from error


def model_named(parameters: Sequence[Parameter]) -> type[models.Model] | None:
    """Return the model of the innermost row that an address with these parameters names."""
    labels = [one.model for one in parameters if one.model]
    try:
        return apps.get_model(labels[-1]) if labels and labels[-1] else None
    except (LookupError, ValueError):
        return None


def row_at(parameter: Parameter, path: str) -> Any:
    """Return the row that a parameter means in an address, or None."""
    try:
        value = match_at(path).kwargs[parameter.name]
        return apps.get_model(str(parameter.model))._base_manager.filter(**{str(parameter.model_field): value}).first()
    except Exception:  # a converter, a manager and the fields behind a look-up are the project's own
        return None
