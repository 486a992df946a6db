"""The functions of a view that see a request: what runs before the handler, and the handler."""

import types
from collections.abc import Iterator
from typing import Any

from loadaudit.inventory.bodies.reading.clues import has_clues
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function

_BEFORE = ("setup", "initial", "dispatch")
_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")


def functions_of(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    """Yield the project's decorators that may read the body, then the view's own functions, in their order."""
    if view.view_class is not None:
        yield from functions_of_class(view, method)
        return
    for wrapper in view.wrappers:
        if not is_framework(wrapper) and has_clues(wrapper, None, 0):
            yield wrapper
    function = plain_function(view.target)
    if function is not None:
        yield function


def functions_of_class(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    """Yield what a class-based view runs for a method."""
    for name in _BEFORE:
        before = _innermost(getattr(view.view_class, name, None))
        if before is not None and not is_framework(before) and has_clues(before, view.view_class, 1):
            yield before
    handler = None
    if view.view_class is not None:
        handler = _innermost(handler_of(view.view_class, method.lower(), view.actions, view.initkwargs))
    if handler is not None:
        yield handler


def is_framework(function: types.FunctionType) -> bool:
    """Whether a function is a framework's own."""
    return (function.__module__ or "").startswith(_FRAMEWORKS)


def _innermost(method: Any) -> types.FunctionType | None:
    layers = layers_of_method(method)
    return layers[-1] if layers else plain_function(method)
