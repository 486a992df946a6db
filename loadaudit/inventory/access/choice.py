"""The permission classes that `get_permissions` chooses by action or method."""

import ast
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loadaudit.inventory.access.visitors import Asked, Test
from loadaudit.inventory.source.scope import MISSING


def chosen_permissions(
    chooser: types.FunctionType, view_class: type, default: Iterable[Any], asked: Asked
) -> tuple[Any, ...] | None:
    """Return the classes that `get_permissions` chooses for a request; None when its source does not tell."""
    test = Test.of(chooser, view_class, asked, {})
    if test is None:
        return None
    found = []
    for value in test.returned():
        looked_up = _by_key(value, test)
        if looked_up is not None:
            # What stands behind it is only for a key that is missing.
            return looked_up
        if not _is_missing_key(value, test):
            found.append(_classes(value, test, tuple(default or ())))
    return found[0] if found and all(one == found[0] for one in found) else None


def _by_key(value: ast.expr | None, test: Test) -> tuple[Any, ...] | None:
    """Return the classes that a dictionary holds for the action: `self.by_action[self.action]`, or `.get(…)`."""
    held, key = _looked_up(value, test)
    found = held.get(key) if key else None
    return tuple(found) if isinstance(found, (list, tuple)) else None


def _is_missing_key(value: ast.expr | None, test: Test) -> bool:
    held, key = _looked_up(value, test)
    return bool(key) and key not in held and isinstance(_of_each(value), ast.Subscript)


def _looked_up(value: ast.expr | None, test: Test) -> tuple[Mapping[str, Any], str]:
    node = _of_each(value)
    if isinstance(node, ast.Subscript):
        base, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        base, key = node.func.value, node.args[0]
    else:
        return {}, ""
    held = test.scope.value(base)
    is_action = isinstance(key, ast.Attribute) and key.attr == "action"
    return (held, test.asked.action) if isinstance(held, Mapping) and is_action else ({}, "")


def _of_each(value: ast.expr | None) -> ast.expr | None:
    """Return what a comprehension makes something of each of."""
    is_plain = isinstance(value, ast.ListComp) and len(value.generators) == 1 and not value.generators[0].ifs
    return value.generators[0].iter if isinstance(value, ast.ListComp) and is_plain else value


def _classes(value: ast.expr | None, test: Test, default: tuple[Any, ...]) -> tuple[Any, ...] | None:
    if value is None:
        return None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        is_parent = isinstance(value.func.value, ast.Call) and value.func.attr == "get_permissions"
        if value.func.attr == "get" and len(value.args) == 2:
            return _classes(value.args[1], test, default)
        held = test.assigned.get("self.permission_classes")
        return (_classes(held, test, default) if held is not None else default) if is_parent else None
    if (each := _of_each(value)) is not value:
        return _classes(each, test, default)
    if isinstance(value, ast.Name) and value.id in test.assigned:
        held = test.assigned[value.id]
        return _classes(held, test, default) if held is not value else None
    if isinstance(value, (ast.List, ast.Tuple)):
        found = tuple(_named(value.elts, test))
        return found if MISSING not in found else None
    if isinstance(value, ast.Attribute) and getattr(value.value, "id", "") == "self":
        held = test.assigned.get(f"self.{value.attr}")
        if held is not None:
            return _classes(held, test, default)
        if value.attr == "permission_classes":
            return default
        held_classes = test.scope.value(value)
        return tuple(held_classes) if isinstance(held_classes, (list, tuple)) else None
    return None


def _named(nodes: Iterable[ast.expr], test: Test) -> Iterator[Any]:
    for node in nodes:
        called = node.func if isinstance(node, ast.Call) else node
        yield test.scope.value(called) if isinstance(called, (ast.Name, ast.Attribute)) else MISSING
