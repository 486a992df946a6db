"""Demands on the user that source shows: `if not request.user.is_authenticated: return redirect(…)`."""

import ast
import types
from collections.abc import Iterator
from functools import lru_cache

from loadaudit.inventory.access.demand import Demand
from loadaudit.inventory.access.visitors import USER_CLUES
from loadaudit.inventory.source.trees import function_node, function_nodes, mentioned, walk
from loadaudit.records import Evidence

_REFUSING_WORDS = (
    "redirect",
    "reject",
    "forbid",
    "denied",
    "unauth",
    "login",
    "permission",
    "error",
    "notfound",
    "404",
)
_REFUSING_STATUS = frozenset({401, 403, 404})
_HELPER_WORDS = ("login", "auth", "perm", "staff", "access", "owner", "require", "user")


@lru_cache(maxsize=16384)
def demand_of_source(function: types.FunctionType, *, with_helpers: bool = True) -> Demand:
    """Infer a demand from code that turns some users away; helpers with telling names are read too."""
    names = mentioned(function.__code__)
    found = Demand()
    if names & USER_CLUES or {"isinstance", "user"} <= names:
        found = _of_code(function.__code__)
    if found or not with_helpers:
        return found
    for helper in _helpers(function, names):
        found = demand_of_source(helper, with_helpers=False)
        if found:
            break
    return found


def _helpers(function: types.FunctionType, names: frozenset[str]) -> Iterator[types.FunctionType]:
    for name in sorted(names):
        helper = function.__globals__.get(name)
        if not isinstance(helper, types.FunctionType) or (helper.__module__ or "").startswith("django."):
            continue
        if any(word in name.lower() for word in _HELPER_WORDS):
            yield helper


def _of_code(code: types.CodeType) -> Demand:
    clues: set[str] = set()
    permissions: set[str] = set()
    node = function_node(code)
    for one in function_nodes(code):
        if not isinstance(one, ast.If):
            continue
        if _refuses(one.body):
            found = list(_demanded(one.test, wanted=False))
        elif one.body and isinstance(one.body[-1], ast.Return) and _refuses(one.orelse or _tail(node)):
            found = list(_demanded(one.test, wanted=True))
        else:
            continue
        for clue, permission in found:
            clues.add(clue)
            permissions |= {permission} if permission else set()
    return Demand(
        login=bool(clues),
        staff=bool(clues & {"is_staff", "is_superuser"}),
        permissions=tuple(sorted(permissions)),
        evidence=Evidence.INFERRED if clues else Evidence.DECLARED,
    )


def _tail(node: ast.AST | None) -> list[ast.stmt]:
    return node.body[-1:] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []


def _demanded(test: ast.expr, *, wanted: bool) -> Iterator[tuple[str, str]]:
    """Yield the clues that must hold for the test to be `wanted`, whatever else it depends on."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _demanded(test.operand, wanted=not wanted)
    elif isinstance(test, ast.BoolOp):
        parts = [list(_demanded(one, wanted=wanted)) for one in test.values]
        # For `a or b` to be false both must be false; for it to be true either does.
        if isinstance(test.op, ast.And) is wanted or all(parts):
            for part in parts:
                yield from part
    elif isinstance(test, ast.Await):
        yield from _demanded(test.value, wanted=wanted)
    else:
        yield from _clue(test, wanted)


def _clue(test: ast.expr, wanted: bool) -> Iterator[tuple[str, str]]:
    called = test.func if isinstance(test, ast.Call) else test
    if isinstance(called, ast.Name) and called.id == "isinstance" and isinstance(test, ast.Call):
        yield from _of_type_check(test, wanted)
    if not isinstance(called, ast.Attribute):
        return
    name = called.attr.removeprefix("a") if called.attr in ("ahas_perm", "ahas_perms") else called.attr
    if name == "is_anonymous" and not wanted:
        yield "is_authenticated", ""
    elif name in USER_CLUES - {"is_anonymous"} and wanted:
        yield name, _first_string(test)


def _of_type_check(test: ast.Call, wanted: bool) -> Iterator[tuple[str, str]]:
    """`isinstance(request.user, User)` asks for a login; with AnonymousUser it asks for none."""
    if len(test.args) != 2 or not (isinstance(test.args[0], ast.Attribute) and test.args[0].attr == "user"):
        return
    kind = test.args[1].attr if isinstance(test.args[1], ast.Attribute) else getattr(test.args[1], "id", "")
    if (kind == "AnonymousUser") is not wanted:
        yield "is_authenticated", ""


def _first_string(test: ast.expr) -> str:
    for one in test.args if isinstance(test, ast.Call) else ():
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            return one.value
    return ""


def _refuses(body: list[ast.stmt]) -> bool:
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return _is_refusal(last.exc)
    return isinstance(last, ast.Return) and _is_refusal(last.value)


def _is_refusal(value: ast.expr | None) -> bool:
    for one in walk(value) if value is not None else ():
        if isinstance(one, ast.Constant) and one.value in _REFUSING_STATUS:
            return True
        name = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
        if name and any(word in name.replace("_", "").lower() for word in _REFUSING_WORDS):
            return True
    return False
