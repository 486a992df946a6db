"""Demands on the user that source shows: `if not request.user.is_authenticated: return redirect(…)`."""

import ast
import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from loadaudit.inventory.access.attributes import (
    attribute_asked,
    comparison_asked,
    is_had_by_all,
    may_compare,
    may_decide,
    none_of,
    one_of,
    taken_from,
)
from loadaudit.inventory.access.demand import NOTHING, Demand
from loadaudit.inventory.access.groups import groups_compared, groups_of_call
from loadaudit.inventory.access.holding import note_held
from loadaudit.inventory.access.user_tests import of_user_test
from loadaudit.inventory.access.visitors import USER_CLUES, Asked, Test
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import function_node, mentioned, walk
from loadaudit.inventory.source.unwrap import plain_function
from loadaudit.inventory.source.ways import names_with_helpers
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
    "authenticat",
)
_DENYING_WORDS = tuple(one for one in _REFUSING_WORDS if one not in ("redirect", "error"))
"""A redirect of those of whom something is true may be a way on."""
_REFUSING_STATUS = frozenset({401, 403, 404})
_SUPERUSER, _STAFF = ("is_superuser", ""), ("is_staff", "")
_OF_USERS = USER_CLUES | {"isinstance", "groups", "getattr", "hasattr"}
"""What tells users apart where it is named beside `user`, or in a test that the user is handed to."""
_SIMPLE = frozenset({ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Pass})
"""Statements that hold no others."""
_HELPER_WORDS = ("login", "auth", "perm", "staff", "access", "owner", "require", "user")


@lru_cache(maxsize=1024)
def demand_of_source(
    function: types.FunctionType, method: str = "", *, with_helpers: bool = True, raising_only: bool = False
) -> Demand:
    """Infer a demand from code that turns some users away from `method`; helpers that refuse are read too.

    `raising_only` is for code whose answer may go unused: an exception is always heard.
    """
    names = mentioned(function.__code__)
    found = NOTHING
    # A decorator may hold the test of the user: `if test(request.user): return view(request)`.
    of_users = "user" in names and (
        names_with_helpers(function) & _OF_USERS
        or function.__closure__
        or any(may_decide(one) or may_compare(one) for one in names)
    )
    if names & USER_CLUES or of_users:
        found = _of_code(function, method, raising_only=raising_only)
    if found or not with_helpers:
        return found
    helpers = dict(_helpers(function, names))
    # Which of them a method comes to is asked only where there are any: that follows the whole source.
    called = _called(function, method) if helpers and "method" in names else names
    for helper in (helper for name, helper in helpers.items() if name in called):
        is_telling = any(word in helper.__name__.lower() for word in _HELPER_WORDS)
        found = demand_of_source(helper, method, with_helpers=False, raising_only=not is_telling)
        if found:
            break
    return found


def _helpers(function: types.FunctionType, names: frozenset[str]) -> Iterator[tuple[str, types.FunctionType]]:
    for name in sorted(names):
        helper = function.__globals__.get(name)
        if isinstance(helper, types.FunctionType) and not (helper.__module__ or "").startswith("django."):
            yield name, helper


def _of_code(function: types.FunctionType, method: str, *, raising_only: bool) -> Demand:
    clues: set[str] = set()
    named: dict[str, set[str]] = {}
    node = function_node(function.__code__)
    # Nothing is known of the user here: only what the method decides is left out.
    test = Test.of(function, None, Asked(method=method), {})
    if node is None or test is None or isinstance(node, ast.Lambda):
        return NOTHING
    # A test is made for what a decorator wraps; the names of a guard are its own.
    scope = Scope(function)
    is_noted = False
    for one in _passed(node.body, test):
        refused = _refused_when(one, node.body[-1:], test, raising_only=raising_only)
        if refused is None:
            continue
        if not is_noted:
            note_held(scope)
            is_noted = True
        found = list(_demanded(_undecided(one.test, test), scope, wanted=not refused))
        block = one.body if refused else one.orelse or node.body[-1:]
        if any(name.startswith("not ") for _, name in found) and not _refuses(
            block, _DENYING_WORDS, raising_only=raising_only
        ):
            continue
        for clue, name in found:
            clues.add(clue)
            named.setdefault(clue, set()).update({name} - {""})
    if not clues:
        return NOTHING
    groups, attributes = named.pop("groups", set()), named.pop("attributes", set())
    return Demand(
        login=not clues <= {"attributes"},
        staff="is_staff" in clues,
        superuser="is_superuser" in clues,
        permissions=tuple(sorted(set[str]().union(*named.values()))),
        groups=tuple(sorted(groups)),
        attributes=tuple(sorted(attributes)),
        evidence=Evidence.INFERRED,
    )


def _refused_when(branch: ast.If, tail: list[ast.stmt], test: Test, *, raising_only: bool) -> bool | None:
    """Return for which truth of its test a branch turns somebody away; None when it turns nobody away."""
    if _refuses(branch.body, _REFUSING_WORDS, raising_only=raising_only):
        return True
    other = branch.orelse
    while len(other) == 1 and isinstance(other[0], ast.If) and (truth := test.truth(other[0].test)) is not None:
        other = other[0].body if truth else other[0].orelse
    if _refuses(other, _REFUSING_WORDS, raising_only=raising_only):
        return False
    ends = _leaves(branch.body) and not branch.orelse
    # What a function returns at its end may be named after a login that it has just done.
    return False if ends and _refuses(tail, _REFUSING_WORDS[:-1], raising_only=raising_only) else None


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether a block answers or raises at its end, on every way through it."""
    last = body[-1] if body else None
    if isinstance(last, ast.Try):
        return _leaves(last.orelse or last.body) and all(_leaves(one.body) for one in last.handlers)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _leaves(last.body)
    if isinstance(last, ast.If):
        return _leaves(last.body) and _leaves(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _called(function: types.FunctionType, method: str) -> frozenset[str]:
    """Return the names that a request with `method` comes to in a function that looks at the method."""
    node, test = function_node(function.__code__), Test.of(function, None, Asked(method=method), {})
    if node is None or test is None or isinstance(node, ast.Lambda):
        return frozenset()
    heads = (head for one in _statements(node.body, test) for head in _heads(one))
    return frozenset(one.id for head in heads for one in walk(head) if isinstance(one, ast.Name))


def _heads(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what a statement runs itself, without the blocks in it."""
    blocks = {"body", "orelse", "finalbody", "handlers", "cases"}
    for name, value in ast.iter_fields(statement):
        if name not in blocks:
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST))


def _passed(body: list[ast.stmt], test: Test) -> Iterator[ast.If]:
    """Yield the branches that a request comes to, those left out that its method decides."""
    for statement in _statements(body, test):
        if isinstance(statement, ast.If) and test.truth(statement.test) is None:
            yield statement


def _statements(body: list[ast.stmt], test: Test) -> Iterator[ast.stmt]:
    """Yield the statements that a request with the test's method may come to, those around others first."""
    for statement in body:
        yield statement
        if statement.__class__ in _SIMPLE:
            continue
        if not isinstance(statement, ast.If):
            for block in _blocks(statement):
                yield from _statements(block, test)
            continue
        truth = test.truth(statement.test)
        if truth is not False:
            yield from _statements(statement.body, test)
        if truth is not True:
            yield from _statements(statement.orelse, test)
        taken = [] if truth is None else statement.body if truth else statement.orelse
        if taken and isinstance(taken[-1], (ast.Return, ast.Raise)):
            return


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for one in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield one.body


def _undecided(node: ast.expr, test: Test) -> ast.expr:
    """Return a test without the parts that the method decides: `request.method == "POST" and …` for a POST."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.UnaryOp(op=node.op, operand=_undecided(node.operand, test))
    if not isinstance(node, ast.BoolOp):
        return node
    parts = [_undecided(one, test) for one in node.values if test.truth(one) is None]
    return parts[0] if len(parts) == 1 else ast.BoolOp(op=node.op, values=parts or node.values)


def _demanded(test: ast.expr, scope: Scope, *, wanted: bool) -> Iterator[tuple[str, str]]:
    """Yield the clues that must hold for the test to be `wanted`, whatever else it depends on."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _demanded(test.operand, scope, wanted=not wanted)
    elif isinstance(test, ast.BoolOp):
        parts = [list(_demanded(one, scope, wanted=wanted)) for one in test.values]
        if isinstance(test.op, ast.And) is wanted:
            yield from (one for part in parts for one in part)
        elif all(parts):
            yield from _of_any(parts)
    elif isinstance(test, ast.Await):
        yield from _demanded(test.value, scope, wanted=wanted)
    else:
        yield from _clue(test, scope, wanted)


def _of_any(parts: list[list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield the clues where one of several demands has to be met: who needs no superuser's status is the rest.

    Where staff need no group, others do; where a permission does as well, neither is a must.
    """
    rest = [part for part in parts if _SUPERUSER not in part] or parts
    own = [[name for clue, name in part if clue == "attributes"] for part in rest]
    if any(own):
        if all(any(clue != "attributes" for clue, _ in part) for part in rest):
            yield "is_authenticated", ""
        if all(own):
            yield "attributes", " or ".join(names[0] for names in own)
        return
    of_groups = [part for part in rest if any(clue == "groups" for clue, _ in part)]
    if not of_groups or len(of_groups) == len(rest):
        yield from (one for part in rest for one in part)
    elif all(_STAFF in part for part in rest if part not in of_groups):
        yield from (one for part in of_groups for one in part)
    else:
        yield "is_authenticated", ""


def _clue(test: ast.expr, scope: Scope, wanted: bool) -> Iterator[tuple[str, str]]:
    if (groups := _groups_asked(test, scope, wanted=wanted)) is not None:
        yield "is_authenticated", ""
        yield from (("groups", one) for one in groups)
        return
    if isinstance(test, ast.Compare) and (asked := comparison_asked(test, scope, scope.assigned)) is not None:
        if asked[1] is wanted:
            yield "is_authenticated", ""
        yield "attributes", one_of([asked[0]]) if asked[1] is wanted else none_of(asked[0])
        return
    called = test.func if isinstance(test, ast.Call) else test
    if isinstance(called, ast.Name) and isinstance(test, ast.Call):
        if called.id == "isinstance":
            yield from _of_type_check(test, wanted)
        elif wanted and test.args and scope.is_user(test.args[0]):
            yield from _of_held_test(
                plain_function(scope.value(called)), tuple(scope.value(one) for one in test.args[1:])
            )
    if taken_from(test if isinstance(called, ast.Name) else called) is None:
        return
    own = attribute_asked(test, scope, scope.assigned)
    if own and "." not in own and is_had_by_all(test):
        return
    if any(map(may_decide, own.split("."))):
        # Whoever has no such attribute is not turned away by one that must not be true.
        if wanted:
            yield "is_authenticated", ""
        yield "attributes", one_of([own]) if wanted else none_of(own)
        return
    if not isinstance(called, ast.Attribute):
        return
    name = called.attr.removeprefix("a") if called.attr in ("ahas_perm", "ahas_perms") else called.attr
    if name == "is_anonymous" and not wanted:
        yield "is_authenticated", ""
    elif name in USER_CLUES - {"is_anonymous"} and wanted:
        yield from ((name, one) for one in _strings(test, scope) or [""])


def _groups_asked(test: ast.expr, scope: Scope, *, wanted: bool) -> frozenset[str] | None:
    """Return the groups of which the test asks for one, or None where it asks for none."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In if wanted else ast.NotIn):
        return groups_compared(test.left, test.comparators[0], scope, scope.assigned)
    return groups_of_call(test, scope, scope.assigned) if wanted and isinstance(test, ast.Call) else None


def _of_held_test(function: types.FunctionType | None, arguments: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    """Yield what a function demands that gets the user, and these arguments behind it."""
    asked = Asked(arguments=arguments)
    found = of_user_test(function, asked=asked, takes_user=True) if function is not None else NOTHING
    marks = {"is_authenticated": found.login, "is_staff": found.staff, "is_superuser": found.superuser}
    yield from ((name, "") for name, is_asked in marks.items() if is_asked)
    yield from (("has_perm", one) for one in found.permissions)
    yield from (("groups", one) for one in found.groups)
    yield from (("attributes", one) for one in found.attributes)


def _of_type_check(test: ast.Call, wanted: bool) -> Iterator[tuple[str, str]]:
    """`isinstance(request.user, User)` asks for a login; with AnonymousUser it asks for none."""
    if len(test.args) != 2 or not (isinstance(test.args[0], ast.Attribute) and test.args[0].attr == "user"):
        return
    kind = test.args[1].attr if isinstance(test.args[1], ast.Attribute) else getattr(test.args[1], "id", "")
    if (kind == "AnonymousUser") is not wanted:
        yield "is_authenticated", ""


def _strings(test: ast.expr, scope: Scope) -> list[str]:
    """Return the permissions in `has_perm("app.code")` and `has_perms(["app.code"])`."""
    argument = test.args[0] if isinstance(test, ast.Call) and test.args else None
    return sorted(scope.strings(argument) or ()) if argument is not None else []


def _refuses(body: list[ast.stmt], words: tuple[str, ...], *, raising_only: bool) -> bool:
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return _is_refusal(last.exc, words)
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        # DRF's own method, which raises.
        return getattr(last.value.func, "attr", "") == "permission_denied"
    return not raising_only and isinstance(last, ast.Return) and _is_refusal(last.value, words)


def _is_refusal(value: ast.expr | None, words: tuple[str, ...]) -> bool:
    for one in walk(value) if value is not None else ():
        if isinstance(one, ast.Constant) and one.value in _REFUSING_STATUS:
            return True
        name = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
        if name and any(word in name.replace("_", "").lower() for word in words):
            return True
    return False
