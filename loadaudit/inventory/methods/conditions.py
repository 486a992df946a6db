"""Conditions in a view's source for one HTTP method: what compares the method is known, all else is open."""

import ast
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from loadaudit.inventory.methods.ends import is_refused
from loadaudit.inventory.methods.refusals import last_name
from loadaudit.inventory.methods.tables import filled_keys, table_keys
from loadaudit.inventory.source.handlers import STANDARD_METHODS
from loadaudit.inventory.source.scope import MISSING, Scope, static_attribute

_CASE_CALLS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "casefold": str.casefold,
}
_HELD = (bool, int, str, tuple, list, set, frozenset, type(None))
_DIFFERS = (ast.IsNot, ast.NotEq)
_MAKERS = frozenset({"getattr", "hasattr", "as_view"})
_SPELLED_IN = (*STANDARD_METHODS, "HEAD", "OPTIONS")


class Mark(Enum):
    """What a local name or a parameter holds, where that is not a plain value."""

    REQUEST = "request"
    METHOD = "method"
    REFUSAL = "refusal"


class Spelled(str):
    """The request's method as a local name holds it, in its letters."""

    __slots__ = ()


class Judge(Protocol):
    """Collects what does not depend on the method, and knows where calls lead."""

    scope: Scope
    compared: set[str]
    depends: bool
    """Whether anything so far depended on the method."""

    def call(self, node: ast.Call, reading: "Reading") -> int:
        """Return how a call may end."""

    def refuses(self, node: ast.Call) -> bool:
        """Whether a call makes a response that refuses, whatever the method."""

    def is_inert(self, node: ast.Call) -> bool:
        """Whether a call has nothing to do with methods, whichever it is and whatever the local names hold."""

    def only_refuses(self, node: ast.Call) -> bool:
        """Whether a call is of a helper that answers with refusals or not at all."""

    def truth(self, node: ast.Call, reading: "Reading") -> bool | None:
        """Return what a helper answers for the method, where it returns a condition."""


@dataclass(slots=True)
class Reading:
    """Expressions as they are when the request has a known method."""

    method: str
    judge: Judge
    known: dict[str, Any] = field(default_factory=dict)
    """Local names whose value follows from the method: aliases, table look-ups, refusals, lists of methods, flags."""

    def truth(self, test: ast.expr) -> bool | None:
        """Return what a condition is for this method, or None when it depends on something else."""
        if isinstance(test, ast.NamedExpr):
            self.learn(test.target, test.value)
            return self.truth(test.value) if test.target.id not in self.known else self.truth(test.target)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            return self._bool_op(test)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.compare(test.left, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Name):
            entry = self.known.get(test.id, self._held(test))
            if isinstance(entry, ast.Constant):
                return bool(entry.value)
            return True if entry is Mark.REFUSAL else entry if isinstance(entry, bool) else None
        if self._is_form(test):
            return None if self.method == "POST" else False
        if isinstance(test, ast.Call):
            present = self.table_entry(test)
            if present is None and getattr(test.func, "id", "") in ("any", "all"):
                present = self._of_each(test)
            return present if present is not None else self.judge.truth(test, self)
        return bool(test.value) if isinstance(test, ast.Constant) else None

    def _is_form(self, node: ast.expr) -> bool:
        """Whether the expression is what Django parses of a POST only."""
        found = isinstance(node, ast.Attribute) and node.attr in ("POST", "FILES") and self.is_request(node.value)
        self.judge.depends |= found
        return found

    def _held(self, node: ast.Name) -> bool | None:
        """Return what a decorator was given: a plain value of its closure decides like one that is written."""
        value = self.judge.scope.closed_over(node.id)
        return bool(value) if isinstance(value, _HELD) else None

    def _of_each(self, call: ast.Call) -> bool | None:
        """Return what `any(… for name in METHODS)` or `all(…)` is, where the methods are known."""
        made = call.args[0] if len(call.args) == 1 else None
        if not isinstance(made, (ast.GeneratorExp, ast.ListComp)) or len(made.generators) != 1:
            return None
        source = made.generators[0]
        names = self.strings(source.iter) if isinstance(source.target, ast.Name) and not source.ifs else None
        if names is None or not isinstance(source.target, ast.Name):
            return None
        before, truths = self.known, []
        for name in names:
            self.known = {**before, source.target.id: frozenset({name})}
            truths.append(self.truth(made.elt))
        self.known = before
        decisive = getattr(call.func, "id", "") == "any"
        return decisive if decisive in truths else None if None in truths else not decisive

    def _bool_op(self, test: ast.BoolOp) -> bool | None:
        truths = [self.truth(one) for one in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    def compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        """Return what a comparison is for this method; notes the methods that it names."""
        if isinstance(left, ast.NamedExpr):
            self.learn(left.target, left.value)
            left = left.value
        if isinstance(op, (ast.In, ast.NotIn)) and self._is_form(right):
            return None if self.method == "POST" else isinstance(op, ast.NotIn)
        if self.spelling(right) is not None and isinstance(op, (ast.Eq, ast.NotEq)):
            left, right = right, left
        if self.spelling(left) is None:
            return self._compare_known(left, op, right)
        names = self._names(right, is_container=isinstance(op, (ast.In, ast.NotIn)))
        if names is None:
            return None
        self.judge.compared |= names
        self.judge.depends = True
        if isinstance(op, (ast.Eq, ast.In, ast.Is)):
            return self.method in names
        return self.method not in names if isinstance(op, (ast.NotEq, ast.NotIn, ast.IsNot)) else None

    def _names(self, node: ast.expr, *, is_container: bool) -> frozenset[str] | None:
        value = self.judge.scope.value(node)
        if is_container and isinstance(value, str):
            # `in "GET, POST"` asks for a part of the text.
            return frozenset(one for one in _SPELLED_IN if one in value.upper())
        table = self.known.get(node.id) if isinstance(node, ast.Name) else node
        keys = table_keys(table) or self.strings(node) or table_keys(value)
        return frozenset(one.upper() for one in keys) if keys is not None else None

    def _compare_known(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        entry = self.known.get(left.id) if isinstance(left, ast.Name) else None
        present = True if entry is Mark.REFUSAL else entry
        if isinstance(entry, ast.Constant):
            is_same = isinstance(op, (ast.Is, ast.Eq))
            known = isinstance(right, ast.Constant) and (is_same or isinstance(op, _DIFFERS))
            return _is_same(entry.value, right.value) is is_same if known and isinstance(right, ast.Constant) else None
        if isinstance(present, bool) and isinstance(right, ast.Constant) and right.value is None:
            if isinstance(op, (ast.Is, ast.Eq)):
                return not present
            return present if isinstance(op, (ast.IsNot, ast.NotEq)) else None
        held = self.judge.scope.closed_over(left.id) if isinstance(left, ast.Name) else MISSING
        is_same = isinstance(op, (ast.Is, ast.Eq))
        if isinstance(held, _HELD) and isinstance(right, ast.Constant) and (is_same or isinstance(op, _DIFFERS)):
            return (held == right.value) is is_same
        return None

    def strings(self, node: ast.expr) -> frozenset[str] | None:
        """Return the strings of a literal, a constant or a local list; None when it is none of them."""
        entry = self.known.get(node.id) if isinstance(node, ast.Name) else None
        return entry if isinstance(entry, frozenset) else self.judge.scope.strings(node)

    def is_request(self, node: ast.expr) -> bool:
        """Whether the expression is the request, under any name."""
        if isinstance(node, ast.Name) and self.known.get(node.id) is Mark.REQUEST:
            return True
        return self.judge.scope.is_request(node)

    def spelling(self, node: ast.expr) -> str | None:
        """Return the text that an expression made from the request's method is, or None when it is none."""
        if node.__class__ is ast.Constant:
            return None
        if isinstance(node, ast.Name):
            entry = self.known.get(node.id)
            return str(entry) if isinstance(entry, Spelled) else None
        if isinstance(node, ast.Attribute):
            return self.method if node.attr == "method" and self.is_request(node.value) else None
        if isinstance(node, ast.Call) and len(node.args) == 1 and last_name(node.func) in ("HTTPMethod", "str"):
            # A member of Python's enumeration is a text, too.
            return self.spelling(node.args[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            change = _CASE_CALLS.get(node.func.attr)
            inner = self.spelling(node.func.value) if change is not None and not node.args else None
            if inner is not None and change is not None:
                return change(inner)
            if node.func.attr != "get" or not node.args:
                return None
            if len(node.args) == 2:
                # `request.POST.get("_method", request.method)`: who overrides nothing sends the method itself.
                return self.spelling(node.args[1])
            return self.method if self._is_meta(node.func.value, node.args[0]) else None
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            # `request.method or ""`: a request always has a method.
            return self.spelling(node.values[0])
        if isinstance(node, ast.Subscript):
            return self.method if self._is_meta(node.value, node.slice) else None
        return self._composed(node)

    def _is_meta(self, table: ast.expr, key: ast.expr) -> bool:
        named = isinstance(key, ast.Constant) and key.value == "REQUEST_METHOD"
        return named and isinstance(table, ast.Attribute) and table.attr == "META" and self.is_request(table.value)

    def _composed(self, node: ast.expr) -> str | None:
        """Return the text of `"on_" + method`, `f"on_{method}"` and `"on_%s" % method`."""
        if isinstance(node, ast.JoinedStr):
            values = [one.value if isinstance(one, ast.FormattedValue) else one for one in node.values]
            return self._joined(values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            inner, pattern = self.spelling(node.right), node.left.value
            return pattern.replace("%s", inner) if inner is not None and isinstance(pattern, str) else None
        return None

    def _joined(self, parts: list[ast.expr]) -> str | None:
        texts = [str(one.value) if isinstance(one, ast.Constant) else self.spelling(one) for one in parts]
        if all(isinstance(one, ast.Constant) for one in parts):
            return None
        known = [one for one in texts if one is not None]
        return "".join(known) if len(known) == len(texts) else None

    def table_entry(self, node: ast.expr) -> bool | None:
        """Return whether a table or object keyed by method has this method; None when nothing is looked up by it."""
        node = awaited(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr"):
            return self._attribute(node)
        table: ast.expr | None = None
        if isinstance(node, ast.Subscript) and self.spelling(node.slice) is not None:
            table = node.value
        elif isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            asked = node.func.attr == "get" and self.spelling(node.args[0]) is not None
            table = node.func.value if asked else None
        if table is None:
            return None
        written = self.known.get(table.id) if isinstance(table, ast.Name) else table
        keys = filled_keys(written, self.judge.scope) or filled_keys(self.judge.scope.value(table), self.judge.scope)
        return self._has({one.upper() for one in keys}) if keys else None

    def _attribute(self, node: ast.Call) -> bool | None:
        name = self.spelling(node.args[1]) if len(node.args) > 1 else None
        if name is None:
            return None
        if self.is_request(node.args[0]):
            # `getattr(request, request.method)` is request.GET or request.POST.
            self.judge.compared |= {"GET", "POST"}
            return None
        owner = self.judge.scope.owner(node.args[0])
        spelled = [(one, Reading(one, self.judge, self._as(one)).spelling(node.args[1])) for one in STANDARD_METHODS]
        found = {one for one, text in spelled if text is not None and static_attribute(owner, text) is not MISSING}
        return self._has(found) if found else None

    def _as(self, method: str) -> dict[str, Any]:
        """Return the known names as they would be for another method."""
        lowered = {name: Spelled(method.lower() if str(one).islower() else method) for name, one in self._spelled()}
        return {**self.known, **lowered}

    def _spelled(self) -> list[tuple[str, Spelled]]:
        return [(name, one) for name, one in self.known.items() if isinstance(one, Spelled)]

    def _has(self, methods: set[str]) -> bool:
        self.judge.compared |= methods
        self.judge.depends = True
        return self.method in methods

    def learn(self, target: ast.expr | None, value: ast.expr) -> None:
        """Note what an assignment tells about a local name."""
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.attr == "status_code":
            status = self.judge.scope.value(value)
            if isinstance(status, int) and status >= 400:
                self.known[target.value.id] = Mark.REFUSAL
        if not isinstance(target, ast.Name):
            return
        found = self._worth(awaited(value))
        self.known.pop(target.id, None)
        # A function inside may set what it shares.
        is_shared = isinstance(found, ast.Constant) and target.id in self.judge.scope.function.__code__.co_cellvars
        if found is not None and not is_shared:
            self.known[target.id] = found

    def _worth(self, value: ast.expr) -> Any:
        if isinstance(value, ast.Constant):
            return value if isinstance(value.value, (bool, str, types.NoneType)) else None
        if isinstance(value, ast.Call) and self.judge.is_inert(value):
            return None
        spelled = self.spelling(value)
        if spelled is not None:
            return Spelled(spelled)
        if isinstance(value, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            return Mark.REFUSAL if self._checks_refuse(value) else self.truth(value)
        if self.is_request(value):
            return Mark.REQUEST
        if isinstance(value, ast.Dict):
            return value
        if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
            return self.strings(value)
        if isinstance(value, (ast.Call, ast.Subscript)):
            present = self.table_entry(value)
            if present is not None or not isinstance(value, ast.Call):
                return present
            return self._made(value)
        return None

    def _checks_refuse(self, value: ast.expr) -> bool:
        """Whether one of `check(request) or check(request)` refuses the method; those before it may refuse as well."""
        for one in value.values if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or) else ():
            if not isinstance(one, ast.Call) or self.judge.is_inert(one):
                return False
            if self._made(one) is Mark.REFUSAL:
                return True
            if not self.judge.only_refuses(one):
                return False
        return False

    def _made(self, value: ast.Call) -> Any:
        if last_name(value.func) == "as_view":
            return value
        if self.refuses(value) or is_refused(self.judge.call(value, self)):
            return Mark.REFUSAL
        return self.judge.truth(value, self)

    def gets_request(self, call: ast.Call) -> bool:
        """Whether the call hands the request or its method on, or is one of a method of the view."""
        if isinstance(call.func, ast.Attribute):
            owner = call.func.value
            if last_name(owner) in ("self", "cls") or (
                isinstance(owner, ast.Call) and last_name(owner.func) == "super"
            ):
                return True
        for one in (*call.args, *[keyword.value for keyword in call.keywords]):
            if one.__class__ is not ast.Constant and (self.is_request(one) or self.spelling(one) is not None):
                return True
        return False

    def refuses(self, call: ast.Call) -> bool:
        """Whether a call makes a response that refuses; the methods that it says are allowed are noted."""
        if not self.judge.refuses(call):
            return False
        if "NotAllowed" in last_name(call.func):
            for one in (*call.args, *(keyword.value for keyword in call.keywords)):
                self.judge.compared |= {text for text in self.strings(one) or () if text in _SPELLED_IN}
        return True


def may_spell(call: ast.Call, local_names: frozenset[str]) -> bool:
    """Whether a call may yield the method, something looked up by it, or a view, told by its form alone.

    `local_names` may hold functions and views that were made before.
    """
    if isinstance(call.func, ast.Name):
        return call.func.id in local_names or call.func.id in _MAKERS
    if not isinstance(call.func, ast.Attribute):
        return True
    if call.func.attr != "get":
        return call.func.attr in _CASE_CALLS or call.func.attr in _MAKERS
    if len(call.args) == 2 and call.args[1].__class__ is not ast.Constant:
        return True
    key = call.args[0] if call.args else None
    return key.value == "REQUEST_METHOD" if isinstance(key, ast.Constant) else key is not None


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def awaited(node: ast.expr) -> ast.expr:
    """Return what is awaited, or the expression itself."""
    return node.value if isinstance(node, ast.Await) else node
