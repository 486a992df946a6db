"""Which groups of users code asks for: `user.groups.filter(name="editors").exists()` and its kin."""

import ast
from collections.abc import Mapping
from typing import Any

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.scope import Scope

_BY_NAME = frozenset({"name", "name__in", "name__exact", "name__iexact"})
_SAME_ROWS = frozenset({"set", "list", "tuple", "frozenset", "sorted"})
_NOT_TOLD: frozenset[str] = frozenset()


def groups_of_call(node: ast.Call, scope: Scope, assigned: Mapping[str, ast.expr]) -> frozenset[str] | None:
    """Return the groups of which one makes a call true; empty where it does not tell, None where it asks for none."""
    if called_name(node) == "any" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        element = node.args[0].elt
        if not _are_groups(node.args[0], scope, assigned):
            return None
        return _strings(element.comparators[0], scope) if isinstance(element, ast.Compare) else _NOT_TOLD
    return _named(node, scope) if _are_groups(node, scope, assigned) else None


def groups_compared(
    left: ast.expr, right: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]
) -> frozenset[str] | None:
    """Return the group in `"editors" in user.groups.…`; empty where it does not tell, None for any other comparison."""
    return _strings(left, scope) if _are_groups(right, scope, assigned) else None


def _are_groups(node: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]) -> bool:
    """Whether an expression is rows or names of the user's groups, or is true where there are any."""
    if isinstance(node, ast.Name):
        held = assigned.get(node.id)
        return held is not None and not isinstance(held, ast.Name) and _are_groups(held, scope, assigned)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return _are_groups(node.generators[0].iter, scope, assigned)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return node.func.id in _SAME_ROWS and _are_groups(node.args[0], scope, assigned)
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute) and node.attr == "groups" and scope.is_user(node.value):
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


def _named(node: ast.expr, scope: Scope) -> frozenset[str]:
    """Return the names that a chain of calls filters by."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Call) and called_name(node) in ("filter", "get"):
            told = [one.value for one in node.keywords if one.arg in _BY_NAME]
            return _strings(told[0], scope) if len(told) == 1 and len(node.keywords) == 1 else _NOT_TOLD
        node = node.func if isinstance(node, ast.Call) else node.value
    return _NOT_TOLD


def _strings(node: Any, scope: Scope) -> frozenset[str]:
    return scope.strings(node) or _NOT_TOLD
