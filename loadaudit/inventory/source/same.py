"""Whether two callables of a URLconf answer alike, also where each was made anew by the same code."""

import functools
import types
from collections.abc import Mapping
from typing import Any

from loadaudit.inventory.source.unwrap import cells

_PLAIN = (str, bytes, int, float, bool)
_MADE = (types.FunctionType, types.MethodType, functools.partial)


def is_same_view(one: object, other: object) -> bool:
    """Whether two views are one, or were made by the same code of the same parts.

    `as_view()` and decorators make a function anew each time they are called. A class alone tells too little: behind
    `login_required` it answers otherwise.
    """
    return _is_same(one, other, set())


def made_of(callback: object) -> int | None:
    """Return a number for the class of a view and what `as_view()` was called with; None for other callables.

    All that may be the same view have one number, and so may a few others. A key that says more takes more memory
    than what is found of the view.
    """
    if not isinstance(callback, types.FunctionType) or not callback.__dict__:
        return None
    held = callback.__dict__
    view_class = held.get("cls") or held.get("view_class")
    if not isinstance(view_class, type):
        return None
    settings = held.get("initkwargs") or held.get("view_initkwargs")
    return hash((view_class, _key(settings), _key(held.get("actions"))))


def _key(values: object) -> tuple[tuple[object, object], ...]:
    if not isinstance(values, Mapping):
        return ()
    return tuple([(name, one if type(one) in _PLAIN else id(one)) for name, one in values.items()])


def _is_same(one: Any, other: Any, seen: set[tuple[int, int]]) -> bool:
    # A pair that is compared already says nothing new: a function may hold itself.
    if one is other or (id(one), id(other)) in seen:
        return True
    # Nothing is compared by an `__eq__` of the project's, which might run anything.
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in _PLAIN:
        return bool(one == other)
    if kind in (tuple, list):
        return len(one) == len(other) and all(_is_same(*pair, seen) for pair in zip(one, other, strict=True))
    if kind is dict:
        return one.keys() == other.keys() and all(_is_same(one[key], other[key], seen) for key in one)
    if kind not in _MADE:
        return False
    seen.add((id(one), id(other)))
    return all(_is_same(*pair, seen) for pair in zip(_parts(one), _parts(other), strict=True))


def _parts(made: Any) -> tuple[Any, ...]:
    """Return what a function, a method or a partial is made of, and the marks that were left on it."""
    if isinstance(made, functools.partial):
        return made.func, made.args, made.keywords
    if isinstance(made, types.MethodType):
        return made.__func__, made.__self__
    return made.__code__, cells(made), made.__defaults__, made.__kwdefaults__, made.__dict__
