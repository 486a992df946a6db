"""What a name in a view's source stands for, found without running anything."""

import ast
import inspect
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from loadaudit.inventory.source.trees import FunctionNode, function_node, function_nodes
from loadaudit.inventory.source.unwrap import cells

MISSING: Any = object()
"""A name whose value cannot be known from the source."""

_REQUEST_NAMES = frozenset({"request", "req", "_request", "http_request", "self.request"})


@dataclass(slots=True)
class Scope:
    """One function with its globals, its closure, and the class that `self` means."""

    function: types.FunctionType
    bound_to: type | None = None
    node: FunctionNode | None = None
    request_names: frozenset[str] = _REQUEST_NAMES
    user_names: set[str] = field(default_factory=set)
    """Local names that hold the request's user."""
    _cells: dict[str, Any] = field(default_factory=dict)
    _imports: dict[str, tuple[str, str]] | None = None

    def __post_init__(self) -> None:
        self._cells = cells(self.function)
        if self.node is None:
            self.node = function_node(self.function.__code__)

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The nodes of the function that readers look at, in source order."""
        return function_nodes(self.function.__code__)

    @property
    def arguments(self) -> list[str]:
        """Names of the positional arguments, `self` left out."""
        if self.node is None:
            return []
        names = [one.arg for one in (*self.node.args.posonlyargs, *self.node.args.args)]
        return names[1:] if names and names[0] in ("self", "cls", "_self") else names

    def is_request(self, node: ast.expr) -> bool:
        """Whether the expression is the request: the usual names, or `self.request`."""
        if isinstance(node, ast.Name):
            return node.id in self.request_names
        if isinstance(node, ast.Attribute):
            return node.attr in ("request", "_request")
        return False

    def is_user(self, node: ast.expr) -> bool:
        """Whether the expression is the request's user, or its primary key."""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Attribute) and node.attr in ("id", "pk"):
            node = node.value
        if isinstance(node, ast.Name):
            return node.id in self.user_names
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("auser", "get_user"):
                return self.is_request(node.func.value)
            named = "user" in getattr(node.func, "id", getattr(node.func, "attr", "")).lower()
            return named and len(node.args) == 1 and self.is_request(node.args[0])
        return isinstance(node, ast.Attribute) and node.attr == "user" and self.is_request(node.value)

    def value(self, node: ast.expr) -> Any:
        """Return what a name or a dotted name stands for, or MISSING."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                return _static(self.bound_to, node.attr) if self.bound_to is not None else MISSING
            if _is_super(node.value):
                return self._inherited(node.attr)
            return _static(self.value(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        return MISSING

    def _name(self, name: str) -> Any:
        if name in self._cells:
            return self._cells[name]
        if name in self.function.__globals__:
            return self.function.__globals__[name]
        return self._imported(name)

    def _imported(self, name: str) -> Any:
        if self._imports is None:
            self._imports = dict(_imports_inside(self.nodes, self.function))
        found = self._imports.get(name)
        if found is None:
            return MISSING
        module_name, attribute = found
        # Only what is loaded already: importing a module could run anything.
        module = sys.modules.get(module_name)
        if module is None:
            return MISSING
        return getattr(module, attribute, MISSING) if attribute else module

    def _call(self, node: ast.Call) -> Any:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "get_user_model":
            from django.contrib.auth import get_user_model

            return get_user_model()
        if called == "get_model" and node.args:
            labels = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            try:
                return apps.get_model(".".join(labels))
            except (LookupError, ValueError):
                return MISSING
        return MISSING

    def _inherited(self, name: str) -> Any:
        if self.bound_to is None:
            return MISSING
        mro = self.bound_to.__mro__
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
            parts = [self.strings(one) for one in node.elts]
            if any(part is None for part in parts):
                return None
            return frozenset[str]().union(*(part for part in parts if part is not None))
        value = self.value(node)
        if isinstance(value, str):
            return frozenset({value})
        if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in value):
            return frozenset(value)
        return None


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _static(owner: Any, name: str) -> Any:
    if owner is MISSING or owner is None:
        return MISSING
    if isinstance(owner, types.ModuleType):
        return owner.__dict__.get(name, MISSING)
    try:
        found = inspect.getattr_static(owner, name, MISSING)
    except (AttributeError, TypeError, ValueError):
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
