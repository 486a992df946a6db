"""Which groups of users code asks for, by name or key: `user.groups.filter(name="editors").exists()` and its kin."""

import ast
from collections.abc import Mapping

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.scope import Scope

_BY_NAME = frozenset({"name", "name__in", "name__exact", "name__iexact"})
_BY_KEY = frozenset({"pk", "id", "pk__in", "id__in", "pk__exact", "id__exact"})
_FINDING = frozenset({"filter", "get", "get_or_create", "get_object_or_404", "aget", "first"})
_SAME_ROWS = frozenset({"set", "list", "tuple", "frozenset", "sorted"})
_NOT_TOLD: frozenset[str] = frozenset()


def groups_of_call(node: ast.Call, scope: Scope, assigned: Mapping[str, ast.expr]) -> frozenset[str] | None:
    """Return the groups of which one makes a call true; empty where it does not tell, None where it asks for none."""
    if called_name(node) == "any" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        element = node.args[0].elt
        if not _are_groups(node.args[0], scope, assigned):
            return None
        return _told(element.comparators[0], scope) if isinstance(element, ast.Compare) else _NOT_TOLD
    return _named(node, scope) if _are_groups(node, scope, assigned) else None


def groups_compared(
    left: ast.expr, right: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]
) -> frozenset[str] | None:
    """Return the group in `"editors" in user.groups.…`; empty where it does not tell, None for any other comparison."""
    if not _are_groups(right, scope, assigned):
        return None
    held = assigned.get(left.id, left) if isinstance(left, ast.Name) else left
    return _told(held, scope) or _named(held, scope)


def _are_groups(node: ast.expr, scope: Scope, assigned: Mapping[str, ast.expr]) -> bool:
    """Whether an expression is rows or names of the user's groups, or is true where there are any."""
    if isinstance(node, ast.Name):
        # Without the name itself, which may be assigned what it held before.
        others = {name: value for name, value in assigned.items() if name != node.id}
        return node.id in assigned and _are_groups(assigned[node.id], scope, others)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return _are_groups(node.generators[0].iter, scope, assigned)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return node.func.id in _SAME_ROWS and _are_groups(node.args[0], scope, assigned)
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute) and node.attr == "groups" and scope.is_user(node.value):
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and _are_groups(node, scope, assigned)


def _named(node: ast.expr, scope: Scope) -> frozenset[str]:
    """Return the names, or the primary keys, that a chain of calls filters by."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Call) and called_name(node) in _FINDING and node.keywords:
            told = node.keywords[0]
            is_told = len(node.keywords) == 1 and told.arg in _BY_NAME | _BY_KEY
            return _told(told.value, scope) if is_told else _NOT_TOLD
        node = node.func if isinstance(node, ast.Call) else node.value
    return _NOT_TOLD


def _told(node: ast.expr, scope: Scope) -> frozenset[str]:
    """Return the names that an expression holds, or its primary keys as `#7`."""
    parts = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    values = [scope.value(one) for one in parts]
    if len(values) == 1 and isinstance(values[0], (list, tuple, set, frozenset)):
        values = list(values[0])
    if values and all(type(one) is int for one in values):
        return frozenset(f"#{one}" for one in values)
    return scope.strings(node) or _NOT_TOLD
