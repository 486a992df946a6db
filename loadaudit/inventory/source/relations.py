"""Models and the paths between them."""

import inspect
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models

from loadaudit.errors import RAISED

_TRANSFORMS = frozenset({"year", "month", "day", "date"})
_SELECTING_SUFFIXES = _TRANSFORMS | {"", "exact", "iexact", "in"}


def user_model() -> type[models.Model]:
    """Return the project's user model; where it has none, one that nothing is a row of or leads to."""
    try:
        return get_user_model()
    except ImproperlyConfigured:
        return _nobody()


def is_user_model(model: object) -> bool:
    """Whether a model, or None, is the project's user model or a proxy of it, which many a link names."""
    concrete = user_model()._meta.concrete_model
    return concrete is not None and getattr(getattr(model, "_meta", None), "concrete_model", None) is concrete


def login_field() -> str:
    """Return the column that Django's users log in with; empty where a project has no such users."""
    return getattr(user_model(), "USERNAME_FIELD", "")


def choices_of(column: Any) -> list[tuple[Any, Any]]:
    """Return the values of a column's choices with their labels; none where the project's own code cannot tell them."""
    try:
        return list(column.flatchoices)
    except RAISED:
        return []


def is_of_app(model: type[models.Model], names: Collection[str]) -> bool:
    """Whether a model is of an app with one of these full names; labels such as `admin` may be a project's own."""
    return getattr(model._meta.app_config, "name", "") in names


@lru_cache(maxsize=1)
def _nobody() -> type[models.Model]:
    # Made when it is asked for: a class of a model needs the registry of apps.
    class Nobody(models.Model):
        class Meta:
            abstract = True

    return Nobody


def reverse_relation(model: type[models.Model], accessor: str) -> Any:
    """Return the relation that `instance.accessor` follows backwards, or None."""
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == accessor:
            return relation
    return None


def rows_behind(model: type[models.Model], accessor: str) -> tuple[type[models.Model], str] | None:
    """Return the model of the rows in `instance.accessor`, and its field that names the instance; None for all else.

    The field is a foreign key, or a column with its key: of a generic relation, or of what a library keeps of a row
    in a table of its own, whose manager a descriptor of the row's class hands out with its model.
    """
    relation = reverse_relation(model, accessor)
    if relation is not None:
        related = relation.related_model
        return (related, relation.field.name) if isinstance(related, type) else None
    private: list[Any] = list(model._meta.private_fields)
    for field in private:
        if field.name == accessor and isinstance(field.related_model, type):
            column = getattr(field, "object_id_field_name", "")
            return (field.related_model, column) if column else None
    return _kept_beside(model, accessor)


# Most are asked for the same few columns of the same few models, and a static look-up goes through all their bases.
@lru_cache(maxsize=1024)
def _kept_beside(model: type[models.Model], accessor: str) -> tuple[type[models.Model], str] | None:
    descriptor = inspect.getattr_static(model, accessor, None)
    if not hasattr(type(descriptor), "__get__"):
        return None
    kept: Any = getattr(descriptor, "__dict__", {}).get("model")
    key: Any = model._meta.pk
    if key is None or kept is model or not (isinstance(kept, type) and issubclass(kept, models.Model)):
        return None
    has_column = any(one.attname == key.attname and not one.primary_key for one in kept._meta.concrete_fields)
    return (kept, key.attname) if has_column else None


def resolve_path(model: type[models.Model], path: str) -> tuple[type[models.Model], str, str] | None:
    """Follow a look-up path to the model whose row it selects.

    Returns the model, the field of it (`created_at__year` for a part of a date), and the relation path that
    leads there (empty for `model` itself); None when the look-up does not select by equality.
    """
    walked: list[str] = []
    current = model
    names = path.split("__")
    for position, name in enumerate(names):
        if name == "pk":
            return current, "pk", "__".join(walked)
        try:
            found: Any = current._meta.get_field(name)
        except FieldDoesNotExist:
            found = _by_attname(current, name)
            if found is None:
                return None
        if found.is_relation:
            related = found.related_model
            if not isinstance(related, type):
                return None
            current = related
            walked.append(found.name)
            continue
        suffix = "__".join(names[position + 1 :])
        if suffix not in _SELECTING_SUFFIXES:
            return None
        key = "pk" if getattr(found, "primary_key", False) else found.name
        transform = f"__{suffix}" if suffix in _TRANSFORMS else ""
        return current, key + transform, "__".join(walked)
    return current, "pk", "__".join(walked)


def _by_attname(model: type[models.Model], name: str) -> Any:
    for one in model._meta.concrete_fields:
        if one.attname == name:
            return one
    return None
