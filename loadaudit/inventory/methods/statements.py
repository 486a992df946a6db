"""Statements of a view followed for one HTTP method: conditions on the method are known, all others open."""

import ast
from dataclasses import dataclass, field
from typing import Any, Protocol

from loadaudit.inventory.source.scope import Scope

_REJECTING_NAMES = frozenset(
    {"HttpResponseNotAllowed", "HttpResponseBadRequest", "HttpResponseForbidden", "HttpResponseNotFound"}
    | {"http_method_not_allowed", "MethodNotAllowed"}
)
_REJECTING_ERRORS = frozenset({"Http404", "PermissionDenied", "SuspiciousOperation", "BadRequest", "MethodNotAllowed"})
_CASE_CALLS = frozenset({"lower", "upper", "strip", "casefold"})
_FIRST_ERROR_STATUS = 400


class End:
    """How a stretch of source may end, as bits: plain numbers, because enum.Flag took a third of the time."""

    NOWHERE = 0
    FALLS_THROUGH = 1
    ANSWERS = 2
    REJECTS = 4
    LEAVES_LOOP = 8


class Judge(Protocol):
    """Collects what does not depend on the method, and knows where calls lead."""

    scope: Scope
    compared: set[str]
    depends: bool
    """Whether anything so far depended on the method."""

    def call(self, node: ast.Call, method: str, gets_request: bool) -> int:
        """Return how a call may end."""


@dataclass(slots=True)
class Path:
    """One walk through the source with a known method."""

    method: str
    judge: Judge
    known: dict[str, Any] = field(default_factory=dict)
    """Local names whose value follows from the method: aliases, table look-ups, refusals."""

    def block(self, body: list[ast.stmt]) -> int:
        """Return how a list of statements may end."""
        reached = End.NOWHERE
        for statement in body:
            end = self._statement(statement)
            reached |= end & ~End.FALLS_THROUGH
            if not end & End.FALLS_THROUGH:
                return reached
        return reached | End.FALLS_THROUGH

    def _statement(self, node: ast.stmt) -> int:
        if isinstance(node, ast.Return):
            return self.answer(node.value) if node.value is not None else End.ANSWERS
        if isinstance(node, ast.Raise):
            return self._raise(node)
        if isinstance(node, ast.If):
            return self._branch(node.test, node.body, node.orelse)
        if isinstance(node, ast.Match):
            return self._match(node)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self.block(node.body)
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node)
        if isinstance(node, (ast.Break, ast.Continue)):
            return End.LEAVES_LOOP
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return End.FALLS_THROUGH
        self._assign(node)
        return End.FALLS_THROUGH

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> int:
        end = self.block(node.body) | self.block(node.orelse)
        return (end & ~End.LEAVES_LOOP) | End.FALLS_THROUGH

    def _raise(self, node: ast.Raise) -> int:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return End.REJECTS if _last_name(error) in _REJECTING_ERRORS else End.ANSWERS

    def _branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> int:
        truth = self.truth(test)
        end = End.NOWHERE
        before = dict(self.known)
        if truth is not False:
            end |= self.block(body)
            after_body, self.known = self.known, dict(before)
        if truth is not True:
            end |= self.block(orelse)
        if truth is True:
            self.known = after_body
        return end

    def _try(self, node: ast.Try | ast.TryStar) -> int:
        end = self.block([*node.body, *node.orelse])
        # A handler runs when the body gets anywhere; a body that only refuses the method never does.
        if end != End.REJECTS:
            for handler in node.handlers:
                end |= self.block(handler.body)
        final = self.block(node.finalbody)
        return end if final & End.FALLS_THROUGH else final

    def _match(self, node: ast.Match) -> int:
        if not self.is_method(node.subject):
            end = End.FALLS_THROUGH
            for case in node.cases:
                end |= self.block(case.body)
            return end
        self.judge.depends = True
        for case in node.cases:
            names = _pattern_strings(case.pattern)
            if names is not None:
                self.judge.compared |= {one.upper() for one in names}
        for case in node.cases:
            names = _pattern_strings(case.pattern)
            if names is None or self.method in {one.upper() for one in names}:
                return self.block(case.body)
        return End.FALLS_THROUGH

    def _assign(self, node: ast.stmt) -> None:
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if value is None or len(targets) != 1 or not isinstance(targets[0], ast.Name):
            return
        name = targets[0].id
        self.known.pop(name, None)
        if self.is_method(value):
            self.known[name] = "method"
        elif isinstance(value, ast.Dict):
            self.known[name] = value
        elif (entry := self._table_entry(value)) is not None:
            self.known[name] = entry
        elif isinstance(called := _awaited(value), ast.Call) and self._refuses(called):
            self.known[name] = "refusal"

    def answer(self, value: ast.expr) -> int:
        """Return how `return value` ends."""
        value = _awaited(value)
        if isinstance(value, ast.IfExp):
            truth = self.truth(value.test)
            end = End.NOWHERE if truth is False else self.answer(value.body)
            return end if truth is True else end | self.answer(value.orelse)
        if isinstance(value, ast.Name):
            return End.REJECTS if self.known.get(value.id) == "refusal" else End.ANSWERS
        if not isinstance(value, ast.Call):
            return End.ANSWERS
        if self._refuses(value):
            return End.REJECTS
        entry = self._table_entry(value.func)
        if entry is not None or (isinstance(value.func, ast.Name) and value.func.id in self.known):
            present = entry if entry is not None else self.known.get(getattr(value.func, "id", ""))
            return End.REJECTS if present is False else End.ANSWERS
        return self.judge.call(value, self.method, self.gets_request(value))

    def gets_request(self, call: ast.Call) -> bool:
        """Whether the call hands the request on: as an argument, or because it is a method of the view."""
        if isinstance(call.func, ast.Attribute) and (
            _last_name(call.func.value) == "self" or isinstance(call.func.value, ast.Call)
        ):
            return True
        values = [*call.args, *(one.value for one in call.keywords)]
        return any(self.judge.scope.is_request(one) for one in values)

    def _refuses(self, call: ast.Call) -> bool:
        if _last_name(call.func) in _REJECTING_NAMES:
            for one in call.args:
                self.judge.compared |= {s.upper() for s in self.judge.scope.strings(one) or () if s.isupper()}
            return True
        for keyword in call.keywords:
            if keyword.arg in ("status", "status_code", "code") and _status(keyword.value):
                return True
        return any(isinstance(one, ast.Constant) and one.value == 405 for one in call.args)

    def truth(self, test: ast.expr) -> bool | None:
        """Return what a condition is for this method, or None when it depends on something else."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            return self._bool_op(test)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.compare(test.left, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Name) and test.id in self.known:
            entry = self.known[test.id]
            return entry if isinstance(entry, bool) else None
        if isinstance(test, ast.Attribute) and test.attr in ("POST", "FILES"):
            self.judge.depends = True
            return None if self.method == "POST" else False
        return bool(test.value) if isinstance(test, ast.Constant) else None

    def _bool_op(self, test: ast.BoolOp) -> bool | None:
        truths = [self.truth(one) for one in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        if self.is_method(right) and isinstance(op, (ast.Eq, ast.NotEq)):
            left, right = right, left
        if not self.is_method(left):
            return self._compare_known(left, op, right)
        table = self.known.get(right.id) if isinstance(right, ast.Name) else right
        keys = _keys(table) if isinstance(table, ast.Dict) else self.judge.scope.strings(right)
        if keys is None:
            keys = _keys(self.judge.scope.value(right))
        if keys is None:
            return None
        names = {one.upper() for one in keys}
        self.judge.compared |= names
        self.judge.depends = True
        if isinstance(op, (ast.Eq, ast.In, ast.Is)):
            return self.method in names
        return self.method not in names if isinstance(op, (ast.NotEq, ast.NotIn, ast.IsNot)) else None

    def _compare_known(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        entry = self.known.get(left.id) if isinstance(left, ast.Name) else None
        if isinstance(entry, bool) and isinstance(right, ast.Constant) and right.value is None:
            if isinstance(op, (ast.Is, ast.Eq)):
                return not entry
            return entry if isinstance(op, (ast.IsNot, ast.NotEq)) else None
        return None

    def is_method(self, node: ast.expr) -> bool:
        """Whether the expression is the request's method, in either case."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr in _CASE_CALLS and not node.args and self.is_method(node.func.value)
        if isinstance(node, ast.Name):
            return self.known.get(node.id) == "method"
        if isinstance(node, ast.Attribute) and node.attr == "method":
            return self.judge.scope.is_request(node.value)
        return False

    def _table_entry(self, node: ast.expr) -> bool | None:
        """Return whether a table keyed by method has this method, or None when the node is no such look-up."""
        node = _awaited(node)
        table: ast.expr | None = None
        if isinstance(node, ast.Subscript) and self.is_method(node.slice):
            table = node.value
        elif isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            table = node.func.value if node.func.attr == "get" and self.is_method(node.args[0]) else None
        if table is None:
            return None
        written = self.known.get(table.id) if isinstance(table, ast.Name) else table
        keys = _keys(written) if isinstance(written, ast.Dict) else _keys(self.judge.scope.value(table))
        if not keys:
            return None
        self.judge.compared |= {one.upper() for one in keys}
        self.judge.depends = True
        return self.method in {one.upper() for one in keys}


def _awaited(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node


def _last_name(node: ast.AST | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _status(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and node.value >= _FIRST_ERROR_STATUS
    name = _last_name(node)
    return "METHOD_NOT_ALLOWED" in name or name.startswith("HTTP_4")


def _keys(table: Any) -> frozenset[str] | None:
    if isinstance(table, ast.Dict):
        names: list[object] = [key.value for key in table.keys if isinstance(key, ast.Constant)]
    elif isinstance(table, dict):
        names = list(table)
    else:
        return None
    strings = [one for one in names if isinstance(one, str)]
    return frozenset(strings) if strings and len(strings) == len(names) else None


def _pattern_strings(pattern: ast.pattern) -> frozenset[str] | None:
    if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant):
        return frozenset({str(pattern.value.value)})
    if isinstance(pattern, ast.MatchOr):
        parts = [_pattern_strings(one) for one in pattern.patterns]
        if all(part is not None for part in parts):
            return frozenset[str]().union(*(part for part in parts if part is not None))
    return None
