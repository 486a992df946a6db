"""Rows that code looks up by values which stand in it: names of kinds, slugs in settings, texts of choices."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import FunctionType
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.scope import MISSING
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.dates import shown_by
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, handed_at, layers_for, layers_of, view_at

_ONE = frozenset({"get", "aget", "get_object_or_404", "aget_object_or_404"})
"""Names of what wants a row to be there."""

_LOOKS_UP = _ONE | {"filter"}
_SAME = ("exact", "iexact", "in")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """One look-up in code, with those of its columns that it compares with a value of its own."""

    model: type[models.Model] | None
    """None where the code tells no more than a manager: `user.devices.filter(…)`."""
    values: tuple[tuple[str, object], ...]
    is_of_one: bool
    """Whether it fails without such a row."""
    named: tuple[str, ...] = ()
    """Columns that must not be empty, either."""


def look_ups_at(path: str) -> tuple[LookUp, ...]:
    """Return the look-ups by constants in the code of the view behind a path, and of the functions that it calls."""
    view = view_at(path)
    return _look_ups(view, tuple(sorted(handed_at(path).items()))) if view is not None else ()


def constants_of(path: str, model: type[models.Model], columns: tuple[str, ...]) -> dict[str, object]:
    """Return the values that the code behind a path compares columns with, the first of each.

    That of the model's manager counts where a view calls it, as in `Post.objects.published()`. A look-up of another
    model says nothing of this one.
    """
    view = view_at(path)
    return _known((*look_ups_at(path), *(_of_managers(view, model) if view is not None else ())), model, columns)


def constants_for(path: str, method: str, model: type[models.Model], columns: tuple[str, ...]) -> dict[str, object]:
    """Return the same of the code alone to which a request by a method comes: other actions of a class have others."""
    view = view_at(path)
    handed = handed_at(path)
    layers = [one for one in layers_for(view, method) if isinstance(one, FunctionType)] if view is not None else []
    found = (one for layer in layers for one in _of_function(layer, class_of(view), handed))
    return _known(found, model, columns)


def _known(look_ups: Iterable[LookUp], model: type[models.Model], columns: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in look_ups:
        if one.model is None or one.model is model:
            for name, value in one.values:
                if name in columns and _takes(model, name, value):
                    found.setdefault(name, value)
    return found


def _takes(model: type[models.Model], name: str, value: object) -> bool:
    """Whether the column may have the value, as far as its type tells."""
    column: Any = model._meta.get_field(name)
    if column.is_relation:
        return False
    try:
        return bool(column.to_python(value) == value)
    except Exception:  # a field may be the project's own code
        return False


@lru_cache(maxsize=512)
def _look_ups(view: Any, handed: tuple[tuple[str, Any], ...]) -> tuple[LookUp, ...]:
    layers = dict.fromkeys(with_helpers(layers_of(view)))
    found = [one for layer in layers for one in _of_function(layer, class_of(view), dict(handed))]
    return tuple(dict.fromkeys((*_of_query(view), *found)))


@lru_cache(maxsize=512)
def _of_managers(view: Any, model: type[models.Model]) -> tuple[LookUp, ...]:
    """Return the look-ups in methods of a model's managers and their querysets that the code of a view calls."""
    nodes = [function_node(layer.__code__) for layer in dict.fromkeys(with_helpers(layers_of(view)))]
    called = {
        one.func.attr
        for node in nodes
        for one in (walk(node) if node is not None else ())
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
    }
    owners = [kind for one in model._meta.managers for kind in (type(one), getattr(one, "_queryset_class", None))]
    found: dict[LookUp, None] = {}
    for owner in dict.fromkeys(one for one in owners if one is not None):
        for name in sorted(called - _LOOKS_UP):
            method = getattr(owner, name, None)
            if isinstance(method, FunctionType) and not method.__module__.startswith(FRAMEWORKS):
                found |= dict.fromkeys(_of_function(method, owner, {}))
    return tuple(found)


def _of_query(view: Any) -> Iterator[LookUp]:
    """Yield what the query of a class-based view compares with values: `queryset = Post.objects.filter(status=…)`."""
    model, date_field, rows = shown_by(view)
    try:
        conditions = [one for one in rows.query.where.children if isinstance(one, Exact) and isinstance(one.lhs, Col)]
        values = tuple((one.lhs.target.name, one.rhs) for one in conditions if one.lhs.target.model is model)
    except Exception:  # a manager, or none
        return
    plain = tuple((name, value) for name, value in values if isinstance(value, (str, int)))
    if model is not None and plain and not rows.query.where.negated:
        yield LookUp(model=model, values=plain, is_of_one=bool(date_field), named=(date_field,) if date_field else ())


def _of_function(function: Any, view_class: Any, handed: Mapping[str, Any]) -> Iterator[LookUp]:
    node = function_node(function.__code__)
    # What the URLconf hands to a view is called there as its argument is: `path("notes/", rows, {"kind": "note"})`.
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    known = {**function.__globals__, "self": view_class, **{key: handed[key] for key in arguments if key in handed}}
    for call in walk(node) if node is not None else ():
        if not isinstance(call, ast.Call) or not call.keywords or (name := called_name(call)) not in _LOOKS_UP:
            continue
        model = model_called(call, known)
        values = tuple(_values(call, known, model))
        if values:
            yield LookUp(model=model, values=values, is_of_one=name in _ONE)


def _values(call: ast.Call, known: Mapping[str, Any], model: type[models.Model] | None) -> Iterator[tuple[str, object]]:
    for keyword in call.keywords:
        name, _, look_up = (keyword.arg or "").partition("__")
        value = value_in_code(keyword.value, known)
        if name and (not look_up or look_up in _SAME) and value is not MISSING and _has(model, name):
            yield name, value


def _has(model: type[models.Model] | None, name: str) -> bool:
    try:
        return model is None or not model._meta.get_field(name).is_relation
    except FieldDoesNotExist:
        return False


def value_in_code(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """Return what an expression is whatever the request, a text, a number or a flag; else `MISSING`."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return next((value for one in node.elts if (value := value_in_code(one, known)) is not MISSING), MISSING)
    value = node.value if isinstance(node, ast.Constant) else named_in_code(node, known)
    value = value.value if isinstance(value, Enum) else value
    return value if isinstance(value, (str, int)) else MISSING


def named_in_code(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """Return what a name, or an attribute of one, means where the code stands; else `MISSING`."""
    if isinstance(node, ast.Name):
        return known.get(node.id, MISSING)
    if not isinstance(node, ast.Attribute):
        return MISSING
    owner = named_in_code(node.value, known)
    try:
        return getattr(owner, node.attr, MISSING) if owner is not MISSING else MISSING
    except Exception:  # settings and descriptors are the project's own code
        return MISSING


def model_called(call: ast.Call, known: Mapping[str, Any]) -> type[models.Model] | None:
    """Return the model of `Plan.objects.get(…)`, `shop.models.Plan.objects.filter(…)`, `get_object_or_404(Plan, …)`."""
    node: Any = call.args[0] if isinstance(call.func, ast.Name) and call.args else call.func
    while isinstance(node, (ast.Attribute, ast.Call, ast.Name)):
        model = named_in_code(node, known) if not isinstance(node, ast.Call) else None
        if isinstance(model, type) and issubclass(model, models.Model):
            return model
        if isinstance(node, ast.Name):
            return None
        node = node.func if isinstance(node, ast.Call) else node.value
    return None
