"""Query parameters that the source of a view reads: `request.GET["q"]`, `.get("page", 1)`, forms bound to it."""

import ast
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.inventory.bodies.fields.models import NOTHING_SENT
from loadaudit.inventory.bodies.fields.serializers import fields_of_serializer, is_serializer
from loadaudit.inventory.methods.clues import is_own
from loadaudit.inventory.parameters.lookups import Given
from loadaudit.inventory.parameters.reading import lookups_of
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.texts import text_of, texts_in
from loadaudit.inventory.source.trees import walk
from loadaudit.records import BodyField

QUERIES = frozenset({"GET", "query_params"})
"""Attributes of a request that hold the query."""
_TYPES = {
    **{"int": "integer", "float": "number", "Decimal": "number", "UUID": "uuid"},
    **{"strptime": "date", "parse_date": "date", "parse_datetime": "date-time", "fromisoformat": "date"},
}
_COPIES = frozenset({"copy", "dict"})
_CHANGES = frozenset({"split", "strip", "lower", "upper"})
_MOST_CHOICES = 50
"""A table in which code looks a word up may be a whole dictionary."""


@lru_cache(maxsize=1024)
def read_query(function: types.FunctionType, owner: type | None) -> tuple[BodyField, ...]:
    """Return what the function itself reads from `request.GET`, by name and in the order of the source."""
    reader = _Reader(Scope(function, owner))
    if reader.scope.arguments and owner is None:
        # The first argument of a view is its request, whatever it is called.
        reader.scope.request_names |= {reader.scope.arguments[0]}
    reader.read()
    return tuple(_of_rows(function, owner, reader.found, reader.held).values())


def _of_rows(
    function: types.FunctionType, owner: type | None, found: Mapping[str, BodyField], held: Mapping[str, str]
) -> dict[str, BodyField]:
    """Return the parameters with the model and the column by which the function looks a row up with them."""
    known = dict(found)
    for one in lookups_of(function, owner, Given(parameters=tuple(sorted(held.items())))).lookups if held else ():
        plain = known.get(one.parameter)
        if plain is not None and plain.model is None and not plain.choices and "__" not in one.path:
            known[one.parameter] = replace(plain, model=one.model._meta.label, model_field=one.path)
    return known


@dataclass(slots=True)
class _Reader:
    scope: Scope
    found: dict[str, BodyField] = field(default_factory=dict)
    _aliases: set[str] = field(default_factory=set)
    """Local names that hold the query."""
    held: dict[str, str] = field(default_factory=dict)
    """Local names that hold one parameter, and its name."""
    _types: dict[ast.AST, str] = field(default_factory=dict)
    """Expressions that a conversion is made of, with the type that it makes."""

    _given: dict[str, str] = field(default_factory=dict)
    """Arguments of a helper that its caller gives as a text: `number(request.GET, "project")`."""
    _depth: int = 2
    """How many helpers further the query is followed."""

    def read(self) -> None:
        """Note everything that the function asks the query for."""
        nodes = walk(self.scope.node) if self.scope.node is not None else []
        for node in nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if self._is_query(node.value):
                    self._aliases.add(node.targets[0].id)
                elif (read := next(self._asked(_plain(node.value)), None)) is not None:
                    self.held[node.targets[0].id] = read.name
                elif isinstance(node.value, ast.Name) and node.value.id in self.held:
                    self.held[node.targets[0].id] = self.held[node.value.id]
            elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
                if name := self._parameter(_plain(node.iter)):
                    self.held[node.target.id] = name
            elif isinstance(node, ast.Call) and len(node.args) == 1:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in _TYPES:
                    self._types[node.args[0]] = _TYPES[name]
        for node in nodes:
            for one in self._asked(node):
                self._note(one)
        for node in nodes:
            self._note_uses(node)

    def _note(self, one: BodyField) -> None:
        known = self.found.setdefault(one.name, one)
        if known is not one:
            kind = one.type if known.type == "string" else known.type
            self.found[one.name] = replace(
                known, type=kind, required=known.required and one.required, default=known.default or one.default
            )

    def _note_uses(self, node: ast.AST) -> None:
        """Note what a parameter is compared with, and what it is converted to after it has got a name of its own."""
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            several = isinstance(node.ops[0], (ast.In, ast.NotIn))
            name = self._parameter(node.left)
            if name not in self.found or not (several or isinstance(node.ops[0], (ast.Eq, ast.NotEq))):
                return
            texts = [one for one in texts_in(self.scope, node.comparators[0], several=several) if one]
            if not {one.lower() for one in texts} <= NOTHING_SENT:
                known = self.found[name]
                choices = tuple(dict.fromkeys((*known.choices, *texts)))[:_MOST_CHOICES]
                self.found[name] = replace(known, choices=choices)
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            name = self._parameter(node.args[0])
            if name in self.found and called in _TYPES and self.found[name].type == "string":
                self.found[name] = replace(self.found[name], type=_TYPES[called])

    def _parameter(self, node: ast.AST) -> str:
        """Return the name of the parameter that an expression holds, or empty."""
        if isinstance(node, ast.Name):
            return self.held.get(node.id, "")
        found = next(self._asked(node), None) if isinstance(node, (ast.Call, ast.Subscript)) else None
        return found.name if found is not None else ""

    def _asked(self, node: ast.AST) -> Iterator[BodyField]:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and self._is_query(node.value):
            if name := self._named(node.slice):
                yield BodyField(name=name, required=True, type=self._types.get(node, "string"))
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            if self._is_query(node.comparators[0]) and (name := self._named(node.left)):
                yield BodyField(name=name)
        elif isinstance(node, ast.Call):
            yield from self._of_call(node)

    def _of_call(self, node: ast.Call) -> Iterator[BodyField]:
        if isinstance(node.func, ast.Attribute) and self._is_query(node.func.value):
            name = self._named(node.args[0]) if node.args else ""
            if name and node.func.attr in ("get", "getlist", "pop"):
                default = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
                kind = "integer" if type(default) is int else self._types.get(node, "string")
                shown = None if default is None else str(default)
                yield BodyField(name=name, type=kind, many=node.func.attr == "getlist", default=shown)
            return
        given = (*node.args, *(one.value for one in node.keywords))
        has_query = any(map(self._is_query, given))
        # `required(request, "from")`
        names_one = any(map(self.scope.is_request, given)) and any(map(text_of, given))
        if has_query or names_one:
            called = self.scope.value(node.func)
            yield from _of_bound(called, _prefix(node)) if has_query else ()
            if type(called) is types.FunctionType and self._depth > 0 and is_own(called):
                yield from self._of_helper(node, called)

    def _of_helper(self, node: ast.Call, helper: types.FunctionType) -> Iterator[BodyField]:
        """Yield what a function of the project asks the query for that it gets as one of its arguments."""
        inner = Scope(helper)
        passed = [
            *zip(inner.arguments, node.args, strict=False),
            *((one.arg or "", one.value) for one in node.keywords),
        ]
        inner.request_names |= {name for name, value in passed if self.scope.is_request(value)}
        reader = _Reader(
            inner,
            _aliases={name for name, value in passed if self._is_query(value)},
            _given={name: text for name, value in passed if (text := self._named(value))},
            _depth=self._depth - 1,
        )
        reader.read()
        yield from reader.found.values()

    def _named(self, node: ast.expr) -> str:
        """Return the parameter that an expression names: a text, or a constant of the module or the class."""
        if isinstance(node, ast.Name) and node.id in self.scope.function.__code__.co_varnames:
            return self._given.get(node.id, "")
        held = self.scope.value(node) if isinstance(node, (ast.Name, ast.Attribute)) else text_of(node)
        return held if type(held) is str else ""

    def _is_query(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            # `Form(request.GET or None)`
            return self._is_query(node.values[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            return node.func.attr in _COPIES and self._is_query(node.func.value)
        if isinstance(node, ast.Name):
            return node.id in self._aliases
        return isinstance(node, ast.Attribute) and node.attr in QUERIES and self.scope.is_request(node.value)


def _plain(node: ast.expr) -> ast.expr:
    """Return what a default stands behind, `request.GET.get("size") or ""`, and what is taken apart or trimmed."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return _plain(node.values[0])
    is_changed = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES
    return _plain(node.func.value) if is_changed else node  # type: ignore[attr-defined]


def _prefix(node: ast.Call) -> str:
    return next((text_of(one.value) or "" for one in node.keywords if one.arg == "prefix"), "")


def _of_bound(made: Any, prefix: str) -> Iterator[BodyField]:
    """Yield the fields of a form, or of a FilterSet, that gets the query as its data."""
    if is_form(made):
        yield from fields_of_form(made, prefix).fields
    elif is_serializer(made):
        yield from fields_of_serializer(made)
    filters = getattr(made, "base_filters", None) if isinstance(made, type) else None
    if isinstance(filters, Mapping):
        yield from (BodyField(name=name, type="any") for name in filters)
