"""Views that answer 404 whatever they are asked: they are there for their URL's name, or to catch what is left."""

import ast
import types
from functools import lru_cache

from loadaudit.inventory.source.trees import constants, function_node, mentioned

_NOT_FOUND = frozenset({"Http404", "HttpResponseNotFound", "NotFound", "HTTP_404_NOT_FOUND"})
_STATUS = 404


@lru_cache(maxsize=1024)
def never_finds(function: types.FunctionType) -> bool:
    """Whether a function does nothing but answer that nothing is there; one that renders a page for it does more.

    A handler of a class is listed all the same: the class answers 405 to what it does not have, and 404 here.
    """
    code = function.__code__
    if not (mentioned(code) & _NOT_FOUND or _STATUS in constants(code)):
        return False
    node = function_node(code)
    if node is None or isinstance(node, ast.Lambda):
        return False
    *before, last = node.body
    if not all(isinstance(one, (ast.Assign, ast.AnnAssign)) or _is_text(one) for one in before):
        return False
    if isinstance(last, ast.Raise):
        return _name_of(last.exc) in _NOT_FOUND
    return isinstance(last, ast.Return) and _is_not_found(last.value)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_not_found(value: ast.expr | None) -> bool:
    """Whether an answer is a 404 by its class or its status."""
    if not isinstance(value, ast.Call):
        return False
    given = [*value.args[1:], *(one.value for one in value.keywords if one.arg in ("status", "status_code"))]
    numbers = [one.value for one in given if isinstance(one, ast.Constant)]
    is_status = _STATUS in numbers or any(_name_of(one) in _NOT_FOUND for one in given)
    return _name_of(value) in _NOT_FOUND - {"NotFound"} or is_status


def _name_of(value: ast.expr | None) -> str:
    called = value.func if isinstance(value, ast.Call) else value
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
