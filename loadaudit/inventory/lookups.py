"""Model look-ups in a view's source: which parameter selects a row of which model, and whose rows they must be."""

import ast
import types
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from loadaudit.inventory.scope import MISSING, Scope
from loadaudit.inventory.source import mentioned
from loadaudit.inventory.unwrap import plain_function

_SHORTCUTS = frozenset(
    {"get_object_or_404", "aget_object_or_404", "get_list_or_404", "aget_list_or_404", "get_object_or_none"}
)
_SELECTING = frozenset({"get", "aget", "filter", "get_or_create", "aget_or_create"})
_CLUES = frozenset({"objects", "filter", "get_queryset"}) | _SHORTCUTS
_CASTS = frozenset({"int", "str", "UUID", "unquote", "force_str"})
_MAX_DEPTH = 2
_TRANSFORMS = frozenset({"year", "month", "day", "date"})
_SELECTING_SUFFIXES = _TRANSFORMS | {"", "exact", "iexact", "in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`path` of `model` is looked up with the URL parameter."""

    model: type[models.Model]
    path: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """`path` of `model` is compared with the request's user."""

    model: type[models.Model]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """All look-ups of one function and the helpers that it calls."""

    lookups: tuple[Lookup, ...] = ()
    ownerships: tuple[Ownership, ...] = ()

    def __add__(self, other: "Lookups") -> "Lookups":
        return Lookups(lookups=self.lookups + other.lookups, ownerships=self.ownerships + other.ownerships)


@lru_cache(maxsize=16384)
def lookups_of(
    function: types.FunctionType,
    bound_to: type | None,
    parameters: tuple[tuple[str, str], ...],
    model: type[models.Model] | None = None,
    depth: int = _MAX_DEPTH,
) -> Lookups:
    """Read the look-ups of `function`.

    `parameters` maps names in the source to names in the URL; `model` is what `get_queryset` yields.
    """
    if not _has_clues(function, bound_to, depth):
        return Lookups()
    scope = Scope(function, bound_to)
    if scope.node is None:
        return Lookups()
    if scope.arguments:
        scope.request_names |= {scope.arguments[0]}
    reader = _Reader(scope=scope, parameters=dict(parameters), own_model=model, depth=depth)
    reader.read()
    return Lookups(lookups=tuple(reader.lookups), ownerships=tuple(reader.ownerships))


@lru_cache(maxsize=16384)
def _has_clues(function: types.FunctionType, bound_to: type | None, depth: int) -> bool:
    names = mentioned(function.__code__)
    if names & _CLUES or ("user" in names and names & _SELECTING):
        return True
    if depth <= 0:
        return False
    for name in names:
        helper = function.__globals__.get(name)
        if not isinstance(helper, types.FunctionType) and bound_to is not None:
            helper = getattr(bound_to, name, None)
        own = isinstance(helper, types.FunctionType) and helper is not function and _is_own(helper)
        if own and _has_clues(helper, bound_to, depth - 1):
            return True
    return False


def _is_own(function: types.FunctionType) -> bool:
    return not (function.__module__ or "").startswith(("django.", "rest_framework.", "ninja."))


@dataclass(slots=True)
class _Reader:
    """Goes through one function in source order, remembering what local names hold."""

    scope: Scope
    parameters: dict[str, str]
    own_model: type[models.Model] | None
    depth: int
    known: dict[str, type[models.Model]] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    ownerships: list[Ownership] = field(default_factory=list)

    def read(self) -> None:
        for node in _in_source_order(self.scope.node):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._assign(node.targets[0], node.value)
            elif isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
                self._compare(node.left, node.comparators[0])

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, ast.Name):
            return
        parameter = self._parameter(value)
        if parameter is not None:
            self.parameters[target.id] = parameter
            return
        model = self._model(value)
        if model is not None:
            self.known[target.id] = model

    def _call(self, node: ast.Call) -> None:
        name = _called(node)
        if name in _SHORTCUTS and node.args:
            self._select(self._model(node.args[0]), node)
        elif name in _SELECTING and isinstance(node.func, ast.Attribute):
            base = node.func.value
            model = self._model(base)
            self._select(model, node)
            if model is not None:
                self._through_user(base)
        else:
            self._helper(node)

    def _through_user(self, base: ast.expr) -> None:
        """Note that `request.user.projects.get(…)` selects among the user's own rows."""
        while isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
            base = base.func.value
        if isinstance(base, ast.Attribute) and self.scope.is_user(base.value):
            relation = _reverse_relation(_user_model(), base.attr)
            if relation is not None and isinstance(relation.related_model, type):
                self.ownerships.append(Ownership(model=relation.related_model, path=relation.field.name))

    def _select(self, model: type[models.Model] | None, node: ast.Call) -> None:
        if model is None:
            return
        keywords = list(node.keywords)
        for argument in node.args:
            for inner in ast.walk(argument):
                if isinstance(inner, ast.Call) and _called(inner) == "Q":
                    keywords += inner.keywords
        for keyword in keywords:
            if keyword.arg is None:
                continue
            parameter = self._parameter(keyword.value)
            if parameter is not None:
                self.lookups.append(Lookup(model=model, path=keyword.arg, parameter=parameter))
            elif self.scope.is_user(keyword.value):
                self.ownerships.append(Ownership(model=model, path=keyword.arg))

    def _compare(self, left: ast.expr, right: ast.expr) -> None:
        for side, other in ((left, right), (right, left)):
            if isinstance(side, ast.Attribute) and self.scope.is_user(other):
                path, base = _dotted(side)
                model = self.known.get(base)
                if model is not None:
                    self.ownerships.append(Ownership(model=model, path=path))

    def _helper(self, node: ast.Call) -> None:
        if self.depth <= 0:
            return
        target = self.scope.value(node.func)
        function = plain_function(target) if target is not MISSING and not isinstance(target, type) else None
        if function is None or not _is_own(function):
            return
        inner = Scope(function, self.scope.bound_to)
        passed: dict[str, str] = {}
        for name, value in zip(inner.arguments, node.args, strict=False):
            parameter = self._parameter(value)
            if parameter is not None:
                passed[name] = parameter
        for keyword in node.keywords:
            parameter = self._parameter(keyword.value)
            if keyword.arg is not None and parameter is not None:
                passed[keyword.arg] = parameter
        found = lookups_of(function, self.scope.bound_to, tuple(sorted(passed.items())), self.own_model, self.depth - 1)
        self.lookups += found.lookups
        self.ownerships += found.ownerships

    def _parameter(self, node: ast.expr) -> str | None:
        """Return the URL parameter that the expression holds."""
        if isinstance(node, ast.Name):
            return self.parameters.get(node.id)
        if isinstance(node, ast.Subscript) and _names_kwargs(node.value):
            return _text(node.slice)
        if isinstance(node, ast.Call) and node.args:
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
                return _text(node.args[0]) if _names_kwargs(node.func.value) else None
            if _called(node) in _CASTS:
                return self._parameter(node.args[0])
        return None

    def _model(self, node: ast.expr) -> type[models.Model] | None:
        """Return the model whose rows, queryset or class the expression is."""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.known:
            return self.known[node.id]
        value = self.scope.value(node) if isinstance(node, (ast.Name, ast.Attribute)) else MISSING
        if isinstance(value, type) and issubclass(value, models.Model):
            return value
        held = getattr(value, "model", None) if value is not MISSING else None
        if isinstance(held, type) and issubclass(held, models.Model):
            return held
        if isinstance(node, ast.Call):
            return self._model_of_call(node)
        return self._model_of_attribute(node) if isinstance(node, ast.Attribute) else None

    def _model_of_call(self, node: ast.Call) -> type[models.Model] | None:
        name = _called(node)
        if name in _SHORTCUTS:
            return self._model(node.args[0]) if node.args else None
        if name == "get_queryset":
            return self.own_model
        if isinstance(node.func, ast.Attribute):
            return self._model(node.func.value)
        found = self.scope.value(node)
        return found if isinstance(found, type) and issubclass(found, models.Model) else None

    def _model_of_attribute(self, node: ast.Attribute) -> type[models.Model] | None:
        owner = _user_model() if self.scope.is_user(node.value) else self._model(node.value)
        if owner is None:
            return None
        relation = _reverse_relation(owner, node.attr)
        related = relation.related_model if relation is not None else None
        if isinstance(related, type):
            return related
        managers = {manager.name for manager in owner._meta.managers}
        return owner if node.attr in managers or node.attr in ("objects", "_default_manager") else None


def _in_source_order(node: ast.AST | None) -> list[ast.AST]:
    if node is None:
        return []
    nodes = [one for one in ast.walk(node) if hasattr(one, "lineno")]
    # An assignment must come after the calls inside it, so that its name is not yet known to them.
    return sorted(nodes, key=lambda one: (one.lineno, isinstance(one, ast.Assign)))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _names_kwargs(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("kwargs", "view_kwargs", "url_kwargs")


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _dotted(node: ast.Attribute) -> tuple[str, str]:
    names = [node.attr]
    base: ast.expr = node.value
    while isinstance(base, ast.Attribute):
        names.append(base.attr)
        base = base.value
    return "__".join(reversed(names)), getattr(base, "id", "")


def _user_model() -> type[models.Model]:
    from django.contrib.auth import get_user_model

    return get_user_model()


def _reverse_relation(model: type[models.Model], accessor: str) -> Any:
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == accessor:
            return relation
    return None


def resolve_path(model: type[models.Model], path: str) -> tuple[type[models.Model], str, str] | None:
    """Follow a look-up path to the model whose row it selects.

    Returns the model, the field of it (`created_at__year` for a part of a date), and the relation path that
    leads there (empty for `model` itself); None when the look-up does not select by equality.
    """
    walked: list[str] = []
    current = model
    names = path.split("__")
    for position, name in enumerate(names):
        if name == "pk":
            return current, "pk", "__".join(walked)
        try:
            found: Any = current._meta.get_field(name)
        except FieldDoesNotExist:
            found = _by_attname(current, name)
            if found is None:
                return None
        if found.is_relation:
            related = found.related_model
            if not isinstance(related, type):
                return None
            current = related
            walked.append(found.name)
            continue
        suffix = "__".join(names[position + 1 :])
        if suffix not in _SELECTING_SUFFIXES:
            return None
        key = "pk" if getattr(found, "primary_key", False) else found.name
        transform = f"__{suffix}" if suffix in _TRANSFORMS else ""
        return current, key + transform, "__".join(walked)
    return current, "pk", "__".join(walked)


def _by_attname(model: type[models.Model], name: str) -> Any:
    for one in model._meta.concrete_fields:
        if one.attname == name:
            return one
    return None


def model_of(node: ast.expr, scope: Scope, known: dict[str, type[models.Model]]) -> type[models.Model] | None:
    """Return the model of an expression in a function, given what its local names hold."""
    return _Reader(scope=scope, parameters={}, own_model=None, depth=0, known=known)._model(node)
