"""Attributes of the request, of the view, of values out of the body, and of constants."""

import ast
import enum
import inspect
import types
from functools import cached_property
from typing import Any

from django.utils.functional import cached_property as django_cached_property

from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame
from loadaudit.inventory.bodies.reading.values import Constant, Helper, Marker, Shape, Value
from loadaudit.inventory.source.scope import MISSING, is_secret

_JSON_ATTRIBUTES = frozenset({"json", "JSON", "json_data", "json_body", "request_json"})


def attribute(frame: Frame, node: ast.Attribute) -> Value | None:
    """Return what an attribute stands for."""
    base = frame.evaluate(node.value)
    if base is Marker.REQUEST:
        return _of_request(frame, node.attr)
    if base is Marker.SELF:
        return _of_view(frame, node.attr)
    if isinstance(base, Shape):
        return _of_shape(base, node.attr)
    if isinstance(base, Helper):
        return _of_helper(base, node.attr) if base.is_given else None
    return _of_constant(base.value, node.attr) if isinstance(base, Constant) else None


def _of_request(frame: Frame, name: str) -> Value | None:
    reading = frame.reading
    if name in reading.request:
        return reading.request[name]
    if name == "POST":
        # Django parses the form of a POST only.
        return reading.data("form") if reading.method == "POST" else Shape()
    if name == "FILES":
        return Marker.FILES
    if name in ("body", "stream"):
        reading.kinds.add("raw")
        return Marker.RAW
    if name == "data":
        return reading.data("data")
    if name in _JSON_ATTRIBUTES:
        return reading.data("json")
    if name == "method":
        return Constant(reading.method)
    return Marker.REQUEST if name in ("_request", "request") else None


def _of_view(frame: Frame, name: str) -> Value | None:
    reading = frame.reading
    if name in ("request", "_request"):
        return Marker.REQUEST
    if name == "action" and reading.view.actions is not None:
        return Constant(reading.action)
    if name in reading.instance:
        return reading.instance[name]
    if name in reading.view.initkwargs:
        return Constant(reading.view.initkwargs[name])
    held = _static(frame.scope.bound_to, name)
    if held is MISSING or name in ("args", "kwargs"):
        return None
    getter = held.fget if isinstance(held, property) else None
    if isinstance(held, (cached_property, django_cached_property)):
        getter = held.func
    if isinstance(getter, types.FunctionType):
        return frame.machine.follow(frame, getter, Arguments(), frame.scope.bound_to)
    return Constant(held)


def _of_helper(base: Helper, name: str) -> Value | None:
    """Return what an object has set on itself; a view that was handed to another object has its request besides."""
    return base.attributes.get(name, Marker.REQUEST if name in ("request", "_request") else None)


def _of_shape(base: Shape, name: str) -> Value | None:
    if base.type == "file":
        # What they are compared with tells the kind of file that is wanted.
        return base if name in ("name", "content_type", "suffix", "suffixes") else None
    if base.holder in ("form", "serializer"):
        return base if name in ("cleaned_data", "validated_data", "data", "initial_data") else None
    return base.key(name) if base.holder == "object" else None


def _of_constant(held: Any, name: str) -> Value | None:
    if isinstance(held, enum.EnumMeta):
        members = list(held)  # type: ignore[var-annotated]
        if name in held.__members__:
            return Constant(held.__members__[name])
        if name in ("values", "names"):
            return Constant([one.value if name == "values" else one.name for one in members])
        if name == "choices":
            return Constant([(one.value, one.name) for one in members])
    if isinstance(held, enum.Enum) and name == "value":
        return Constant(held.value)
    is_settings = type(held).__name__.endswith("Settings") or (isinstance(held, dict) and type(held) is not dict)
    if is_settings and not name.startswith("_") and not hasattr(dict, name):
        if is_secret(name):
            return None
        # Settings objects of packages work their values out when they are asked.
        found = quietly(lambda: getattr(held, name, None))
        return Constant(found) if found is not None else None
    value = _static(held, name)
    return None if value is MISSING else Constant(value)


def _static(owner: Any, name: str) -> Any:
    """Return an attribute without running any code, or MISSING."""
    if isinstance(owner, types.ModuleType):
        return owner.__dict__.get(name, MISSING)
    if isinstance(owner, type):
        held = next((base.__dict__[name] for base in owner.__mro__ if name in base.__dict__), MISSING)
    else:
        try:
            held = inspect.getattr_static(owner, name, MISSING)
        except (AttributeError, TypeError, ValueError):
            return MISSING
    return held.__func__ if isinstance(held, (staticmethod, classmethod)) else held
