"""What a project's own users have and code asks for: `user.is_manager`, `user.profile.can_edit()`."""

import ast
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from django.apps import apps
from django.conf import settings
from django.db.models import BooleanField

from loadaudit.inventory.source.scope import Scope

_PREFIXES = ("is_", "has_", "can_")
_MAX_DEPTH = 4


def may_decide(name: str) -> bool:
    """Whether an attribute of users may tell them apart: by its name, or as a property, flag or profile of theirs."""
    return name not in _of_django() and (
        name.startswith(_PREFIXES) or name in _own_attributes(settings.AUTH_USER_MODEL)
    )


@lru_cache(maxsize=1)
def _of_django() -> frozenset[str]:
    # Models can only be imported once the apps are loaded.
    from django.contrib.auth.models import AbstractUser, AnonymousUser

    return frozenset((*dir(AbstractUser), *dir(AnonymousUser)))


@lru_cache(maxsize=8)
def _own_attributes(label: str) -> frozenset[str]:
    model = apps.get_model(label)
    classes = [one for one in model.__mro__ if not one.__module__.startswith("django.")]
    kinds = (property, cached_property)
    made = {name for one in classes for name, value in vars(one).items() if isinstance(value, kinds)}
    flags = {one.name for one in model._meta.fields if isinstance(one, BooleanField)}
    profiles = {one.get_accessor_name() or "" for one in model._meta.related_objects if one.one_to_one}
    return frozenset(made | flags | profiles)


def attribute_asked(node: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]) -> str:
    """Return `profile.is_manager` where an expression is what Django's users do not have, or what hangs on it.

    A method that gets arguments tells something of them as well, and lets others in for another row.
    """
    if isinstance(node, ast.Call):
        node = node.func if not (node.args or node.keywords) else node
    if not isinstance(node, ast.Attribute) or node.attr in _of_django():
        return ""
    names: list[str] = []
    current: ast.expr | None = node
    while isinstance(current, ast.Attribute) and len(names) < _MAX_DEPTH:
        names.append(current.attr)
        current = current.value
        if scope.is_user(current):
            return ".".join(reversed(names))
        if isinstance(current, ast.Name):
            current = assigned.get(current.id)
    return ""


def one_of(names: Iterable[str]) -> str:
    """Return attributes of which one is enough as one text."""
    return " or ".join(f"user.{one}" for one in names)


def none_of(name: str) -> str:
    """Return an attribute that must not be true as one text."""
    return f"not user.{name}"
