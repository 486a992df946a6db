"""Who a view is: its qualified name, its file and line, and the app that it belongs to."""

import inspect
import linecache
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps

from loadaudit.inventory.source.unwrap import Unwrapped, attribute_of, plain_function
from loadaudit.records import Evidence
from loadaudit.records.making import quickly_made

_CLASS = re.compile(r"^\s*class\s+(\w+)")


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Name and place of a view."""

    name: str
    module: str
    file: str
    line: int


def identity_of(view: Unwrapped) -> Identity:
    """Return the name of the view inside all decorators, and where it is written."""
    if view.path_view is not None:
        return _of_function(view.path_view.operations[0].view_func)
    if view.view_class is not None:
        return _of_class(view.view_class)
    return _of_function(view.target)


def identity_for(view: Unwrapped, identity: Identity, method: str) -> Identity:
    """Return the identity of what answers `method`, where several functions share one pattern."""
    operations = view.path_view.operations if view.path_view is not None else ()
    own = [one for one in operations if method in one.methods]
    return _of_function(own[0].view_func) if own else identity


def evidence_of(callback: Any, view: Unwrapped) -> Evidence:
    """Return declared where the callable itself names its view: it is the view, wraps it, or `as_view` made it.

    A decorator without functools.wraps names nothing; what it calls was then found by reading its closure.
    """
    if view.path_view is not None or (
        view.view_class is not None
        and view.view_class in (attribute_of(callback, "view_class"), attribute_of(callback, "cls"))
    ):
        return Evidence.DECLARED
    try:
        named = inspect.unwrap(callback) if hasattr(callback, "__wrapped__") else callback
    except ValueError:
        return Evidence.INFERRED
    return Evidence.DECLARED if plain_function(named) is plain_function(view.target) else Evidence.INFERRED


def _of_class(view_class: type) -> Identity:
    file, line = class_place(view_class)
    if view_class.__qualname__.endswith("WrappedAPIView"):
        # DRF's @api_view names its class after the function, but not in __qualname__.
        for method in ("get", "post", "put", "patch", "delete"):
            function = _api_view_function(getattr(view_class, method, None))
            if function is not None:
                return _of_function(function)
    return Identity(
        name=f"{view_class.__module__}.{view_class.__qualname__}",
        module=view_class.__module__,
        file=file,
        line=line,
    )


def _api_view_function(handler: Any) -> Any:
    code = getattr(handler, "__code__", None)
    if code is None or not code.co_qualname.startswith("api_view."):
        return None
    return inspect.getclosurevars(handler).nonlocals.get("func")


def _of_function(target: Any) -> Identity:
    function = plain_function(target)
    if function is None:
        return identity_by_kind(target)
    code = function.__code__
    module, name = function.__module__ or "", function.__qualname__
    owner: object = getattr(target, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):
        # A method inherited by a project's class is that project's view.
        made = owner if isinstance(owner, type) else type(owner)
        module, name = made.__module__, f"{made.__qualname__}.{function.__name__}"
    elif name.endswith(".__call__") and not inspect.isfunction(target):
        module, name = type(target).__module__, type(target).__qualname__
    return Identity(name=f"{module}.{name}", module=module, file=code.co_filename, line=code.co_firstlineno)


def identity_by_kind(target: object) -> Identity:
    """Return the identity of a callable of which no function can be found: that of its class."""
    kind = target if isinstance(target, type) else type(target)
    return Identity(name=f"{kind.__module__}.{kind.__qualname__}", module=kind.__module__, file="", line=0)


def class_place(view_class: type) -> tuple[str, int]:
    """Return file and line of a class statement, without parsing the file; 0 when it is not written there."""
    module = sys.modules.get(view_class.__module__)
    file = getattr(module, "__file__", None) or ""
    if not file.endswith(".py"):
        return file, 0
    known = getattr(view_class, "__firstlineno__", None) if "__firstlineno__" in view_class.__dict__ else None
    if isinstance(known, int):
        return file, known
    lines = _class_lines(file).get(view_class.__name__, ())
    if len(lines) < 2:
        return file, lines[0] if lines else 0
    first = min((one for one in map(_line, vars(view_class).values()) if one), default=lines[-1])
    return file, max((line for line in lines if line <= first), default=lines[0])


def _line(value: Any) -> int:
    function = plain_function(value) if inspect.isfunction(value) else None
    return function.__code__.co_firstlineno if function is not None else 0


@lru_cache(maxsize=512)
def _class_lines(file: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, line in enumerate(linecache.getlines(file), start=1):
        match = _CLASS.match(line) if "class" in line else None
        if match:
            found.setdefault(match[1], []).append(number)
    return found


@lru_cache(maxsize=1024)
def app_of(module: str) -> str:
    """Return the label of the installed app that contains the module, or its top-level package."""
    config = apps.get_containing_app_config(module) if apps.apps_ready else None
    return config.label if config is not None else module.partition(".")[0]
