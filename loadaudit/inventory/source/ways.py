"""The methods that a request to a class-based view may come to: `setup`, `dispatch`, the handler, what they name."""

import types
from collections.abc import Iterator
from functools import lru_cache

from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")
_FIRST = ("setup", "dispatch")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
_ACTIONS = frozenset({"list", "create", "retrieve", "destroy"})
"""Names that dictionaries and managers have too: in a project's own code they tell of no method of the view."""
_MAX_DEPTH = 4


@lru_cache(maxsize=16384)
def ways_of(view_class: type, handler: str) -> tuple[types.FunctionType, ...]:
    """Return the functions that a request to `handler` may run, found by the names that methods use."""
    found: dict[str, tuple[types.FunctionType, ...]] = {}
    waiting = [(name, 0) for name in (*_FIRST, handler)]
    while waiting:
        name, depth = waiting.pop()
        if name in found or depth > _MAX_DEPTH:
            continue
        found[name] = tuple(_with_parents(view_class, name))
        for function in found[name]:
            called = mentioned(function.__code__) - found.keys() - _VERBS
            called -= frozenset() if is_frameworks(function) else _ACTIONS
            waiting += [(one, depth + 1) for one in called if _is_method(view_class, one)]
    return tuple(one for functions in found.values() for one in functions)


@lru_cache(maxsize=16384)
def own_ways(view_class: type, handler: str) -> tuple[types.FunctionType, ...]:
    """Return those that the project has written."""
    return tuple(one for one in ways_of(view_class, handler) if not is_frameworks(one))


@lru_cache(maxsize=16384)
def names_with_helpers(function: types.FunctionType) -> frozenset[str]:
    """Return the names that a function uses, and those of the project's functions that it names."""
    names = mentioned(function.__code__)
    helpers = (function.__globals__.get(name) for name in names)
    own = [one for one in helpers if isinstance(one, types.FunctionType) and not is_frameworks(one)]
    return names.union(*(mentioned(one.__code__) for one in own))


def _with_parents(view_class: type, name: str) -> Iterator[types.FunctionType]:
    for base in view_class.__mro__:
        layers = layers_of_method(base.__dict__.get(name))
        if layers:
            yield layers[-1]
            if "super" not in mentioned(layers[-1].__code__):
                return


def _is_method(view_class: type, name: str) -> bool:
    return not name.startswith("__") and isinstance(getattr(view_class, name, None), types.FunctionType)


def is_frameworks(function: types.FunctionType) -> bool:
    """Whether Django or one of the API frameworks has written the function."""
    return (function.__module__ or "").startswith(_FRAMEWORKS)
