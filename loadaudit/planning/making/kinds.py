"""Models of which a project has rows of their kinds only: parents with tables of their own, which leave things open."""

from types import FunctionType

from django.apps import apps
from django.db import models

from loadaudit.planning.preflight.view_code import FRAMEWORKS


def of_a_kind(model: type[models.Model]) -> type[models.Model]:
    """Return the model of which a row is made where one of a model is wanted: itself, or the first of its kinds.

    A parent is general where its rows name their kind by a content type, or where it leaves methods to its children.
    """
    children = [one for one in model.__subclasses__() if model in one._meta.parents and not one._meta.proxy]
    return of_a_kind(children[0]) if children and _is_general(model) else model


def _is_general(model: type[models.Model]) -> bool:
    kinds = apps.get_model("contenttypes", "ContentType") if apps.is_installed("django.contrib.contenttypes") else None
    generic = {getattr(one, "ct_field", "") for one in model._meta.private_fields}
    names_its_kind = any(
        one.related_model is kinds and one.name not in generic for one in model._meta.local_concrete_fields if kinds
    )
    owners = [one for one in model.__mro__ if not one.__module__.startswith(FRAMEWORKS)]
    own = [value for owner in owners for value in vars(owner).values() if isinstance(value, FunctionType)]
    return names_its_kind or any("NotImplementedError" in one.__code__.co_names for one in own)
