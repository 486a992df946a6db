"""Methods of a project's own helper classes, as of services and uploaders, which a view hands its request to."""

import ast
import inspect
import types
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.reading.clues import is_helper_class
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame, is_from_body
from loadaudit.inventory.bodies.reading.uses import is_taking
from loadaudit.inventory.bodies.reading.values import Constant, Value


def owner_of(base: Value | None, name: str, arguments: Arguments) -> type | None:
    """Return the helper class that a method is called on with something of the request, or None.

    A method that is called on its class with an object in front of the arguments has none.
    """
    held = base.value if isinstance(base, Constant) else None
    if held is None or not any(map(is_from_body, arguments.values)):
        return None
    owner: Any = held if isinstance(held, type) else type(held)
    kinds = (staticmethod, classmethod) if owner is held else (types.FunctionType, staticmethod, classmethod)
    is_method = isinstance(inspect.getattr_static(owner, name, None), kinds)
    return owner if is_method and _is_followed(owner) else None


def of_made(frame: Frame, node: ast.Call, name: str, arguments: Arguments) -> Value | None:
    """Return what `Service(request).create()` returns; what makes the object is followed first."""
    maker = node.func.value if isinstance(node.func, ast.Attribute) else None
    if not isinstance(maker, ast.Call):
        return None
    held = frame.evaluate(maker.func)
    made: Any = held.value if isinstance(held, Constant) else None
    if not isinstance(made, type) or not _is_followed(made):
        return None
    found, makes = (inspect.getattr_static(made, one, None) for one in (name, "__init__"))
    values = [frame.evaluate(one) for one in maker.args if not isinstance(one, ast.Starred)]
    given = Arguments(
        positional=values, named={one.arg: frame.evaluate(one.value) for one in maker.keywords if one.arg is not None}
    )
    is_given = any(map(is_from_body, given.values))
    if not isinstance(found, types.FunctionType) or not (is_given or any(map(is_from_body, arguments.values))):
        return None
    if isinstance(makes, types.FunctionType):
        frame.machine.follow(frame, makes, given, made, always=True)
    return frame.machine.follow(frame, found, arguments, made)


def _is_followed(made: type) -> bool:
    return is_helper_class(made) and not is_taking(made) and not issubclass(made, models.Model)
