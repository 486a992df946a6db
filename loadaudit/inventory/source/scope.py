"""What a name in a view's source stands for, found without running anything."""

import ast
import inspect
import re
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import EnumType
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.functional import LazyObject

from loadaudit.inventory.source.trees import FunctionNode, function_node, function_nodes, has_import, read_nodes
from loadaudit.inventory.source.unwrap import cells

MISSING: Any = object()
"""A name whose value cannot be known from the source."""

_SECRET = re.compile(r"SECRET|PASSW|TOKEN|CREDENTIAL|SIGNATURE|(?:^|_)(?:API|PRIVATE|ACCESS)?_?KEYS?(?:_|$)")

_REQUEST_NAMES = frozenset({"request", "req", "_request", "http_request", "self.request"})


@dataclass(slots=True)
class Scope:
    """One function with its globals, its closure, and the class that `self` means."""

    function: types.FunctionType
    bound_to: type | None = None
    request_names: frozenset[str] = _REQUEST_NAMES
    user_names: set[str] = field(default_factory=set)
    """Local names that hold the request's user."""
    assigned: dict[str, ast.expr] = field(default_factory=dict)
    """What other local names were assigned, where that is known to be all."""
    part: FunctionNode | None = None
    """What is to be read of the function, where that is not all of it."""
    _cells: dict[str, Any] = field(default_factory=dict)
    _names: dict[str, Any] = field(default_factory=dict)
    """What names were found to stand for."""
    _imports: dict[str, tuple[str, str]] | None = None

    def __post_init__(self) -> None:
        self._cells = cells(self.function)

    @property
    def node(self) -> FunctionNode | None:
        """The syntax tree of the function, or None when its source cannot be read."""
        return self.part if self.part is not None else function_node(self.function.__code__)

    def hold(self, name: str, value: object) -> None:
        """Note the object that a name stands for."""
        self._cells[name] = value
        self._names.pop(name, None)

    def closed_over(self, name: str) -> Any:
        """Return what the function's closure holds under a name that it does not set anew, or MISSING."""
        return self._cells.get(name, MISSING) if name in self.function.__code__.co_freevars else MISSING

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The nodes of the function that readers look at, in source order."""
        return function_nodes(self.function.__code__) if self.part is None else read_nodes(self.part)

    @property
    def arguments(self) -> list[str]:
        """Names of the positional arguments, `self` left out."""
        code = self.function.__code__
        names = list(code.co_varnames[: code.co_argcount])
        return names[1:] if names and names[0] in ("self", "cls", "_self") else names

    def is_request(self, node: ast.expr) -> bool:
        """Whether the expression is the request: the usual names, `self.request`, or the first of `*args`."""
        if isinstance(node, ast.Name):
            return node.id in self.request_names
        if isinstance(node, ast.Attribute):
            return node.attr in ("request", "_request")
        first = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0
        rest = self.node.args.vararg if first and self.node is not None and not self.arguments else None
        return rest is not None and isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == rest.arg

    def is_user(self, node: ast.expr) -> bool:
        """Whether the expression is the request's user, or its primary key."""
        if node.__class__ is ast.Constant:
            return False
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Attribute):
            if node.attr == "user":
                return self.is_request(node.value)
            if node.attr not in ("id", "pk"):
                return False
            node = node.value
        if isinstance(node, ast.Name):
            return node.id in self.user_names
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("auser", "get_user"):
                return self.is_request(node.func.value)
            named = "user" in getattr(node.func, "id", getattr(node.func, "attr", "")).lower()
            return named and len(node.args) == 1 and self.is_request(node.args[0])
        if isinstance(node, ast.BoolOp):
            # `request.user or request.auth`
            return isinstance(node.op, ast.Or) and self.is_user(node.values[0])
        return isinstance(node, ast.Attribute) and node.attr == "user" and self.is_request(node.value)

    def value(self, node: ast.expr) -> Any:
        """Return what a name or a dotted name stands for, or MISSING."""
        # By the class and not by isinstance(), which costs twice as much: nothing is asked more often.
        kind: Any = node.__class__
        if kind is ast.Name:
            return self._name(node.id)  # type: ignore[attr-defined]
        if kind is ast.Attribute:
            return self._attribute(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            return node.value  # type: ignore[attr-defined]
        return self._call(node) if kind is ast.Call else MISSING  # type: ignore[arg-type]

    def _attribute(self, node: ast.Attribute) -> Any:
        if _is_super(node.value):
            return self._inherited(node.attr, self._named_parent(node.value))
        return static_attribute(self.owner(node.value), node.attr)

    def is_parent(self, node: ast.expr) -> bool:
        """Whether it is the function's own method as a parent class has it."""
        return isinstance(node, ast.Attribute) and node.attr == self.function.__name__ and _is_super(node.value)

    def owner(self, node: ast.expr) -> Any:
        """Return what an attribute is looked up on: for `self` the object at hand, or else its class."""
        if isinstance(node, ast.Name) and node.id in ("self", "cls") and node.id not in self._cells:
            return self.bound_to if self.bound_to is not None else MISSING
        return self.value(node)

    def _name(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        found = self._cells.get(name, MISSING)
        if found is MISSING:
            found = self.function.__globals__.get(name, MISSING)
        if found is MISSING:
            found = self._imported(name)
        found = self._names[name] = MISSING if _is_lazy(found) else found
        return found

    def _imported(self, name: str) -> Any:
        if self._imports is None:
            may_import = has_import(self.function.__code__)
            self._imports = dict(_imports_inside(self.nodes, self.function)) if may_import else {}
        found = self._imports.get(name)
        if found is None:
            return MISSING
        module_name, attribute = found
        # Only what is loaded already: importing a module could run anything.
        module = sys.modules.get(module_name)
        if module is None:
            return MISSING
        # A module's own __getattr__ could run anything, too.
        return vars(module).get(attribute, MISSING) if attribute else module

    def _call(self, node: ast.Call) -> Any:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "get_user_model":
            from loadaudit.inventory.source.relations import user_model

            return user_model()
        if called == "get_model" and node.args:
            labels = [found for one in node.args if isinstance(found := self.value(one), str)]
            try:
                return apps.get_model(".".join(labels))
            except (LookupError, ValueError):
                return MISSING
        return MISSING

    def _named_parent(self, call: ast.expr) -> Any:
        """Return the class behind which `super()` searches: that in `super(Parent, self)`, or the method's own.

        Python keeps that for `super()` in the closure, however many decorators stand around the method.
        """
        arguments = call.args if isinstance(call, ast.Call) else []
        return self.value(arguments[0]) if arguments else self.closed_over("__class__")

    def _inherited(self, name: str, behind: Any = MISSING) -> Any:
        if self.bound_to is None:
            return MISSING
        mro = self.bound_to.__mro__
        if isinstance(behind, type) and behind in mro:
            rest = mro[mro.index(behind) + 1 :]
            return next((vars(one)[name] for one in rest if name in vars(one)), MISSING)
        code = self.function.__code__
        for position, base in enumerate(mro):
            own = base.__dict__.get(self.function.__name__)
            if getattr(own, "__code__", None) is code:
                for above in mro[position + 1 :]:
                    if name in above.__dict__:
                        return above.__dict__[name]
        return MISSING

    def strings(self, node: ast.expr) -> frozenset[str] | None:
        """Return the strings that a literal, or a constant by name, holds; None when it is neither."""
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return self._all_strings(node.elts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.BitOr)):
            return self._all_strings([node.left, node.right])
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)) and len(node.generators) == 1:
            return self.strings(node.generators[0].iter) if _is_same_in(node.elt, node.generators[0].target) else None
        if isinstance(node, ast.Call) and (inner := _only_reordered(node)) is not None:
            return self.strings(inner)
        value = self.value(node)
        if isinstance(value, str):
            return frozenset({str(value)})
        if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in value):
            return frozenset(str(one) for one in value)
        return None

    def _all_strings(self, nodes: list[ast.expr]) -> frozenset[str] | None:
        parts = [self.strings(one) for one in nodes]
        if any(part is None for part in parts):
            return None
        return frozenset[str]().union(*(part for part in parts if part is not None))


def _only_reordered(node: ast.Call) -> ast.expr | None:
    """Return what `set(…)`, `map(str.upper, …)` or `….upper()` is made of: the same texts, but for their case."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("upper", "lower", "strip") and not node.args:
        return node.func.value
    name = getattr(node.func, "id", "")
    if name in ("set", "list", "tuple", "frozenset", "sorted") and len(node.args) == 1:
        return node.args[0]
    return node.args[1] if name == "map" and len(node.args) == 2 and _keeps(node.args[0]) else None


def _keeps(function: ast.expr) -> bool:
    """Whether `str.upper`, or `lambda one: one.upper()`, keeps a text but for its case."""
    if isinstance(function, ast.Lambda):
        names = function.args.args
        return len(names) == 1 and _is_same_in(function.body, ast.Name(id=names[0].arg))
    return getattr(function, "attr", "") in ("upper", "lower")


def _is_same_in(element: ast.expr, target: ast.expr) -> bool:
    """Whether a comprehension keeps its elements, but for their case."""
    if isinstance(element, ast.Call):
        inner = _only_reordered(element)
        return inner is not None and _is_same_in(inner, target)
    return isinstance(element, ast.Name) and isinstance(target, ast.Name) and element.id == target.id


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _is_lazy(value: Any) -> bool:
    # Any look at a lazy object but at its type makes it, which may run a query; the settings are made already.
    return issubclass(type(value), LazyObject) and value is not settings


def is_secret(setting: str) -> bool:
    """Whether a setting's name says that its value must not stand in an inventory, as a choice of a field would."""
    return _SECRET.search(setting) is not None


def static_attribute(owner: Any, name: str) -> Any:
    """Return an attribute without running descriptors or `__getattr__`, or MISSING."""
    if owner is MISSING or owner is None:
        return MISSING
    if owner is settings:
        return MISSING if is_secret(name) else getattr(settings, name, MISSING)
    if isinstance(owner, types.ModuleType):
        return _plainly(owner.__dict__.get(name, MISSING))
    if isinstance(owner, EnumType):
        return _plainly(owner.__members__.get(name, MISSING))
    return _class_attribute(owner, name) if isinstance(owner, type) else _plainly(_static(owner, name))


# Most look-ups are those of a few models' managers, and a static look-up goes through all the bases of a class.
@lru_cache(maxsize=1024)
def _class_attribute(owner: type, name: str) -> Any:
    return _plainly(_static(owner, name))


def _static(owner: object, name: str) -> Any:
    try:
        return inspect.getattr_static(owner, name, MISSING)
    except (AttributeError, TypeError, ValueError):
        return MISSING


def _plainly(found: Any) -> Any:
    if _is_lazy(found):
        return MISSING
    return found.__func__ if isinstance(found, (staticmethod, classmethod)) else found


def _imports_inside(nodes: Iterable[ast.AST], function: types.FunctionType) -> Iterable[tuple[str, tuple[str, str]]]:
    for statement in nodes:
        if isinstance(statement, ast.ImportFrom):
            module = _absolute(statement, function)
            for alias in statement.names:
                yield alias.asname or alias.name, (module, alias.name)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.asname or alias.name.split(".")[0], (alias.name, "")


def _absolute(statement: ast.ImportFrom, function: types.FunctionType) -> str:
    if not statement.level:
        return statement.module or ""
    package = str(function.__globals__.get("__package__") or "").split(".")
    base = package[: len(package) - statement.level + 1]
    return ".".join([*base, *([statement.module] if statement.module else [])])
