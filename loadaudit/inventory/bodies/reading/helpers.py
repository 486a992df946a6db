"""Methods of a project's own helper classes, as of services and uploaders, which a view hands its request to."""

import inspect
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db import models
from django.http.response import HttpResponseBase

from loadaudit.inventory.bodies.reading.clues import is_helper_class, method_of
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame, is_from_body
from loadaudit.inventory.bodies.reading.uses import is_taking
from loadaudit.inventory.bodies.reading.values import Constant, Helper, Marker, Value

_NO_HELPERS = (models.Model, HttpResponseBase, BaseException, Enum)
"""Classes of rows, of answers and of constants tell nothing of a body."""


def _owner_of(base: Value | None, name: str, arguments: Arguments) -> type | None:
    """Return the helper class that a method is called on with something of the request, or None.

    A method that is called on its class with an object in front of the arguments has none.
    """
    held = base.value if isinstance(base, Constant) else None
    if held is None or not any(map(is_from_body, arguments.values)):
        return None
    owner: Any = held if issubclass(type(held), type) else type(held)
    kinds = (staticmethod, classmethod) if owner is held else (types.FunctionType, staticmethod, classmethod)
    is_method = isinstance(inspect.getattr_static(owner, name, None), kinds)
    return owner if is_method and _is_followed(owner) else None


def made_of(frame: Frame, made: type, arguments: Arguments) -> Value | None:
    """Return the object that a helper class makes; what makes it is followed where it gets something of the request."""
    if not _is_followed(made):
        return None
    helper = Helper(made, any(map(is_from_body, arguments.values)))
    makes = inspect.getattr_static(made, "__init__", None)
    if helper.is_given and isinstance(makes, types.FunctionType):
        handed = _without_self(frame, arguments)
        with _as_self(frame, helper.attributes):
            frame.machine.follow(frame, makes, handed, made, always=True)
    return helper


def of_helper(frame: Frame, helper: Helper, name: str, arguments: Arguments) -> Value | None:
    """Return what a method of an object returns that has something of the request, or gets it."""
    found = method_of(helper.made_of, name)
    if not isinstance(found, types.FunctionType):
        return None
    if not (helper.is_given or any(map(is_from_body, arguments.values))):
        return None
    handed = _without_self(frame, arguments)
    with _as_self(frame, helper.attributes):
        return frame.machine.follow(frame, found, handed, helper.made_of)


def of_held(
    frame: Frame, function: types.FunctionType, base: Value | None, name: str, arguments: Arguments
) -> Value | None:
    """Return what a function returns that may be a method of a helper class, or of an object of a module."""
    owner = _owner_of(base, name, arguments)
    if owner is None or not isinstance(base, Constant):
        return frame.machine.follow(frame, function, arguments, owner)
    handed = _without_self(frame, arguments)
    with _as_self(frame, frame.reading.held.setdefault(id(base.value), {})):
        return frame.machine.follow(frame, function, handed, owner)


@contextmanager
def _as_self(frame: Frame, attributes: dict[str, Value | None]) -> Iterator[None]:
    """Let `self` mean a helper, which would overwrite what the view has under the same names."""
    reading = frame.reading
    outer, reading.instance = reading.instance, attributes
    try:
        yield
    finally:
        reading.instance = outer


def _without_self(frame: Frame, arguments: Arguments) -> Arguments:
    """Return arguments for another object's method, which means itself by `self`."""
    if not any(one is Marker.SELF for one in arguments.values):
        return arguments
    own: Any = frame.scope.bound_to
    view = Helper(own, is_given=True, attributes=frame.reading.instance)
    return replace(
        arguments,
        positional=[view if one is Marker.SELF else one for one in arguments.positional],
        named={name: view if one is Marker.SELF else one for name, one in arguments.named.items()},
    )


@lru_cache(maxsize=1024)
def _is_followed(made: type) -> bool:
    return is_helper_class(made) and not is_taking(made) and not issubclass(made, _NO_HELPERS)
