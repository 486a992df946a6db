"""Functions around a view that may refuse a request: decorators, those of methods, and the way through `dispatch`."""

import ast
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loadaudit.inventory.source.decorators import applied
from loadaudit.inventory.source.trees import function_nodes, mentioned
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, cells, inside

_MAX_DEPTH = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One `dispatch` that a request to a class-based view passes."""

    owner: type
    """Class in whose body the function inside all decorators is written."""
    outermost: types.FunctionType
    function: types.FunctionType
    """Inside all decorators."""


def dispatches_of(view_class: type) -> tuple[Dispatch, ...]:
    """Return each `dispatch` that a request passes, in order; one that calls no `super()` is the last."""
    return _all_dispatches(methods_owner(view_class))


@lru_cache(maxsize=1024)
def _all_dispatches(view_class: type) -> tuple[Dispatch, ...]:
    return tuple(_dispatches(view_class))


def _dispatches(view_class: type) -> Iterator[Dispatch]:
    bases = view_class.__mro__
    position = 0
    while position < len(bases):
        layers = layers_of_method(bases[position].__dict__.get("dispatch"))
        if not layers:
            position += 1
            continue
        # `method_decorator(…, name="dispatch")` puts an inherited function into a subclass, whose `super()` goes on
        # from where it is written.
        written = max(one for one in range(position, len(bases)) if _function_of(bases[one]) is layers[-1])
        yield Dispatch(owner=bases[written], outermost=layers[0], function=layers[-1])
        if not _calls_parent(layers[-1], view_class):
            return
        named = _named_parent(layers[-1], bases)
        position = written + 1 if named is None else named


def _named_parent(function: types.FunctionType, bases: tuple[type, ...]) -> int | None:
    """Return from where `super(Parent, self).dispatch()` or `Parent.dispatch(self)` goes on; None for `super()`."""
    held = {name: function.__globals__.get(name) for name in mentioned(function.__code__)}
    named = {name: one for name, one in held.items() if isinstance(one, type) and one in bases}
    for node in function_nodes(function.__code__) if named else ():
        if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "dispatch"):
            continue
        parent: Any = getattr(node.func, "value", None)
        is_super = isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "super" and bool(parent.args)
        found = named.get(getattr(parent.args[0] if is_super else parent, "id", ""))
        if found is not None:
            return bases.index(found) + is_super
    return None


def _function_of(base: type) -> types.FunctionType | None:
    layers = layers_of_method(base.__dict__.get("dispatch"))
    return layers[-1] if layers else None


def _calls_parent(function: types.FunctionType, view_class: type) -> bool:
    """Whether a `dispatch`, or a method that it calls, names its parent's."""
    names = mentioned(function.__code__)
    if "dispatch" in names:
        return True
    helpers = (layers_of_method(getattr(view_class, name, None)) for name in names)
    return any("dispatch" in mentioned(one[-1].__code__) for one in helpers if one)


@lru_cache(maxsize=1024)
def _decorators(function: types.FunctionType) -> tuple[Any, ...]:
    """Return the decorators that `method_decorator` put around a method, and those around each other."""
    found: list[Any] = []
    current: Any = function
    for _ in range(_MAX_DEPTH):
        if not isinstance(current, types.FunctionType):
            break
        held = cells(current)
        if current.__code__.co_qualname.startswith("_multi_decorate."):
            decorators = held.get("decorators", ())
            found += decorators if isinstance(decorators, (list, tuple)) else [decorators]
            current = held.get("method")
        else:
            current = getattr(current, "__wrapped__", None)
    return tuple(found)


@lru_cache(maxsize=1024)
def _layers(function: types.FunctionType) -> tuple[types.FunctionType, ...]:
    found: list[types.FunctionType] = []
    current: Any = function
    while isinstance(current, types.FunctionType) and len(found) < _MAX_DEPTH:
        found.append(current)
        current = inside(current)
    return tuple(found)


def layers_of_method(function: object) -> tuple[types.FunctionType, ...]:
    """Return a method and the functions that it wraps, outermost first."""
    return _layers(function) if isinstance(function, types.FunctionType) else ()


def with_decorators(method: object) -> tuple[types.FunctionType, ...]:
    """Return the functions around a method, those that `method_decorator` holds included, and the method."""
    return _with_decorators(method) if isinstance(method, types.FunctionType) else ()


@lru_cache(maxsize=1024)
def _with_decorators(method: types.FunctionType) -> tuple[types.FunctionType, ...]:
    held = [applied(one) for one in _decorators(method) if isinstance(one, types.FunctionType)]
    return (*held, *_layers(method))


def guards_of(view: Unwrapped) -> tuple[types.FunctionType, ...]:
    """Return every function around the view that may refuse a request."""
    of_class = _class_guards(methods_owner(view.view_class)) if view.view_class is not None else ()
    return _with_wrappers(view.wrappers, of_class) if view.wrappers else of_class


@lru_cache(maxsize=1024)
def _with_wrappers(
    wrappers: tuple[types.FunctionType, ...], of_class: tuple[types.FunctionType, ...]
) -> tuple[types.FunctionType, ...]:
    # A method that is a view, such as one of a ModelAdmin, holds decorators by method_decorator too.
    decorators = (one for wrapper in wrappers for one in _decorators(wrapper))
    held = [applied(one) for one in decorators if isinstance(one, types.FunctionType)]
    return tuple(dict.fromkeys((*held, *wrappers, *of_class)))


@lru_cache(maxsize=1024)
def _class_guards(view_class: type) -> tuple[types.FunctionType, ...]:
    return tuple(dict.fromkeys(guard for one in dispatches_of(view_class) for guard in with_decorators(one.outermost)))
