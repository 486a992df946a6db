"""Model look-ups in a view's source: which parameter selects a row of which model, whose it must be, and below what."""

import types
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models.base import ModelBase

from loadaudit.inventory.methods.given import Given as Route
from loadaudit.inventory.source.expressions import SHORTCUTS, is_own
from loadaudit.inventory.source.trees import mentioned
from loadaudit.records.making import quickly_made

SELECTING = frozenset(
    {"get", "aget", "filter", "get_or_create", "aget_or_create"} | {"get_subclass", "get_or_none", "get_object_or_none"}
)
"""Methods of managers: Django's, that of django-model-utils for inherited models, and usual ones of projects."""
_CLUES = frozenset({"objects", "_default_manager", "filter", "get_queryset", "get_object"}) | SHORTCUTS
MAX_DEPTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`path` of `model` is looked up with the URL parameter."""

    model: type[models.Model]
    path: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """`path` of `model` is compared with the request's user."""

    model: type[models.Model]
    path: str
    alone: bool = True
    """False where something else opens the row as well: `Q(owner=user) | Q(public=True)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`path` of `model` must be the row that the URL parameter selects."""

    model: type[models.Model]
    path: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """All look-ups of one function and the helpers that it calls."""

    lookups: tuple[Lookup, ...] = ()
    ownerships: tuple[Ownership, ...] = ()
    links: tuple[Link, ...] = ()

    def __add__(self, other: "Lookups") -> "Lookups":
        if self is NO_LOOKUPS or other is NO_LOOKUPS:
            return self if other is NO_LOOKUPS else other
        return Lookups(
            lookups=self.lookups + other.lookups,
            ownerships=self.ownerships + other.ownerships,
            links=self.links + other.links,
        )


NO_LOOKUPS = Lookups()
"""What most functions hold."""


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known when a function begins."""

    parameters: tuple[tuple[str, str], ...] = ()
    """Names in the source and the parameters of the URL that they hold."""
    users: frozenset[str] = frozenset()
    """Names that hold the request's user."""
    model: type[models.Model] | None = None
    """What `get_queryset` yields."""
    receiver: type[models.Model] | None = None
    """Where the function is a method of a manager, a queryset or a model: that model."""
    rows: tuple[tuple[str, type[models.Model]], ...] = ()
    """Names that hold rows."""
    held: tuple[tuple[str, Any], ...] = ()
    """Arguments that the route hands over besides its parameters: a model, a manager, a text."""
    route: Route | None = None
    """What rules out branches."""


@lru_cache(maxsize=1024)
def has_clues(function: types.FunctionType, bound_to: type | None, depth: int = MAX_DEPTH) -> bool:
    """Whether a function, or a helper that it calls, names anything that look-ups are made with."""
    names = mentioned(function.__code__)
    if names & _CLUES or ("user" in names and names & SELECTING):
        return True
    for name in names if names & SELECTING else ():
        # `Order.history.get(…)`: a manager may be called anything.
        if issubclass(type(function.__globals__.get(name)), ModelBase):
            return True
    if depth <= 0:
        return False
    for name in names:
        helper = function.__globals__.get(name)
        if not isinstance(helper, types.FunctionType) and bound_to is not None:
            helper = getattr(bound_to, name, None)
        helper = getattr(helper, "__wrapped__", helper)
        own = isinstance(helper, types.FunctionType) and helper is not function and is_own(helper)
        if own and has_clues(helper, bound_to, depth - 1):
            return True
    return False
