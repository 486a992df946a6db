"""Keys that source asks for: a header that is compared, and a refusal of whoever does not bring it."""

import ast
import re
import types
from collections.abc import Iterator
from functools import lru_cache

from loadaudit.inventory.access.demand import NOTHING, Demand
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import constants, function_node, mentioned, walk
from loadaudit.records import Evidence

_KEY = re.compile(r"api[-_]?key|token|authorization|secret|signature", re.IGNORECASE)
_HEADERS = frozenset({"headers", "META"})
_STATUS = frozenset({401, 403})
_WORDS = ("forbid", "denied", "unauth", "authenticat", "permission")
_DEMAND = Demand(api_key=True, evidence=Evidence.INFERRED)


@lru_cache(maxsize=1024)
def demand_of_key(function: types.FunctionType) -> Demand:
    """Infer that a function turns away whoever sends no key in a header, whatever the method."""
    body = _body_with_key(function)
    return _DEMAND if body and any(_asks(one) for one in _ways(body, Scope(function))) else NOTHING


@lru_cache(maxsize=1024)
def demand_of_key_test(function: types.FunctionType) -> Demand:
    """Infer that a test of a request, such as a permission's, is false for whoever sends no key in a header."""
    body = _body_with_key(function)
    if not body:
        return NOTHING
    scope = Scope(function)
    # Behind `self` stands the request, whatever it is called.
    scope.request_names |= set(scope.arguments[:1])
    return _DEMAND if _is_false_without(body, scope) else NOTHING


def _body_with_key(function: types.FunctionType) -> list[ast.stmt]:
    """Return the statements of a function that names a header and a key; none of any other."""
    code = function.__code__
    if _HEADERS.isdisjoint(mentioned(code)) or not any(map(_is_key, constants(code))):
        return []
    node = function_node(code)
    return [] if node is None or isinstance(node, ast.Lambda) else node.body


def _is_false_without(body: list[ast.stmt], scope: Scope) -> bool:
    """Whether statements that every request comes to answer False, or refuse, where the header is missing."""
    held: set[str] = set()
    for position, statement in enumerate(body):
        if isinstance(statement, ast.Assign) and _reads_key(statement.value, held, scope):
            held |= {one.id for one in statement.targets if isinstance(one, ast.Name)}
        elif isinstance(statement, ast.Return):
            return statement.value is not None and _is_of_key(statement.value, held, scope)
        elif isinstance(statement, ast.If) and _reads_key(statement.test, held, scope):
            is_wanted = _is_wanted(statement.test)
            refused = (statement.orelse or body[position + 1 :]) if is_wanted else statement.body
            is_one_of_many = isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.And)
            if not is_one_of_many or is_wanted:
                return _turns_away(refused)
        elif any(isinstance(one, ast.Return) for one in walk(statement)):
            # Whoever is answered here never comes to what is behind.
            return False
    return False


def _is_of_key(value: ast.expr, held: set[str], scope: Scope) -> bool:
    """Whether an answer is true only with the key; of several with `or` another one may hold as well."""
    parts = value.values if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And) else [value]
    return any(not isinstance(one, ast.BoolOp) and _reads_key(one, held, scope) and _is_wanted(one) for one in parts)


def _turns_away(body: list[ast.stmt]) -> bool:
    """Whether all that statements can come to is False or a refusal that is raised.

    A call that is returned may be true, whatever its name says: `super().has_permission(…)`.
    """
    last = body[-1] if body else None
    if any(isinstance(one, ast.Return) for statement in body[:-1] for one in walk(statement)):
        return False
    if isinstance(last, ast.Return):
        return isinstance(last.value, ast.Constant) and last.value.value is False
    return isinstance(last, ast.Raise) and _refuses(body)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) < 60 and _KEY.search(value) is not None and "csrf" not in value.lower()


def _ways(body: list[ast.stmt], scope: Scope) -> Iterator[ast.If]:
    """Yield the branches that every request comes to and that look at a header."""
    held: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Assign) and _reads_key(statement.value, held, scope):
            held |= {one.id for one in statement.targets if isinstance(one, ast.Name)}
        elif isinstance(statement, ast.If):
            if _reads_key(statement.test, held, scope):
                yield statement
            if isinstance(statement.body[-1], (ast.Return, ast.Raise)) and not statement.orelse:
                # Whoever passes here without the key never comes to what is behind.
                return


def _asks(branch: ast.If) -> bool:
    is_missing = not _is_wanted(branch.test)
    return _refuses(branch.body if is_missing else branch.orelse)


def _is_wanted(test: ast.expr) -> bool:
    """Whether a test is true for whoever brings the key."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not _is_wanted(test.operand)
    if isinstance(test, ast.BoolOp):
        return _is_wanted(test.values[0])
    different = (ast.NotEq, ast.IsNot, ast.NotIn)
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        is_none = test.comparators[0].value is None
        return isinstance(test.ops[0], different) is is_none
    return not (isinstance(test, ast.Compare) and isinstance(test.ops[0], different))


def _reads_key(node: ast.expr, held: set[str], scope: Scope) -> bool:
    for one in walk(node):
        if isinstance(one, ast.Name) and one.id in held:
            return True
        key = one.slice if isinstance(one, ast.Subscript) else one.args[0] if _is_get(one) else None  # type: ignore[attr-defined]
        table = one.value if isinstance(one, ast.Subscript) else getattr(getattr(one, "func", None), "value", None)
        if isinstance(table, ast.Attribute) and table.attr in _HEADERS and scope.is_request(table.value):
            return isinstance(key, ast.Constant) and _is_key(key.value)
    return False


def _is_get(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and bool(node.args)


def _refuses(body: list[ast.stmt]) -> bool:
    last = body[-1] if body else None
    value = last.value if isinstance(last, ast.Return) else last.exc if isinstance(last, ast.Raise) else None
    for one in walk(value) if value is not None else ():
        if isinstance(one, ast.Constant) and one.value in _STATUS:
            return True
        name = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
        if any(word in name.replace("_", "").lower() for word in _WORDS):
            return True
    return False
