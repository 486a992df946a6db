"""JWTs as the project's own code signs them, with what it puts in beside the user: an organization, a role."""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.apps import apps

_MOST_ROWS = 20
_OF_LOGINS = (("serializers", "TokenObtainSerializer"), ("schema", "TokenObtainInputSchemaBase"))
"""Modules of the packages, and the classes in them whose `get_token` their manuals have projects override."""


def tokens_with_claims(package: str, user: Any, taken: Any) -> Iterator[Any]:
    """Yield tokens of the kind that is taken as the project's classes make them, those for more than a user first."""
    # All of it is the project's own code, and may make claims of rows that this user has not.
    calls: list[Callable[[], Any]] = []
    for find in (_of_token_classes, _of_logins):
        with suppress(Exception):
            calls += find(package, user)
    for make in calls:
        with suppress(Exception):
            token = make()
            is_taken = getattr(taken, "token_type", "access") == token.token_type
            yield token if is_taken else token.access_token


def _of_token_classes(package: str, user: Any) -> Iterator[Callable[[], Any]]:
    """Yield calls of methods such as `for_user_and_org(user, org, profile=None)` of the project's own classes."""
    for kind in _own(package, "tokens", "Token"):
        for name, method in inspect.getmembers(kind, inspect.ismethod):
            if name.startswith("for_user_"):
                yield from (partial(method, **given) for given in _given(method, user))


def _of_logins(package: str, user: Any) -> Iterator[Callable[[], Any]]:
    for module, name in _OF_LOGINS:
        yield from (partial(_token_of, kind, user) for kind in _own(package, module, name))


def _token_of(kind: Any, user: Any) -> Any:
    return kind.get_token(user)


def _given(method: Any, user: Any) -> list[dict[str, Any]]:
    """Return arguments for a method: the user, and by their names a row of the user's and what that belongs to."""
    first, *others = inspect.signature(method).parameters.values()
    wanted = {one.name for one in others}
    needed = {one.name for one in others if one.default is one.empty}
    found = []
    for row in _rows_of(user):
        links = {one.name: one for one in row._meta.concrete_fields if one.is_relation and one.name in wanted}
        given = {name: getattr(row, name) for name in links}
        given |= {name: row for name in (str(row._meta.model_name),) if name in wanted}
        given = {name: value for name, value in given.items() if value is not None}
        if given and needed <= given.keys():
            found.append({first.name: user, **given})
    # What tells more of the arguments is what brings them together, as a membership does.
    return sorted(found, key=len, reverse=True)


def _rows_of(user: Any) -> Iterator[Any]:
    """Yield rows that link to a user; those that are active first of each model."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is type(user):
                rows = model._base_manager.filter(**{field.name: user}).order_by("pk")[:_MOST_ROWS]
                yield from sorted(rows, key=lambda one: getattr(one, "is_active", True) is False)


def _own(package: str, module: str, name: str) -> Iterator[Any]:
    """Yield the classes outside of a package that derive from one of its own."""
    for one in derived(getattr(sys.modules.get(f"{package}.{module}"), name, None)):
        if not one.__module__.startswith(f"{package}."):
            yield one


def derived(base: Any) -> Iterator[Any]:
    """Yield the classes that derive from one, at any depth; of what is no class none."""
    found: list[Any] = base.__subclasses__() if isinstance(base, type) else []
    for one in found:
        yield one
        yield from derived(one)
