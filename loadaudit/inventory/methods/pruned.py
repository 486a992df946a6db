"""The source of a view without the branches that the arguments of one route rule out."""

import ast
import dis
import types
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings

from loadaudit.inventory.methods.given import ANYTHING, PLAIN, TEXT, Given
from loadaudit.inventory.methods.own_settings import own_setting
from loadaudit.inventory.methods.refusals import is_refusal
from loadaudit.inventory.source.scope import MISSING, Scope, static_attribute
from loadaudit.inventory.source.trees import FunctionNode, function_node, mentioned, walk

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_SELF = frozenset({"self", "_self"})
_Node = TypeVar("_Node", bound=ast.AST)


@lru_cache(maxsize=1024)
def pruned(function: types.FunctionType, owner: type | None, given: Given) -> FunctionNode | None:
    """Return the function as far as a request of the route can run it; None where the route decides nothing in it."""
    node = function_node(function.__code__)
    if node is None or isinstance(node, ast.Lambda):
        return None
    pruner = _Pruner(function=function, owner=owner, given=given)
    pruner.learn(node)
    body = pruner.block(node.body)
    return _like(node, body=body) if pruner.has_decided else None


def _like(node: _Node, **changes: Any) -> _Node:
    """Return a copy of a node with other fields; the tree itself is shared and stays as it is."""
    fields = {name: getattr(node, name, None) for name in node._fields}
    return ast.copy_location(type(node)(**{**fields, **changes}), node)


@dataclass(slots=True)
class _Pruner:
    function: types.FunctionType
    owner: type | None
    given: Given
    has_decided: bool = False
    _parameters: dict[str, Any] = field(default_factory=dict)
    _locals: dict[str, Any] = field(default_factory=dict)
    _rest: str = ""
    """Name of `**kwargs`."""
    _popped: set[Any] = field(default_factory=set)
    _scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self._scope = Scope(self.function, self.owner)

    def learn(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Note what each name stands for that the function assigns nothing else to."""
        code = self.function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        is_known = self.given.is_direct and self.given.arguments is not None
        arguments = dict(self.given.arguments or ()) if is_known else dict.fromkeys(names, ANYTHING)
        if is_known:
            behind = names[2 if names[:1] in (("self",), ("cls",)) else 1 : code.co_argcount]
            arguments |= dict(zip(behind, self.given.positional, strict=False))
        defaults = dict(
            zip(reversed(names[: code.co_argcount]), reversed(self.function.__defaults__ or ()), strict=False)
        )
        defaults |= self.function.__kwdefaults__ or {}
        self._rest = node.args.kwarg.arg if node.args.kwarg is not None and is_known else ""
        self._parameters = {name: arguments.get(name, defaults.get(name, MISSING)) for name in names}
        nodes = walk(node)
        stored = Counter(one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
        self._locals = {name: value for name, value in self._parameters.items() if name not in stored}
        if self._rest in stored:
            self._rest = ""
        for one in nodes:
            if isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "pop" and one.args:
                self._popped.add(getattr(one.args[0], "value", None))
            if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
                name, truth = one.targets[0].id, self.truth(one.value)
                if stored[name] == 1 and name not in self._parameters and truth is not None:
                    self._locals[name] = truth

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Return the statements that may run, up to one behind which none does."""
        found: list[ast.stmt] = []
        for statement in body:
            found += self._statement(statement)
            if found and isinstance(found[-1], _ENDS):
                break
        return found

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.If):
            test = self._simplified(node.test)
            if test is not node.test and isinstance(test, ast.Constant):
                named = [] if test.value else self._named(node)
                return [*named, *self.block(node.body if test.value else node.orelse)]
            return [_like(node, test=test, body=self.block(node.body), orelse=self.block(node.orelse))]
        if isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp):
            return [_like(node, value=self._simplified(node.value))]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return [node]
        blocks = {
            name: self.block(getattr(node, name))
            for name in ("body", "orelse", "finalbody")
            if getattr(node, name, None)
        }
        if isinstance(node, (ast.Try, ast.TryStar)):
            blocks["handlers"] = [_like(one, body=self.block(one.body)) for one in node.handlers]  # type: ignore[misc]
        return [_like(node, **blocks) if blocks else node]

    def _named(self, node: ast.If) -> list[ast.stmt]:
        """Return the condition of a refusal that does not come about: methods that it names are answered here."""
        last = node.body[-1]
        refused = last.value if isinstance(last, ast.Return) else last.exc if isinstance(last, ast.Raise) else None
        return [ast.copy_location(ast.Expr(node.test), node)] if is_refusal(refused) else []

    def _simplified(self, node: ast.expr) -> ast.expr:
        """Return the expression with what is decided in it as constants; the same one where nothing is."""
        if isinstance(node, ast.Constant):
            return node
        truth = self.truth(node)
        if truth is not None:
            self.has_decided = True
            return ast.copy_location(ast.Constant(truth), node)
        if isinstance(node, ast.IfExp):
            test = self._simplified(node.test)
            if isinstance(test, ast.Constant) and test is not node.test:
                return self._simplified(node.body if test.value else node.orelse)
        if isinstance(node, ast.BoolOp):
            values = [self._simplified(one) for one in node.values]
            return _like(node, values=values) if values != node.values else node
        return node

    def truth(self, node: ast.expr) -> bool | None:
        """Return whether a condition is true for every request of the route; None where that is open."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            truths = [self.truth(one) for one in node.values]
            decisive = isinstance(node.op, ast.Or)
            return decisive if decisive in truths else None if None in truths else not decisive
        if isinstance(node, ast.Compare):
            return self._compared(node.left, node.ops[0], node.comparators[0]) if len(node.ops) == 1 else None
        value = self._value(node)
        return True if value is TEXT else bool(value) if type(value) in PLAIN else None

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        is_same = isinstance(op, (ast.Is, ast.Eq, ast.In))
        if not is_same and not isinstance(op, (ast.IsNot, ast.NotEq, ast.NotIn)):
            return None
        if isinstance(op, (ast.In, ast.NotIn)):
            found = self._is_in(left, right)
        else:
            found = _are_equal(
                self._value(left), self._value(right) if not isinstance(right, ast.Constant) else right.value
            )
        return None if found is None else found is is_same

    def _is_in(self, left: ast.expr, right: ast.expr) -> bool | None:
        arguments = self._arguments(right)
        key = self._key(left) if arguments is not None else None
        if arguments is not None and key is not None and key not in self._popped:
            found = arguments.get(key, MISSING)
            return None if found is ANYTHING else found is not MISSING
        value = self._value(left)
        if type(value) in PLAIN and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            options = [one.value for one in right.elts if isinstance(one, ast.Constant)]
            return value in options if len(options) == len(right.elts) else None
        return None

    def _arguments(self, node: ast.expr) -> dict[Any, Any] | None:
        """Return what `kwargs` or `self.kwargs` holds; None for any other expression."""
        if self.given.arguments is None:
            return None
        if isinstance(node, ast.Name) and self._rest and node.id == self._rest:
            return {name: value for name, value in self.given.arguments if name not in self._parameters}
        is_own = isinstance(node, ast.Attribute) and node.attr == "kwargs"
        if is_own and isinstance(node, ast.Attribute) and self._holds_arguments(node.value):
            return dict(self.given.arguments)
        return None

    def _holds_arguments(self, node: ast.expr) -> bool:
        """Whether the expression is the view, or what Django resolved the path to."""
        if isinstance(node, ast.Attribute):
            return node.attr == "resolver_match"
        return isinstance(node, ast.Name) and node.id in _SELF and self.owner is not None

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self._locals.get(node.id, MISSING)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _SELF:
            return self._attribute(node.attr)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return (self._arguments(node.value) or {}).get(node.slice.value, MISSING)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            arguments = self._arguments(node.func.value)
            key = self._key(node.args[0]) if arguments is not None and node.args else None
            if arguments is not None and key is not None:
                default = node.args[1] if len(node.args) > 1 else ast.Constant(None)
                absent = default.value if isinstance(default, ast.Constant) else MISSING
                return arguments.get(key, absent)
        if isinstance(node, ast.Call):
            return self._setting(node)
        if not isinstance(node, ast.Attribute):
            return MISSING
        found = self._scope.value(node)
        return found if type(found) in PLAIN else own_setting(self._scope.value(node.value), node.attr)

    def _key(self, node: ast.expr) -> str | None:
        """Return the name of an argument, written or held by an attribute of the view: `kwargs.get(self.key)`."""
        found = node.value if isinstance(node, ast.Constant) else self._value(node)
        return found if isinstance(found, str) else None

    def _setting(self, node: ast.Call) -> Any:
        """Return what `getattr(settings, "NAME", default)` gives, or a helper that is asked for `"NAME"`."""
        named = [one for one in node.args if isinstance(one, ast.Constant)]
        called = self._scope.value(node.func)
        if getattr(node.func, "id", "") == "getattr":
            is_setting = len(node.args) > 1 and self._scope.value(node.args[0]) is settings
            named = named[:2]
        else:
            is_setting = isinstance(called, types.FunctionType) and _reads_settings(called)
        if not (is_setting and named and isinstance(named[0].value, str) and named[0].value.isupper()):
            return MISSING
        default = named[1].value if len(named) > 1 else MISSING
        return static_attribute(settings, named[0].value) if hasattr(settings, named[0].value) else default

    def _attribute(self, name: str) -> Any:
        if self.owner is None or _may_be_set(self.owner, name):
            return MISSING
        found = dict(self.given.attributes).get(name, MISSING)
        return found if found is not MISSING else static_attribute(self.owner, name)


def _are_equal(left: Any, right: Any) -> bool | None:
    if left is TEXT and (right is None or right == ""):
        return False
    return left == right if type(left) in PLAIN and type(right) in PLAIN else None


@lru_cache(maxsize=1024)
def _may_be_set(owner: type, name: str) -> bool:
    """Whether a method of the class sets the attribute on an instance."""
    functions = [one for base in owner.__mro__ for one in vars(base).values() if isinstance(one, types.FunctionType)]
    return any(
        instruction.opname == "STORE_ATTR" and instruction.argval == name
        for one in functions
        if name in mentioned(one.__code__)
        for instruction in dis.get_instructions(one.__code__)
    )


@lru_cache(maxsize=1024)
def _reads_settings(function: types.FunctionType) -> bool:
    """Whether a helper, or one that it calls, has to do with Django's settings and looks up names."""
    names = mentioned(function.__code__)
    helpers = [found for name in names if isinstance(found := function.__globals__.get(name), types.FunctionType)]
    return any(
        {"getattr", "settings"} <= mentioned(one.__code__) and one.__globals__.get("settings") is settings
        for one in (function, *helpers)
    )
