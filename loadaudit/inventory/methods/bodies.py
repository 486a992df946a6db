"""Functions that read the body whatever they are asked: what has none, as a GET, never gets an answer."""

import ast
import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


_DEPTH = 2
"""How many functions a request is followed through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What names of a function mean."""

    requests: frozenset[str]
    """Those that may be the request."""
    known: Mapping[str, Any]
    """Those of its module."""
    depth: int
    """How many functions further a request is followed."""


@lru_cache(maxsize=1024)
def needs_body(function: types.FunctionType) -> bool:
    """Whether a view parses the body as JSON, or takes a key of a form, before it answers anything but a refusal.

    A helper that it hands the request to may do so. What fails there must not be forgiven: `except ValueError:
    data = {}` does without a body.
    """
    code = function.__code__
    return _needs(function, frozenset(code.co_varnames[: code.co_argcount]) - {"self", "cls"}, _DEPTH)


def _needs(function: types.FunctionType, requests: frozenset[str], depth: int) -> bool:
    names = mentioned(function.__code__)
    known = function.__globals__
    helps = depth > 0 and any(isinstance(known.get(one), types.FunctionType) for one in names)
    if not requests or not ({"loads", "body"} <= names or names & _FORMS or helps):
        return False
    node = function_node(function.__code__)
    if node is None or isinstance(node, ast.Lambda):
        return False
    return _reads(node.body, _Scope(requests=requests, known=known, depth=depth)) is True


def _reads(body: Sequence[ast.stmt], scope: _Scope) -> bool | None:
    """Return whether statements read the body before they may answer; None where they come to their end first."""
    for one in body:
        found: bool | None = None
        if isinstance(one, ast.Try):
            found = _reads(one.body, scope)
            if found and not all(refuses(each.body) for each in one.handlers):
                return False
            if found is None and any(_may_end(each) for each in (*one.orelse, *one.finalbody)):
                return False
        elif isinstance(one, ast.With) and all(_is_atomic(each.context_expr) for each in one.items):
            found = _reads(one.body, scope)
        elif isinstance(one, _PLAIN) and _is_read(one, scope):
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


def _is_read(statement: ast.AST, scope: _Scope) -> bool:
    """Whether a statement reads the body in any case, and breaks where there is none."""
    waiting: list[Any] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            is_parsing = called_name(node) == "loads" and node.args
            if (is_parsing and _is_body(node.args[0], scope.requests)) or _helper_needs(node, scope):
                return True
        is_key = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        if is_key and _is_of_request(node.value, _FORMS, scope.requests):
            return True
        if not isinstance(node, _IN_DOUBT):
            waiting += ast.iter_child_nodes(node)
    return False


def _helper_needs(call: ast.Call, scope: _Scope) -> bool:
    """Whether a function of the module, whatever is put around it, is handed the request and needs its body."""
    found = scope.known.get(call.func.id) if scope.depth and isinstance(call.func, ast.Name) else None
    helper = inspect.unwrap(found) if isinstance(found, types.FunctionType) else None
    if not isinstance(helper, types.FunctionType):
        return False
    names = helper.__code__.co_varnames[: helper.__code__.co_argcount]
    handed = [*zip(names, call.args, strict=False), *((one.arg, one.value) for one in call.keywords)]
    requests = {name for name, value in handed if name and isinstance(value, ast.Name) and value.id in scope.requests}
    return _needs(helper, frozenset(requests), scope.depth - 1)


def _is_body(value: ast.expr, requests: frozenset[str]) -> bool:
    """Whether an expression is `request.body`, decoded or not."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "decode":
        value = value.func.value
    return _is_of_request(value, frozenset({"body"}), requests)


def _is_of_request(value: ast.expr, names: frozenset[str], requests: frozenset[str]) -> bool:
    if not isinstance(value, ast.Attribute) or value.attr not in names:
        return False
    return isinstance(value.value, ast.Name) and value.value.id in requests
