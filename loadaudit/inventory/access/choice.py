"""The permission classes that `get_permissions` chooses by action or method."""

import ast
import types
from collections.abc import Iterable, Iterator
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
    found = [_classes(value, test, tuple(default or ())) for value in test.returned()]
    return found[0] if found and all(one == found[0] for one in found) else None


def _classes(value: ast.expr | None, test: Test, default: tuple[Any, ...]) -> tuple[Any, ...] | None:
    if value is None:
        return None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        is_parent = isinstance(value.func.value, ast.Call) and value.func.attr == "get_permissions"
        held = test.assigned.get("self.permission_classes")
        return (_classes(held, test, default) if held is not None else default) if is_parent else None
    if isinstance(value, ast.ListComp) and len(value.generators) == 1 and not value.generators[0].ifs:
        return _classes(value.generators[0].iter, test, default)
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
