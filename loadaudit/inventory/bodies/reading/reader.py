"""Reads what one operation of a view does with its body."""

import types
from collections.abc import Iterator
from typing import Any

from loadaudit.inventory.bodies.reading.clues import has_clues
from loadaudit.inventory.bodies.reading.frame import Arguments, Reading
from loadaudit.inventory.bodies.reading.machine import run
from loadaudit.inventory.bodies.reading.values import Marker, Shape, Value
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.unwrap import Unwrapped, layers_of_method, plain_function

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")


def read_view(view: Unwrapped, method: str) -> tuple[Reading, bool]:
    """Follow the view's code for one method; the second value says whether its source could be read."""
    action = (view.actions or {}).get(method.lower(), "")
    reading = Reading(view=view, method=method, action=action)
    readable = False
    for function in _functions(view, method):
        readable = True
        if has_clues(function, view.bound_to) or _is_wrapper(view, function):
            run(reading, function, _arguments(function), view.bound_to)
    return reading, readable


def read_ninja(view: Unwrapped, method: str, function: types.FunctionType, given: dict[str, Value | None]) -> Reading:
    """Follow the function of a ninja operation, whose arguments come from its schemas."""
    reading = Reading(view=view, method=method)
    run(reading, function, Arguments(positional=[Marker.REQUEST], named=given), None)
    return reading


def _functions(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    if view.view_class is None:
        for wrapper in view.wrappers:
            if not _is_framework(wrapper) and has_clues(wrapper, None, 0):
                yield wrapper
        function = plain_function(view.target)
        if function is not None:
            yield function
        return
    handler = _innermost(handler_of(view.view_class, method.lower(), view.actions, view.initkwargs))
    for name in ("setup", "initial", "dispatch"):
        before = _innermost(getattr(view.view_class, name, None))
        if before is not None and not _is_framework(before) and has_clues(before, view.view_class, 1):
            yield before
    if handler is not None:
        yield handler


def _innermost(method: Any) -> types.FunctionType | None:
    layers = layers_of_method(method)
    return layers[-1] if layers else plain_function(method)


def _is_framework(function: types.FunctionType) -> bool:
    return (function.__module__ or "").startswith(_FRAMEWORKS)


def _is_wrapper(view: Unwrapped, function: types.FunctionType) -> bool:
    return function in view.wrappers


def _arguments(function: types.FunctionType) -> Arguments:
    """Return the request as the first argument, whatever it is called."""
    return Arguments(positional=[Marker.REQUEST])


def is_touched(shape: Shape) -> bool:
    """Whether anything of the body is looked at."""
    return bool(shape.keys or shape.parts or shape.is_list)
