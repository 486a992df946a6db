"""Names under which a project's registries keep what views look up: plugins, panels, kinds of exports."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from django.apps import AppConfig
from django.db import models

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.preflight.states import called_of_modules, with_helpers
from loadaudit.planning.preflight.view_code import FRAMEWORKS, layers_of, view_at
from loadaudit.planning.values import DIGITS, NoValue, guessed_paths, paths_with_others
from loadaudit.records import Identity, Kind, Operation, PlannedPath

MOST_NAMES = 6
_MOST_MODELS = 2
"""Models of a registry that are named, each in all the ways that a name of one is written."""

_PLACES = ("1", "0")
_LARGEST = 500
_LONGEST = 100
_OWN = ("loadaudit.", *FRAMEWORKS)


def paths_registered(operation: Operation, identity: Identity, index: RouteIndex, day: date) -> tuple[PlannedPath, ...]:
    """Return addresses with names of the registries that a view looks them up in."""
    somewhere = guessed_paths(operation, identity, index, day) if not operation.needs_address else ()
    known = with_registered(operation, somewhere[0].path) if somewhere else operation
    found = paths_with_others(known, identity, index) if known != operation else ()
    return () if isinstance(found, NoValue) else found


def with_registered(operation: Operation, path: str) -> Operation:
    """Return the operation with the names of registries as choices of a parameter of which nothing else is known.

    `path` leads to its view; the registries are what the code of that names. Never raises.
    """
    unknown = [one for one in operation.parameters if not (one.model or one.choices)]
    places = [one for one in unknown if one.pattern in DIGITS] if operation.kind is Kind.READ else []
    free = [one for one in unknown if one not in places]
    view = view_at(path)
    # A name of several parts is the path of a page or a file.
    if len(free) != 1 or view is None or fits(free[0].pattern or "[^/]+", "a/b/"):
        return operation
    names = _names(view, free[0].name)
    try:
        names = tuple(one for one in names if re.fullmatch(free[0].pattern or "[^/]+", one))[:MOST_NAMES]
    except re.error:
        return operation
    if not names:
        return operation
    known = {free[0].name: names, **{one.name: _PLACES for one in places}}
    parameters = (replace(one, choices=known.get(one.name, one.choices)) for one in operation.parameters)
    return replace(operation, parameters=tuple(parameters))


@lru_cache(maxsize=256)
def _names(view: Any, parameter: str) -> tuple[str, ...]:
    own = list(layers_of(view))
    layers = dict.fromkeys((*with_helpers(own), *(one for layer in own for one in called_of_modules(layer))))
    found: dict[str, None] = {}
    for layer in layers:
        registries = registries_in(layer)
        while True:
            try:
                found |= dict.fromkeys(_of(next(registries), parameter))
            except StopIteration:
                break
            except Exception:  # a registry, and what a module holds, are the project's own code
                continue
    return tuple(found)


def registries_in(layer: Any) -> Iterator[Mapping[Any, Any]]:
    """Yield the dictionaries that a piece of code may look names up in: its module's, and those of what it names.

    Those are the project's own code, which may raise anything.
    """
    names = layer.__code__.co_names
    for name in names:
        one = layer.__globals__.get(name)
        if isinstance(one, dict):
            yield one
        else:
            yield from dictionaries_of(one, names)


def dictionaries_of(one: Any, names: Collection[str] = ()) -> Iterator[Mapping[Any, Any]]:
    """Yield the dictionaries that a module, a class or an instance of the project holds, those of these names first.

    `_plugins` is what a property `plugins` gives.
    """
    if isinstance(one, ModuleType):
        held = vars(one) if not one.__name__.startswith(_OWN) else {}
    elif one is not None and not isinstance(one, FunctionType) and _is_of_project(one):
        # What stands in for something else may answer anything.
        held = getattr(one, "__dict__", None) or {}
    else:
        return
    # An app's models are Django's table.
    known = {**held, "models": None} if isinstance(one, AppConfig) else held
    found = [(key, each) for key, each in known.items() if isinstance(each, dict) and not key.startswith("__")]
    yield from (each for _, each in sorted(found, key=lambda pair: pair[0].lstrip("_") not in names))


def is_registry(held: Mapping[Any, Any]) -> bool:
    """Whether a dictionary keeps something of the project's, and not too much to be a registry."""
    return 0 < len(held) <= _LARGEST and any(map(_is_of_project, held.values()))


def _is_of_project(one: Any) -> bool:
    """Whether a class, a function or an instance is of the project or a package of it, and not of a framework."""
    kind = one if isinstance(one, (type, FunctionType)) else type(one)
    return not str(kind.__module__).startswith((*_OWN, "rest_framework"))


def _of(registry: Mapping[Any, Any], parameter: str) -> Iterator[str]:
    """Yield what a registry calls its entries: by the attribute that ends the parameter's name, and its keys."""
    if not is_registry(registry):
        return
    kept = [one for one in registry if isinstance(one, type) and issubclass(one, models.Model)]
    for model in kept[:_MOST_MODELS]:
        yield from (model._meta.label_lower, model._meta.label, str(model._meta.model_name))
    attribute = parameter.rpartition("_")[2]
    named = [getattr(one, attribute, None) for one in registry.values()]
    yield from (one for one in named if isinstance(one, str) and 0 < len(one) < _LONGEST)
    if all(isinstance(key, str) for key in registry):
        yield from registry
