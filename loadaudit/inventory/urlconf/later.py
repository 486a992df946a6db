"""URLconfs whose patterns may be others later: a resolver that computes its own, a function that adds to a list."""

import ast
import linecache
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from loadaudit.inventory.source.trees import function_node

_ADDING = frozenset({"append", "extend", "insert"})
_LIST = "urlpatterns"


def own_patterns_of(resolver: Any) -> str:
    """Return the class whose own code says which patterns a resolver has; empty for Django's and for plain lists."""
    for base in type(resolver).__mro__:
        found = vars(base).get("url_patterns")
        if found is not None and not isinstance(found, types.MemberDescriptorType):
            is_plain = base.__module__.startswith("django.") or not hasattr(found, "__get__")
            return "" if is_plain else f"{base.__module__}.{base.__qualname__}"
    return ""


def adding_functions(modules: Iterable[str]) -> Iterator[types.FunctionType]:
    """Yield the functions of URLconf modules that change `urlpatterns` and are not called while they are imported."""
    for name in modules:
        module = sys.modules.get(name)
        held = vars(module).values() if module is not None and hasattr(module, _LIST) else ()
        found = [one for one in held if isinstance(one, types.FunctionType) and one.__module__ == name and _adds(one)]
        if found:
            called = _called_at_import(found[0].__code__.co_filename)
            yield from (one for one in found if one.__name__ not in called)


def _adds(function: types.FunctionType) -> bool:
    node = function_node(function.__code__) if _LIST in function.__code__.co_names else None
    return node is not None and any(map(_changes_list, ast.walk(node)))


def _changes_list(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
        return getattr(node.func.value, "id", "") == _LIST
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(getattr(getattr(one, "value", one), "id", "") == _LIST for one in targets)


def _called_at_import(file: str) -> frozenset[str]:
    """Return the names that statements outside of functions use."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return frozenset()
    outside = (one for one in tree.body if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(node.id for one in outside for node in ast.walk(one) if isinstance(node, ast.Name))
