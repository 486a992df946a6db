"""Classes that a function makes while it runs, as forms written in it, put together from what its source tells."""

import ast
import types
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.fields.forms import is_form
from loadaudit.inventory.bodies.fields.formsets import is_formset
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame
from loadaudit.inventory.bodies.reading.uses import is_taking
from loadaudit.inventory.bodies.reading.values import AnyOf, Constant, Row, Several, Shape, Table, Value

_PARTS = frozenset({("django.forms", "Field"), ("django.forms", "Widget"), ("rest_framework.fields", "Field")})
"""Packages and names of the classes whose objects a form or a serializer is made of."""

_MOST_CHOICES = 20
_UNKNOWN: Any = object()


def class_written(frame: Frame, node: ast.ClassDef) -> Value | None:
    """Return the class that a statement makes, if it takes a body: with its fields, but without its methods.

    What they read of the function that they stand in is not there.
    """
    bases = _bases(frame, node)
    if not any(map(is_taking, bases)):
        return None
    before = dict(frame.names)
    try:
        attributes = _attributes(frame, node)
    finally:
        frame.names = before
    return _class(frame, node.name, bases, attributes)


def class_called(frame: Frame, arguments: Arguments) -> Value | None:
    """Return the class that `type("F", (forms.Form,), {"day": forms.DateField()})` makes, if it takes a body."""
    name, bases, attributes = (_object(arguments.get(position, "")) for position in range(3))
    is_known = isinstance(name, str) and isinstance(bases, tuple) and isinstance(attributes, dict)
    if not is_known or not any(map(is_taking, bases)):
        return None
    return _class(frame, name, list(bases), attributes)


def part_made(target: type, arguments: Arguments) -> Value | None:
    """Return the field or widget that a call makes of those of its arguments that are known, or None."""
    kinds = {(one.__module__, one.__name__) for one in target.__mro__}
    kinds |= {(module.rpartition(".")[0], name) for module, name in kinds}
    if kinds.isdisjoint(_PARTS) or is_taking(target):
        return None
    positional: list[Any] = []
    for one in map(_object, arguments.positional):
        if one is _UNKNOWN:
            break
        positional.append(one)
    named = {name: found for name, one in arguments.named.items() if (found := _object(one)) is not _UNKNOWN}
    if hasattr(target, "queryset") and not positional:
        # Whose rows may be chosen is not known, and no field of this kind is made without any.
        named.setdefault("queryset", None)
    made = quietly(lambda: target(*positional, **named))
    return None if made is None else Constant(made)


def any_of(values: list[Value | None]) -> Value | None:
    """Return the classes of forms that stand among several values, as one or as any of them; None where none does."""
    held = [each for one in values for each in (one.values if isinstance(one, AnyOf) else (one,))]
    classes = [one for one in held if isinstance(one, Constant) and (is_form(one.value) or is_formset(one.value))]
    found = list(dict.fromkeys(classes))
    return None if not found else found[0] if len(found) == 1 else AnyOf(tuple(found))


def chosen_by(table: Value | None, key: Value | None) -> Value | None:
    """Return the forms of `FORMS[kind]` where the kind is not known; one out of the body is one of the keys.

    So is what is looked up in a table of functions that do what a request names; other tables may hold secrets.
    """
    entries = table.entries if isinstance(table, Table) else getattr(table, "value", None)
    if isinstance(key, Constant) or not isinstance(entries, dict) or not 0 < len(entries) <= _MOST_CHOICES:
        return None
    found = any_of([one if isinstance(table, Table) else Constant(one) for one in entries.values()])
    does = isinstance(table, Constant) and all(isinstance(one, str) and callable(entries[one]) for one in entries)
    if (found is not None or does) and isinstance(key, Shape) and not key.is_root:
        key.choices |= dict.fromkeys(map(str, entries))
    return found


def _bases(frame: Frame, node: ast.ClassDef) -> list[type]:
    held = [frame.evaluate(one) for one in node.bases]
    return [one.value for one in held if isinstance(one, Constant) and isinstance(one.value, type)]


def _attributes(frame: Frame, node: ast.ClassDef) -> dict[str, Any]:
    """Return what a class's own statements set, as far as it is known."""
    found: dict[str, Any] = {}
    for one in node.body:
        if isinstance(one, ast.ClassDef):
            found[one.name] = type(one.name, (*_bases(frame, one),), _attributes(frame, one))
        elif isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None:
            value = frame.evaluate(one.value)
            for target in one.targets if isinstance(one, ast.Assign) else [one.target]:
                frame.machine.bind(frame, target, value)
                if isinstance(target, ast.Name) and (held := _object(value)) is not _UNKNOWN:
                    found[target.id] = held
    return found


def _class(frame: Frame, name: str, bases: list[type], attributes: dict[str, Any]) -> Value | None:
    function = frame.scope.function
    attributes = {
        "__module__": function.__module__,
        "__qualname__": f"{function.__qualname__}.<locals>.{name}",
        **attributes,
    }
    made = quietly(lambda: types.new_class(name, tuple(bases), {}, lambda body: body.update(attributes)))
    return Constant(made) if made is not None else None


def _object(value: Value | None) -> Any:
    """Return what a value is in Python, rows as a queryset that nobody asks, or _UNKNOWN."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Row):
        return models.QuerySet(model=value.model)
    if isinstance(value, Several):
        several = tuple(map(_object, value.values))
        return _UNKNOWN if _UNKNOWN in several else several
    if isinstance(value, Table):
        return {key: held for key, one in value.entries.items() if (held := _object(one)) is not _UNKNOWN}
    return _UNKNOWN
