"""The project's own code that a request to a class-based view passes: `setup`, hooks, handlers."""

import types
from collections.abc import Iterator
from functools import lru_cache

from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")
_FIRST = ("setup", "dispatch")
_HANDLERS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "list", "create", "retrieve", "destroy"}
)
"""Names that dictionaries and managers have too: followed only where they are the handler at hand."""
_MAX_DEPTH = 4
_OF_USERS = frozenset({"user", "auth", "auser", "get_user", "is_authenticated", "PermissionDenied", "NotAuthenticated"})


@lru_cache(maxsize=16384)
def own_ways(view_class: type, handler: str) -> tuple[types.FunctionType, ...]:
    """Return the functions of the project that a request to `handler` may run, found by the names that methods use."""
    found: dict[str, tuple[types.FunctionType, ...]] = {}
    waiting = [(name, 0) for name in (*_FIRST, handler)]
    while waiting:
        name, depth = waiting.pop()
        if name in found or depth > _MAX_DEPTH:
            continue
        found[name] = tuple(_with_parents(view_class, name))
        for function in found[name]:
            called = mentioned(function.__code__) - found.keys() - _HANDLERS
            waiting += [(one, depth + 1) for one in called if _is_method(view_class, one)]
    return tuple(one for functions in found.values() for one in functions if not _is_frameworks(one))


def may_ask(functions: tuple[types.FunctionType, ...]) -> bool:
    """Whether any of the functions looks at the user, and so may turn one away."""
    return any(mentioned(one.__code__) & _OF_USERS for one in functions)


def _with_parents(view_class: type, name: str) -> Iterator[types.FunctionType]:
    for base in view_class.__mro__:
        layers = layers_of_method(base.__dict__.get(name))
        if layers:
            yield layers[-1]
            if "super" not in mentioned(layers[-1].__code__):
                return


def _is_method(view_class: type, name: str) -> bool:
    return not name.startswith("__") and isinstance(getattr(view_class, name, None), types.FunctionType)


def _is_frameworks(function: types.FunctionType) -> bool:
    return (function.__module__ or "").startswith(_FRAMEWORKS)
