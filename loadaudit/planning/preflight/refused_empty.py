"""What a view turns away for being empty in a row: `if not book.errata: raise Http404`, which no statement tells."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import layers_for, view_at, with_services

_NO_ROWS = frozenset({"self", "cls", "request", "settings", "form", "serializer"})
"""Names of what has attributes and is no row."""

_ENDS = (ast.Raise, ast.Return)


def empty_refused_at(path: str, method: str) -> frozenset[str]:
    """Return the attributes that have to be more than empty for the code that a request comes to. Never raises."""
    try:
        view = view_at(path)
        return _of_view(view, method) if view is not None else frozenset()
    except Exception:  # classes of the project may do anything when they are looked at
        return frozenset()


@lru_cache(maxsize=512)
def _of_view(view: Any, method: str) -> frozenset[str]:
    found = set[str]()
    for layer in with_services(with_helpers(layers_for(view, method))):
        node = function_node(layer.__code__)
        for one in walk(node) if node is not None else ():
            if isinstance(one, ast.If) and isinstance(one.body[-1], _ENDS):
                found |= set(_empty(one.test))
    return frozenset(found)


def _empty(test: ast.expr) -> Iterator[str]:
    """Yield the attributes of which a condition says that they are empty."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for one in test.values:
            yield from _empty(one)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _attribute(test.operand)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Is, ast.Eq)):
        with_what = test.comparators[0]
        if isinstance(with_what, ast.Constant) and with_what.value in (None, ""):
            yield from _attribute(test.left)


def _attribute(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") not in _NO_ROWS:
        yield node.attr
