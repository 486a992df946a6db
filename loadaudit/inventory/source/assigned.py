"""Handlers that a class's own `as_view` sets on each instance, such as `{"get": "list", "post": "create"}`."""

import ast
import types
from dataclasses import dataclass, field, replace
from typing import Any

from loadaudit.inventory.source.scope import MISSING, Scope, static_attribute
from loadaudit.inventory.source.trees import mentioned, walk
from loadaudit.inventory.source.unwrap import Unwrapped


def with_assigned_actions(view: Unwrapped) -> Unwrapped:
    """Return the view with the actions that the source of its `as_view` tells, or as it is where that tells none.

    Read is the loop of DRF's viewsets, wherever a project has its own:
    `for verb, action in TABLE.items(): setattr(self, verb, getattr(self, action))`.
    """
    target = view.target
    if view.view_class is None or view.actions is not None or not isinstance(target, types.FunctionType):
        return view
    if not {"setattr", "getattr", "items"} <= mentioned(target.__code__):
        return view
    scope = Scope(target, view.view_class)
    if scope.node is None:
        return view
    table = _Values(scope).assigned(scope.node)
    return replace(view, actions=table, actions_are_read=True) if table else view


@dataclass(slots=True)
class _Values:
    """Tables and texts that expressions of one function stand for, without running anything."""

    scope: Scope
    _locals: dict[str, ast.expr] = field(default_factory=dict)
    _additions: dict[str, list[ast.expr]] = field(default_factory=dict)

    def assigned(self, node: ast.AST) -> dict[str, str] | None:
        """Return verb → name of the method; None without such a loop, or where its table cannot be known."""
        nodes = walk(node)
        for one in nodes:
            if isinstance(one, ast.NamedExpr):
                self._locals[one.target.id] = one.value
            elif isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
                self._locals[one.targets[0].id] = one.value
            elif isinstance(one, ast.Call) and (name := _updated(one)):
                self._additions.setdefault(name, []).append(one.args[0])
        tables = [one.iter.func.value for one in nodes if isinstance(one, ast.For) and _sets_handlers(one)]  # type: ignore[attr-defined]
        if len(tables) != 1:
            return None
        found = self._value(tables[0])
        for more in self._additions.get(getattr(tables[0], "id", ""), ()):
            added = self._value(more)
            found = {**found, **added} if _is_table(found) and _is_table(added) else found
        return dict(found) if _is_table(found) else None

    def _value(self, node: ast.expr, depth: int = 8) -> Any:
        if depth <= 0:
            return MISSING
        if isinstance(node, ast.Name) and node.id in self._locals:
            return self._value(self._locals[node.id], depth - 1)
        if isinstance(node, ast.Dict):
            keys = [self._value(key, depth - 1) for key in node.keys if key is not None]
            values = [self._value(value, depth - 1) for value in node.values]
            is_plain = len(keys) == len(values) and all(isinstance(key, str) for key in keys)
            return dict(zip(keys, values, strict=True)) if is_plain else MISSING
        if isinstance(node, ast.Subscript):
            return _entry(self._value(node.value, depth - 1), self._value(node.slice, depth - 1), MISSING)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        return self.scope.value(node)

    def _call(self, node: ast.Call, depth: int) -> Any:
        arguments = [self._value(one, depth - 1) for one in node.args]
        if getattr(node.func, "id", "") == "getattr" and len(arguments) > 1 and isinstance(arguments[1], str):
            found = static_attribute(arguments[0], arguments[1])
            return arguments[2] if found is MISSING and len(arguments) > 2 else found
        if getattr(node.func, "id", "") == "dict" and len(arguments) == 1:
            return arguments[0]
        if not isinstance(node.func, ast.Attribute):
            return MISSING
        if node.func.attr == "copy" and not arguments:
            return self._value(node.func.value, depth - 1)
        if node.func.attr == "get" and arguments:
            default = arguments[1] if len(arguments) > 1 else None
            return _entry(self._value(node.func.value, depth - 1), arguments[0], default)
        return MISSING


def _entry(table: Any, key: Any, default: Any) -> Any:
    # Only a plain dict: a subclass may compute its entries.
    if type(table) is not dict or key is MISSING:
        return MISSING
    try:
        return table.get(key, default)
    except TypeError:
        return MISSING


def _is_table(value: Any) -> bool:
    return type(value) is dict and all(isinstance(one, str) for pair in value.items() for one in pair)


def _updated(call: ast.Call) -> str:
    """Return the local name in `name.update(table)`, or an empty text."""
    is_update = isinstance(call.func, ast.Attribute) and call.func.attr == "update" and len(call.args) == 1
    owner = call.func.value if isinstance(call.func, ast.Attribute) and is_update else None
    return owner.id if isinstance(owner, ast.Name) else ""


def _sets_handlers(loop: ast.For) -> bool:
    """Whether a loop over the items of a table sets methods of an object as attributes."""
    iterated, target = loop.iter, loop.target
    if not (isinstance(iterated, ast.Call) and getattr(iterated.func, "attr", "") == "items"):
        return False
    if not (isinstance(target, ast.Tuple) and len(target.elts) == 2):
        return False
    verb = getattr(target.elts[0], "id", "")
    return any(
        isinstance(one, ast.Call)
        and getattr(one.func, "id", "") == "setattr"
        and len(one.args) == 3
        and getattr(one.args[1], "id", "") == verb
        for one in walk(loop)
    )
