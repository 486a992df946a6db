"""Models of which a project has rows of their kinds only: parents with tables of their own, which leave things open."""

from types import FunctionType
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.planning.preflight.view_code import FRAMEWORKS


def of_a_kind(model: type[models.Model]) -> type[models.Model]:
    """Return the model of which a row is made where one of a model is wanted: itself, or the first of its kinds.

    A parent is general where its rows name their kind by a content type, or where it leaves methods to its children.
    """
    children = _children(model)
    return of_a_kind(children[0]) if children and _is_general(model) else model


def own_kind(model: type[models.Model]) -> dict[str, Any]:
    """Return the columns of a model's parents that name the kind of a row by a content type, with its own."""
    parents: list[type[models.Model]] = [*model._meta.get_parent_list(), model]
    having = [one for parent in parents if _children(parent) for one in _columns_of_kinds(parent)]
    return {one.name: one.related_model._default_manager.get_for_model(model) for one in having}


def _children(model: type[models.Model]) -> list[type[models.Model]]:
    """Return the models with tables of their own that add to a model's."""
    return [one for one in model.__subclasses__() if model in one._meta.parents and not one._meta.proxy]


def _columns_of_kinds(model: type[models.Model]) -> list[Any]:
    if not apps.is_installed("django.contrib.contenttypes"):
        return []
    kinds = apps.get_model("contenttypes", "ContentType")
    generic = {getattr(one, "ct_field", "") for one in model._meta.private_fields}
    return [one for one in model._meta.local_fields if one.related_model is kinds and one.name not in generic]


def _is_general(model: type[models.Model]) -> bool:
    owners = [one for one in model.__mro__ if not one.__module__.startswith(FRAMEWORKS)]
    own = [value for owner in owners for value in vars(owner).values() if isinstance(value, FunctionType)]
    return bool(_columns_of_kinds(model)) or any("NotImplementedError" in one.__code__.co_names for one in own)
