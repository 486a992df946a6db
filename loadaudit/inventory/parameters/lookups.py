"""Model look-ups in a view's source: which parameter selects a row of which model, and whose rows they must be."""

import ast
import types
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import models

from loadaudit.inventory.source.expressions import SHORTCUTS, ModelReader, called_name, is_own
from loadaudit.inventory.source.relations import reverse_relation, user_model
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import plain_function

_SELECTING = frozenset({"get", "aget", "filter", "get_or_create", "aget_or_create"})
_CLUES = frozenset({"objects", "filter", "get_queryset"}) | SHORTCUTS
_CASTS = frozenset({"int", "str", "UUID", "unquote", "force_str"})
_MAX_DEPTH = 2


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
    rows = ModelReader(scope=scope, own_model=model)
    reader = _Reader(scope=scope, parameters=dict(parameters), rows=rows, depth=depth)
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
        own = isinstance(helper, types.FunctionType) and helper is not function and is_own(helper)
        if own and _has_clues(helper, bound_to, depth - 1):
            return True
    return False


@dataclass(slots=True)
class _Reader:
    """Goes through one function in source order, remembering what local names hold."""

    scope: Scope
    parameters: dict[str, str]
    rows: ModelReader
    depth: int
    lookups: list[Lookup] = field(default_factory=list)
    ownerships: list[Ownership] = field(default_factory=list)

    def read(self) -> None:
        for node in self.scope.nodes:
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
        if self.scope.is_user(value):
            self.scope.user_names.add(target.id)
            return
        model = self.rows.model(value)
        if model is not None:
            self.rows.known[target.id] = model

    def _call(self, node: ast.Call) -> None:
        name = called_name(node)
        if name in SHORTCUTS and node.args:
            self._select(self.rows.model(node.args[0]), node)
        elif name in _SELECTING and isinstance(node.func, ast.Attribute):
            base = node.func.value
            model = self.rows.model(base)
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
            relation = reverse_relation(user_model(), base.attr)
            if relation is not None and isinstance(relation.related_model, type):
                self.ownerships.append(Ownership(model=relation.related_model, path=relation.field.name))

    def _select(self, model: type[models.Model] | None, node: ast.Call) -> None:
        if model is None:
            return
        keywords = list(node.keywords)
        for argument in node.args:
            for inner in ast.walk(argument):
                if isinstance(inner, ast.Call) and called_name(inner) == "Q":
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
                model = self.rows.known.get(base)
                if model is not None:
                    self.ownerships.append(Ownership(model=model, path=path))

    def _helper(self, node: ast.Call) -> None:
        if self.depth <= 0:
            return
        target = self.scope.value(node.func)
        function = plain_function(target) if target is not MISSING and not isinstance(target, type) else None
        if function is None or not is_own(function):
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
        found = lookups_of(
            function, self.scope.bound_to, tuple(sorted(passed.items())), self.rows.own_model, self.depth - 1
        )
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
            if called_name(node) in _CASTS:
                return self._parameter(node.args[0])
        return None


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
