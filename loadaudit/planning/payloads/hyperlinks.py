"""Addresses of rows, as serializers with hyperlinks write them: the route named after the model and its detail page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import get_resolver, reverse

from loadaudit.errors import RAISED

_DEEPEST = 3
_OF_A_PARENT = re.compile(r"(?P<parent>\w+?)_(?P<attribute>pk|id|uuid|slug|name|code)")
_PARENTS = 2
"""Links from a row to one above it whose key its address has."""


@dataclass(frozen=True, slots=True)
class _Route:
    name: str
    """With the namespaces before it."""
    parameters: tuple[str, ...]
    """Names, empty where the pattern gives none."""
    model: Any
    """Of the rows that its view shows, where its class says so; else None."""


def address_of(model: str, field: str, value: Any) -> str:
    """Return the path of a row's own page by REST framework's naming, empty where no route has such a name.

    `model` is a label, `value` that of the column `field` by which the route finds the row. What else an address has
    before that is read from the rows that the row belongs to; where no route is named after the model, one counts
    whose view shows one row of it.
    """
    try:
        made = apps.get_model(model)
    except (LookupError, ValueError):
        return ""
    for one in _routes_to(settings.ROOT_URLCONF, made._meta.label):
        try:
            if one.parameters == ("",):
                return reverse(one.name, args=(value,))
            return reverse(one.name, kwargs=_values(one, made, field, value))
        except RAISED:  # a link may lead to a row that is not there any more, and converters are the project's own
            continue
    return ""


@lru_cache(maxsize=1024)
def _routes_to(urlconf: str, label: str) -> tuple[_Route, ...]:
    """Return the routes named after a model, and behind them those whose view shows one row of it."""
    model = apps.get_model(label)
    plain = f"{model._meta.model_name}-detail"
    known = _routes(urlconf)
    named = [one for one in known if one.name.rpartition(":")[2] == plain]
    return (*named, *(one for one in known if one.model is model and one not in named))


def _values(route: _Route, model: type[models.Model], field: str, value: Any) -> dict[str, Any]:
    """Return the values of a route's parameters for a row. Raises LookupError where the row does not tell one."""
    *parents, own = route.parameters
    found = {own: value}
    row = _row(model, field, value) if parents else None
    for name in parents:
        found[name] = _of_parent(row, name, _PARENTS)
        if found[name] in (None, ""):
            raise LookupError(name)
    return found


def _row(model: type[models.Model], field: str, value: Any) -> models.Model | None:
    try:
        return model._base_manager.filter(**{field: value}).first()
    except Exception:  # a manager is the project's own code, and not every value fits its column
        return None


def _of_parent(row: Any, name: str, depth: int) -> Any:
    """Return what a parameter such as `domain_pk` means of a row that leads to one called so; None where none does."""
    match = _OF_A_PARENT.fullmatch(name)
    parent, attribute = (match["parent"], match["attribute"]) if match is not None else (name, "pk")
    links = [one for one in row._meta.concrete_fields if one.is_relation] if row is not None else []
    above = [(one, getattr(row, one.name, None)) for one in links]
    for one, held in above:
        if held is not None and parent in (one.name, held._meta.model_name):
            return getattr(held, attribute, held.pk)
    deeper = (_of_parent(held, name, depth - 1) for _, held in above if held is not None) if depth > 1 else ()
    return next((one for one in deeper if one is not None), None)


@lru_cache(maxsize=8)
def _routes(urlconf: str) -> tuple[_Route, ...]:
    """Return the routes that have a name and parameters; those that need fewer values first."""
    return tuple(sorted(_below(get_resolver(urlconf), "", (), 0), key=lambda one: len(one.parameters)))


def _below(resolver: Any, space: str, before: tuple[str, ...], depth: int) -> Iterator[_Route]:
    for one in resolver.url_patterns:
        regex = one.pattern.regex
        names = (*before, *(regex.groupindex or [""] * regex.groups))
        if hasattr(one, "url_patterns"):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _below(one, inner, names, depth + bool(one.namespace)) if depth <= _DEEPEST else ()
        elif one.name and names and (one.name.endswith("-detail") or _shows_one(one.callback)):
            yield _Route(f"{space}{one.name}", names, _model_of(one.callback))


def _shows_one(callback: Any) -> bool:
    """Whether a view of a class shows one row, as `retrieve` of a viewset does."""
    actions = getattr(callback, "actions", None)
    return hasattr(getattr(callback, "cls", None), "lookup_field") and (not actions or actions.get("get") == "retrieve")


def _model_of(callback: Any) -> Any:
    queryset = getattr(getattr(callback, "cls", None), "queryset", None)
    return getattr(queryset, "model", None)
