"""Functions that read the body whatever they are asked: what has none, as a GET, never gets an answer."""

import ast
import types
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.reading.conditions import refuses
from loadaudit.inventory.source.expressions import called_name, last_name
from loadaudit.inventory.source.trees import function_node, mentioned, walk

_PLAIN = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)
_FORMS = frozenset({"POST", "FILES"})
"""Where a key that is not there raises an exception."""

_IN_DOUBT = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What need not come to all that is in it."""


@lru_cache(maxsize=1024)
def needs_body(function: types.FunctionType) -> bool:
    """Whether a view parses the body as JSON, or takes a key of a form, before it answers anything but a refusal.

    What fails there must not be forgiven: `except ValueError: data = {}` does without a body.
    """
    code, names = function.__code__, mentioned(function.__code__)
    if not ({"loads", "body"} <= names or names & _FORMS) or not code.co_argcount:
        return False
    node = function_node(code)
    if node is None or isinstance(node, ast.Lambda):
        return False
    arguments = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return _reads(node.body, frozenset(arguments) - {"self", "cls"}) is True


def _reads(body: Sequence[ast.stmt], requests: frozenset[str]) -> bool | None:
    """Return whether statements read the body before they may answer; None where they come to their end first."""
    for one in body:
        found: bool | None = None
        if isinstance(one, ast.Try):
            found = _reads(one.body, requests)
            if found and not all(refuses(each.body) for each in one.handlers):
                return False
            if found is None and any(_may_end(each) for each in (*one.orelse, *one.finalbody)):
                return False
        elif isinstance(one, ast.With) and all(_is_atomic(each.context_expr) for each in one.items):
            found = _reads(one.body, requests)
        elif isinstance(one, _PLAIN) and _is_read(one, requests):
            return True
        elif _may_end(one) and not (isinstance(one, ast.If) and refuses(one.body) and not one.orelse):
            return False
        if found is not None:
            return found
    return None


def _is_atomic(manager: ast.expr) -> bool:
    """Whether it is a transaction, which lets every exception through: `suppress(ValueError)` does not."""
    return last_name(manager.func if isinstance(manager, ast.Call) else manager) == "atomic"


def _may_end(statement: ast.stmt) -> bool:
    return any(isinstance(one, (ast.Return, ast.Raise, ast.Yield)) for one in walk(statement))


def _is_read(statement: ast.AST, requests: frozenset[str]) -> bool:
    """Whether a statement reads the body in any case, and breaks where there is none."""
    waiting: list[Any] = [statement]
    while waiting:
        node = waiting.pop()
        is_parsing = isinstance(node, ast.Call) and called_name(node) == "loads" and node.args
        if is_parsing and _is_body(node.args[0], requests):
            return True
        is_key = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        if is_key and _is_of_request(node.value, _FORMS, requests):
            return True
        if not isinstance(node, _IN_DOUBT):
            waiting += ast.iter_child_nodes(node)
    return False


def _is_body(value: ast.expr, requests: frozenset[str]) -> bool:
    """Whether an expression is `request.body`, decoded or not."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "decode":
        value = value.func.value
    return _is_of_request(value, frozenset({"body"}), requests)


def _is_of_request(value: ast.expr, names: frozenset[str], requests: frozenset[str]) -> bool:
    if not isinstance(value, ast.Attribute) or value.attr not in names:
        return False
    return isinstance(value.value, ast.Name) and value.value.id in requests
