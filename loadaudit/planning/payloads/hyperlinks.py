"""Addresses of rows, as serializers with hyperlinks write them: the route named after the model and its detail page."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, get_resolver, reverse

_DEEPEST = 3


def address_of(model: str, field: str, value: Any) -> str:
    """Return the path of a row's own page by REST framework's naming, empty where no route has such a name.

    `model` is a label, `value` that of the column `field` by which the route finds the row.
    """
    try:
        name = apps.get_model(model)._meta.model_name
    except (LookupError, ValueError):
        return ""
    for view_name in _names(f"{name}-detail"):
        for how in ({"kwargs": {field: value}}, {"args": (value,)}):
            try:
                return reverse(view_name, **how)
            except NoReverseMatch:
                continue
    return ""


@lru_cache(maxsize=256)
def _names(plain: str) -> tuple[str, ...]:
    """Return a route's name and the same name in each namespace."""
    return (plain, *(f"{space}:{plain}" for space in _namespaces(get_resolver(), 0)))


def _namespaces(resolver: Any, depth: int) -> Iterator[str]:
    for name, (_, inner) in resolver.namespace_dict.items() if depth < _DEEPEST else ():
        yield name
        yield from (f"{name}:{deeper}" for deeper in _namespaces(inner, depth + 1))
