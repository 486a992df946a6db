"""Notices a redirect with which a view's own code left before its work, such as that for an empty cart.

It counts only where the source is certain: nothing that changes anything stands on the way to this `return`, and
another way through the same function, by the same method, has it, or answers with a page.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from loadaudit.inventory.source.trees import FunctionNode, function_node
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.probes.recorder import Redirect
from loadaudit.probes.sent_on import own_function

_NO_WAY: frozenset[bool] = frozenset()
_UNTOUCHED = frozenset({False})
_DONE = frozenset({True})

_CHANGES = frozenset(
    {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "create_user"}
    | {"asave", "acreate", "adelete", "aget_or_create", "send_mail", "login", "add", "remove", "update", "set"}
)
"""What leaves something behind by its name; what lists and dictionaries have, too, is told apart by what it gets."""
_OF_SETS = frozenset({"add", "remove", "set"})
_MAY_CHANGE = re.compile(
    r"_*(?:a?(?:save|creat|delet|updat|get_or_create)|bulk|insert|add|remov|set_|clear|send|delay|apply|submit|enqueue"
    r"|publish|notif|charge|pay|log_?(?:in|out)|register|process|make|store|upload|import|start|run|call|post|put|patch)"
)
"""What a call whose result is used may do beside giving it."""
_QUIET_OWNERS = frozenset({"messages", "logger", "log", "logging", "_log", "warnings"})
_QUIET = frozenset({"print", "append", "extend", "sort", "add_message", "add_error", "is_valid", "full_clean"})
_OF_REQUESTS = frozenset(
    {*dir(HttpRequest), "GET", "POST", "COOKIES", "META", "FILES", "path", "path_info", "method", "resolver_match"}
    | {"content_type", "content_params", "user", "auser", "auth", "data", "query_params", "site"}
)
"""What Django and Django REST framework put on a request, the session apart."""
_OF_SESSIONS = frozenset({"update", "setdefault", "pop", "flush", "clear", "cycle_key"})


def left_early(
    view: Callable[..., Any], method: str, response: HttpResponseBase, noted: Redirect | None, *, told: bool
) -> str:
    """Return `file.py:line` of the `return` with which a view left before its work, or empty where that is not certain.

    `told`: it has left a message that does not speak of success. Never raises.
    """
    if noted is None or noted.response is not response:
        return ""
    try:
        own = own_function(view, method)
        way = zip(noted.codes, noted.lines, strict=True)
        made = next((one for one in way if one[0] is not redirect.__code__), None)
        if own is None or made is None or made[0] is not own.__code__:
            return ""
        is_early = _is_early(made[0], made[1], method, told=told)
    except Exception:  # views cannot always be hashed, and theirs is the project's own code: it must get its answer
        return ""
    return f"{Path(made[0].co_filename).name}:{made[1]}" if is_early else ""


@lru_cache(maxsize=1_024)
def _is_early(code: CodeType, line: int, method: str, *, told: bool) -> bool:
    node = function_node(code)
    if node is None or isinstance(node, ast.Lambda):
        return False
    first = node.decorator_list[0] if node.decorator_list else node
    ways = _Ways(node, method, line - code.co_firstlineno + first.lineno)
    if ways.left is None or ways.states != _UNTOUCHED:
        return False
    if method in SAFE_METHODS:
        return (ways.changes or ways.answers) if told else (ways.wants_session and (ways.answers or ways.may_change))
    if told:
        return ways.may_change
    return ways.changes and not (ways.is_chosen or _has_query(ways.left))


class _Ways:
    """What the ways through a function do that a request by one method can take."""

    def __init__(self, node: FunctionNode, method: str, line: int) -> None:
        self.left: ast.Return | None = None
        """The innermost `return` of the line."""
        self.states = _NO_WAY
        """Whether something may have changed on the ways to it."""
        self.changes = self.may_change = self.answers = self.wants_session = self.is_chosen = False
        self._method, self._line = method, line
        self._loops: list[set[bool]] = []
        self._guards: list[ast.expr | None] = []
        self._of_session = set[str]()
        if not isinstance(node, ast.Lambda):
            self._block(node.body, _UNTOUCHED)

    def _block(self, body: Iterable[ast.stmt], states: frozenset[bool]) -> frozenset[bool]:
        for one in body:
            if not states:
                break
            states = self._statement(one, states)
        return states

    def _statement(self, one: ast.stmt, states: frozenset[bool]) -> frozenset[bool]:
        if isinstance(one, ast.If):
            return self._branch(one, self._after(one.test, states))
        if isinstance(one, (ast.For, ast.AsyncFor, ast.While)):
            head = one.test if isinstance(one, ast.While) else one.iter
            begun = self._after(head, states)
            self._loops.append(set())
            ended = begun | self._guarded(None, one.body, begun) | self._loops.pop()
            return self._block(one.orelse, ended) if one.orelse else ended
        if isinstance(one, (ast.Break, ast.Continue)):
            if self._loops:
                self._loops[-1] |= states
            return _NO_WAY
        if isinstance(one, (ast.With, ast.AsyncWith)):
            for item in one.items:
                states = self._after(item.context_expr, states)
            return self._block(one.body, states)
        if isinstance(one, (ast.Try, ast.TryStar)):
            return self._attempt(one, states)
        if isinstance(one, ast.Match):
            states = self._after(one.subject, states)
            return states.union(*(self._guarded(None, case.body, states) for case in one.cases))
        if isinstance(one, ast.Return):
            return self._leave(one, self._after(one, states))
        if isinstance(one, (ast.Raise, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return _NO_WAY if isinstance(one, ast.Raise) else states
        if isinstance(one, ast.Assign) and self._names_session(one.value):
            self._of_session |= {target.id for target in one.targets if isinstance(target, ast.Name)}
        return self._after(one, states)

    def _branch(self, one: ast.If, states: frozenset[bool]) -> frozenset[bool]:
        known = _by_method(one.test, self._method)
        into = _NO_WAY if known is False else self._guarded(one.test, one.body, states)
        past = _NO_WAY if known is True else self._guarded(None, one.orelse, states)
        return into | past

    def _attempt(self, one: ast.Try | ast.TryStar, states: frozenset[bool]) -> frozenset[bool]:
        ended = self._block(one.orelse, tried := self._block(one.body, states))
        # What a handler catches may have been raised anywhere in it, behind its last `return` as well.
        caught = states | tried | (_DONE if any(map(_may_change, _nodes(one.body))) else _NO_WAY)
        for handler in one.handlers:
            ended |= self._guarded(None, handler.body, caught)
        return self._block(one.finalbody, ended)

    def _guarded(self, test: ast.expr | None, body: Iterable[ast.stmt], states: frozenset[bool]) -> frozenset[bool]:
        self._guards.append(test)
        try:
            return self._block(body, states)
        finally:
            self._guards.pop()

    def _leave(self, one: ast.Return, states: frozenset[bool]) -> frozenset[bool]:
        if one.lineno <= self._line <= (one.end_lineno or one.lineno):
            self.left, self.states = one, self.states | states
            test = self._guards[-1] if self._guards else None
            self.is_chosen = self.is_chosen or _is_chosen(test)
            self.wants_session = test is not None and _is_negative(test) and self._names_session(test)
        elif one.value is not None and not _redirects(one.value):
            self.answers = True
        return _NO_WAY

    def _after(self, node: ast.AST, states: frozenset[bool]) -> frozenset[bool]:
        for one in _nodes([node]):
            if _changes(one):
                self.changes = True
            if _may_change(one):
                self.may_change, states = True, _DONE
        return states

    def _names_session(self, node: ast.AST) -> bool:
        return any(_is_session(one) or getattr(one, "id", None) in self._of_session for one in ast.walk(node))


def _nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    return (one for root in roots for one in ast.walk(root))


def _is_session(node: ast.AST) -> bool:
    """Whether a node is the session, or what a middleware or decorator of the project's own keeps on the request."""
    if not isinstance(node, ast.Attribute):
        return False
    owner = getattr(node.value, "id", "") or getattr(node.value, "attr", "")
    return node.attr == "session" or (owner == "request" and node.attr not in _OF_REQUESTS)


def _changes(node: ast.AST) -> bool:
    """Whether a node surely leaves something behind."""
    if isinstance(node, ast.Subscript):
        return _is_session(node.value) and not isinstance(node.ctx, ast.Load)
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = function.value if isinstance(function, ast.Attribute) else None
    if owner is not None and _is_session(owner):
        return name in _OF_SESSIONS
    if name not in _CHANGES:
        return False
    if name == "update":
        return bool(node.keywords) and not node.args
    return name not in _OF_SETS or isinstance(owner, ast.Attribute)


def _may_change(node: ast.AST) -> bool:
    """Whether a node may leave something behind: a call that is made for its effect, and one that is called so."""
    if isinstance(node, ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        return isinstance(call, ast.Call) and not _is_quiet(call)
    if isinstance(node, ast.Call) and not _is_quiet(node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return _changes(node) or bool(_MAY_CHANGE.match(name))
    return _changes(node)


def _is_quiet(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr in _QUIET or getattr(function.value, "id", "") in _QUIET_OWNERS
    return getattr(function, "id", "") in _QUIET


def _redirects(value: ast.expr) -> bool:
    """Whether a response is a redirect, or may be one: only a call that is not called so is none for certain."""
    if not isinstance(value, ast.Call):
        return True
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return not name or "redirect" in name.lower() or name in ("handle_no_permission", "form_valid")


def _has_query(left: ast.Return) -> bool:
    """Whether a redirect leads to an address with a query, as a search by POST does, whose work that is."""
    texts = (one.value for one in ast.walk(left) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return any("?" in one for one in texts)


def _is_chosen(test: ast.expr | None) -> bool:
    """Whether a way is taken because something was asked for, as `if "preview" in request.POST` says."""
    tests = test.values if isinstance(test, ast.BoolOp) else [test]
    return any(isinstance(one, ast.Compare) and isinstance(one.ops[0], (ast.Eq, ast.In)) for one in tests)


def _is_negative(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return all(map(_is_negative, test.values))
    if isinstance(test, ast.Compare):
        is_none = getattr(test.comparators[0], "value", ...) is None
        return isinstance(test.ops[0], ast.NotIn) or (isinstance(test.ops[0], (ast.Is, ast.Eq)) and is_none)
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _by_method(test: ast.expr, method: str) -> bool | None:
    """Return what a test comes to for all requests by a method, or None where it asks for more."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        known = _by_method(test.operand, method)
        return None if known is None else not known
    if isinstance(test, ast.BoolOp):
        known_of_all = [_by_method(one, method) for one in test.values]
        decides = isinstance(test.op, ast.Or)
        if decides in known_of_all:
            return decides
        return None if None in known_of_all else not decides
    if isinstance(test, ast.Attribute):
        return False if test.attr in ("POST", "FILES") and method in SAFE_METHODS else None
    if not isinstance(test, ast.Compare) or getattr(test.left, "attr", "") != "method":
        return None
    other, operator = test.comparators[0], test.ops[0]
    listed = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
    names = {one.value for one in listed if isinstance(one, ast.Constant)}
    if len(names) != len(listed):
        return None
    return (method in names) is isinstance(operator, (ast.Eq, ast.In))
