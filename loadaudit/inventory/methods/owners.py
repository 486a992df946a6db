"""The class for which a method is read: that parent which has all that tells something, so that subclasses share it."""

import types
from functools import lru_cache
from typing import Any

from loadaudit.inventory.methods.given import PLAIN
from loadaudit.inventory.source.handlers import STANDARD_METHODS
from loadaudit.inventory.source.scope import static_attribute
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import is_view_class, plain_function, unwrap

_LOOK_UP = "getattr"


@lru_cache(maxsize=4096)
def shared_owner(function: types.FunctionType, owner: type | None, depth: int) -> type | None:
    """Return the most basic class whose reading of the function is that of `owner`.

    A hundred ModelAdmins that only name fields and lists leave what Django's own does alone: none of their attributes
    is a method, a plain value, a view or a list of methods that the function, or one that it calls within so many
    steps, mentions.
    """
    lineage = owner.__mro__ if owner is not None else ()
    for place in reversed(range(1, len(lineage))):
        base = lineage[place]
        if function.__name__ in vars(base) and base.__mro__ == lineage[place:]:
            names = _reached(function, base, depth)
            if not any(names & _telling(one) for one in lineage[:place]):
                return base
    return owner


@lru_cache(maxsize=1024)
def _reached(function: types.FunctionType, owner: type, depth: int) -> frozenset[str]:
    """Return the names that a method mentions, and those that methods of the class do to which it leads."""
    known: set[str] = set()
    level = [function]
    for _ in range(depth + 1):
        new = frozenset[str]().union(*(mentioned(one.__code__) for one in level)) - known
        known |= new
        values = (static_attribute(owner, name) for name in new)
        methods = (unwrap(one).target for one in values if isinstance(one, types.FunctionType))
        level = [found for one in methods if (found := plain_function(one)) is not None]
    return frozenset(known)


@lru_cache(maxsize=1024)
def _telling(owner: type) -> frozenset[str]:
    """Return the names of a class's own attributes that may decide how a request goes.

    Those of handlers, `post` and `do_POST`, are looked up with getattr(), whatever they are called.
    """
    names = {name for name, value in vars(owner).items() if _tells(value)}
    return frozenset(names | {_LOOK_UP for one in names if one.rpartition("_")[2].upper() in STANDARD_METHODS})


def _tells(value: Any) -> bool:
    if isinstance(value, type):
        return is_view_class(value)
    if isinstance(value, (list, tuple, set, frozenset)) or type(value) is dict:
        return any(isinstance(one, str) and one.upper() in STANDARD_METHODS for one in value)
    if isinstance(value, property):
        # Django gives each class with `Media` inside a property for it.
        return not (getattr(value.fget, "__module__", "") or "").startswith("django.")
    return type(value) in PLAIN or not isinstance(value, (dict, types.NoneType))


def closest_owner(function: types.FunctionType, bound_to: type | None) -> type | None:
    """Return Django's own class for a method that the subclass leaves alone: a hundred ModelAdmins share it."""
    for base in bound_to.__mro__ if bound_to is not None else ():
        if base.__dict__.keys() & mentioned(function.__code__):
            return base if base.__module__.startswith("django.") else bound_to
    return bound_to
