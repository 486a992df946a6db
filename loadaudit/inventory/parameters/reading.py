"""Goes through the source of a view and of its helpers for the look-ups that are made in it."""

import ast
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.methods.pruned import pruned
from loadaudit.inventory.parameters.lookups import (
    MAX_DEPTH,
    NO_LOOKUPS,
    SELECTING,
    Given,
    Link,
    Lookup,
    Lookups,
    Ownership,
    has_clues,
)
from loadaudit.inventory.source.expressions import SHORTCUTS, ModelReader, called_name, is_own, last_name
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.relations import resolve_path, rows_behind, user_model
from loadaudit.inventory.source.scope import MISSING, Scope, static_attribute
from loadaudit.inventory.source.texts import text_of
from loadaudit.inventory.source.trees import mentioned, walk
from loadaudit.inventory.source.unwrap import plain_function

_CASTS = frozenset({"int", "str", "UUID", "unquote", "force_str"})
_REFUSALS = frozenset({"HttpResponseForbidden", "HttpResponseBadRequest", "HttpResponseNotFound"})
_WARNS = frozenset({"error", "warning"})
_IS_REFUSED = re.compile(r"\b(?:can(?:not| not|'t)|may not|must not|not (?:allowed|permitted))\b", re.IGNORECASE)
"""What a page tells who may not do something: `You cannot bid on your own listing.`"""
_NOTHING = Given()


@lru_cache(maxsize=1024)
def lookups_of(
    function: types.FunctionType, bound_to: type | None, given: Given = _NOTHING, depth: int = MAX_DEPTH
) -> Lookups:
    """Read the look-ups of `function`, whose `self` is of the class `bound_to`."""
    tells = given.receiver or given.users or (given.rows and "user" in mentioned(function.__code__))
    if not tells and not has_clues(function, bound_to, depth):
        return NO_LOOKUPS
    part = pruned(function, bound_to, given.route) if given.route is not None else None
    scope = Scope(function, bound_to, part=part)
    if scope.node is None:
        return NO_LOOKUPS
    scope.user_names |= given.users
    held = {name: value for name, value in given.held if name in scope.arguments}
    for name, value in held.items():
        scope.hold(name, value)
    if scope.arguments and given.receiver is None:
        scope.request_names |= {scope.arguments[0]}
    rows = ModelReader(scope=scope, own_model=given.receiver or given.model)
    rows.known |= dict(given.rows)
    if given.receiver is not None:
        rows.known["self"] = given.receiver
    reader = _Reader(scope=scope, parameters=dict(given.parameters), rows=rows, depth=depth, held=held)
    reader.read()
    return Lookups(
        lookups=tuple(reader.lookups), ownerships=tuple(reader.ownerships), links=tuple(dict.fromkeys(reader.links))
    )


@dataclass(slots=True)
class _Reader:
    """Goes through one function in source order, remembering what local names hold."""

    scope: Scope
    parameters: dict[str, str]
    rows: ModelReader
    depth: int
    held: dict[str, Any] = field(default_factory=dict)
    """What the route hands over besides, by the names of arguments."""
    selected: dict[str, str] = field(default_factory=dict)
    """Names and attributes of `self` that hold a row, and the parameter that selected it."""
    conditions: dict[str, list[tuple[ast.expr | None, ast.expr]]] = field(default_factory=dict)
    """Names that hold a dictionary, with its keys and values, which a look-up may be given as `**conditions`."""
    lookups: list[Lookup] = field(default_factory=list)
    ownerships: list[Ownership] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    """Comparisons, by their identity, whose rows are refused where they belong to the user."""

    def read(self) -> None:
        node: Any  # compared by its class, which costs half of isinstance() and narrows no type
        for node in self.scope.nodes:
            kind = node.__class__
            if kind is ast.Call:
                self._call(node)
            elif kind is ast.Assign:
                if len(node.targets) == 1:
                    self._assign(node.targets[0], node.value)
            elif kind is ast.If or kind is ast.Return:
                self.barred |= {id(one) for one in _true_of_others(node)}
            elif kind is ast.Compare and len(node.comparators) == 1 and id(node) not in self.barred:
                self._compare(node.left, node.comparators[0])

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.conditions.get(target.value.id, []).append((target.slice, value))
            return
        name = _held_name(target)
        if not name:
            return
        if isinstance(value, ast.Dict):
            self.conditions[name] = [*zip(value.keys, value.values, strict=True)]
            return
        parameter = self._parameter(value)
        if parameter is not None:
            self.parameters[name] = parameter
            return
        if self.scope.is_user(value):
            self.scope.user_names.add(name)
            return
        model = self.rows.model(value)
        if model is not None:
            self.rows.known[name] = model
            if selecting := self._selecting(value, model):
                self.selected[name] = selecting

    def _selecting(self, value: ast.expr, model: type[models.Model]) -> str:
        """Return the parameter by which an expression selects its row, or empty."""
        found = ""
        for call in walk(value):
            if not isinstance(call, ast.Call):
                continue
            for one in call.keywords:
                parameter = self._parameter(one.value)
                resolved = resolve_path(model, one.arg) if parameter is not None and one.arg else None
                if parameter is not None and resolved is not None and not resolved[2]:
                    return parameter
            passed = [one for one in map(self._parameter, call.args) if one is not None]
            found = found or (passed[0] if len(passed) == 1 else "")
        return found

    def _call(self, node: ast.Call) -> None:
        name = called_name(node)
        if name in SHORTCUTS and node.args:
            self._select(self.rows.model(node.args[0]), node, node.args[0])
        elif name in SELECTING and isinstance(node.func, ast.Attribute):
            self._select(self.rows.model(node.func.value), node, node.func.value)
        elif name == "get_object" and isinstance(node.func, ast.Attribute):
            self._get_object(node)
        else:
            self._helper(node)

    def _get_object(self, node: ast.Call) -> None:
        """`self.get_object(queryset=…)` of a generic view selects by the parameters that the class names."""
        given = [*node.args, *(one.value for one in node.keywords if one.arg == "queryset")]
        model = self.rows.model(given[0]) if given else None
        if model is None:
            self._helper(node)
            return
        owner = self.scope.bound_to
        names = set(self.parameters.values())
        for attribute, path in (("pk_url_kwarg", "pk"), ("slug_url_kwarg", getattr(owner, "slug_field", "slug"))):
            parameter = getattr(owner, attribute, None)
            if isinstance(parameter, str) and parameter in names:
                self.lookups.append(Lookup(model=model, path=str(path), parameter=parameter))

    def _select(self, model: type[models.Model] | None, node: ast.Call, base: ast.expr) -> None:
        if model is None:
            return
        self._through(base)
        alone = not any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr) for one in node.args)
        for path, value in self._conditions(node):
            parameter = self._parameter(value)
            if parameter is not None:
                self.lookups.append(Lookup(model=model, path=path, parameter=parameter))
            elif self.scope.is_user(value):
                self.ownerships.append(Ownership(model=model, path=path, alone=alone))
            elif holder := self.selected.get(_row_name(value)):
                self.links.append(Link(model=model, path=path, parameter=holder))

    def _conditions(self, node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Yield each path with what it must be: of keywords, of `Q(…)`, and of `**{name: …}` with a known name.

        Where the dictionary has a name of its own, what was put into it before counts.
        """
        keywords = list(node.keywords)
        for argument in node.args:
            for inner in walk(argument):
                if isinstance(inner, ast.Call) and called_name(inner) == "Q":
                    keywords += inner.keywords
        for keyword in keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value
                continue
            given = keyword.value
            pairs = [*zip(given.keys, given.values, strict=True)] if isinstance(given, ast.Dict) else []
            for key, value in pairs or self.conditions.get(_held_name(given), []):
                names = self.scope.strings(key) if key is not None else None
                if names is not None and len(names) == 1:
                    yield next(iter(names)), value

    def _through(self, base: ast.expr) -> None:
        """`request.user.projects.get(…)` selects among the user's own rows, `project.tasks.get(…)` among its tasks."""
        while isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
            base = base.func.value
        if not isinstance(base, ast.Attribute):
            return
        is_users = self.scope.is_user(base.value)
        holder = self.selected.get(_held_name(base.value), "")
        owner = user_model() if is_users else self.rows.model(base.value) if holder else None
        behind = rows_behind(owner, base.attr) if owner is not None else None
        if behind is None:
            return
        model, path = behind
        if is_users:
            self.ownerships.append(Ownership(model=model, path=path))
        else:
            self.links.append(Link(model=model, path=path, parameter=holder))

    def _compare(self, left: ast.expr, right: ast.expr) -> None:
        for side, other in ((left, right), (right, left)):
            if isinstance(side, ast.Attribute) and self.scope.is_user(other):
                path, base = _dotted(side, self.rows.known)
                model = self.rows.known.get(base)
                if model is not None and path:
                    self.ownerships.append(Ownership(model=model, path=path))

    def _helper(self, node: ast.Call) -> None:
        if self.depth <= 0:
            return
        target = self.scope.value(node.func)
        if not isinstance(target, (type, types.FunctionType)):
            # As `sync_to_async(function)` holds what it calls.
            target = getattr(target, "__wrapped__", target)
        function = plain_function(target) if target is not MISSING and not isinstance(target, type) else None
        # A decorator hands on what it is given.
        function = plain_function(getattr(function, "__wrapped__", function))
        receiver = None
        if function is None and isinstance(node.func, ast.Attribute) and self._tells(node):
            receiver = self.rows.model(node.func.value)
            function = _method_of_rows(receiver, node.func.attr) if receiver is not None else None
        if function is None or not is_own(function):
            return
        bound_to = None if receiver is not None else self.scope.bound_to
        given = self._passed(node, Scope(function, bound_to).arguments, receiver)
        found = lookups_of(function, bound_to, given, self.depth - 1)
        self.lookups += found.lookups
        self.ownerships += found.ownerships
        self.links += found.links

    def _tells(self, node: ast.Call) -> bool:
        """Whether a call passes the user or a parameter on."""
        passed = (*node.args, *(one.value for one in node.keywords))
        return any(self.scope.is_user(one) or self._parameter(one) is not None for one in passed)

    def _passed(self, node: ast.Call, arguments: list[str], receiver: type[models.Model] | None) -> Given:
        pairs = [*zip(arguments, node.args, strict=False)]
        pairs += [(one.arg, one.value) for one in node.keywords if one.arg is not None]
        held = ((name, self._parameter(value)) for name, value in pairs)
        return Given(
            parameters=tuple(sorted((name, parameter) for name, parameter in held if parameter is not None)),
            users=frozenset(name for name, value in pairs if self.scope.is_user(value)),
            model=self.rows.own_model,
            receiver=receiver,
            held=tuple((name, found) for name, value in pairs if (found := self._model_or_held(value)) is not MISSING),
            rows=tuple(
                (name, self.rows.known[value.id])
                for name, value in pairs
                if isinstance(value, ast.Name) and value.id in self.rows.known
            ),
        )

    def _model_or_held(self, node: ast.expr) -> Any:
        """Return the model that an argument is, or what the route hands over under its name; else MISSING."""
        if isinstance(node, ast.Name) and node.id in self.held:
            return self.held[node.id]
        found = self.scope.value(node) if isinstance(node, (ast.Name, ast.Attribute)) else MISSING
        return found if isinstance(found, type) and issubclass(found, models.Model) else MISSING

    def _parameter(self, node: ast.expr) -> str | None:
        """Return the URL parameter that the expression holds."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.parameters.get(_held_name(node))
        if isinstance(node, ast.Subscript) and _names_kwargs(node.value):
            return text_of(node.slice)
        if isinstance(node, ast.Call) and node.args:
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
                return text_of(node.args[0]) if _names_kwargs(node.func.value) else None
            if called_name(node) in _CASTS:
                return self._parameter(node.args[0])
        return None


@lru_cache(maxsize=1024)
def _method_of_rows(model: type[models.Model], name: str) -> types.FunctionType | None:
    """Return a method that the project gives to a model's managers, querysets or rows."""
    managers = [type(one) for one in model._meta.managers]
    querysets = [getattr(one, "_queryset_class", None) for one in model._meta.managers]
    for owner in (*managers, *querysets, model):
        found = static_attribute(owner, name)
        layers = layers_of_method(found) if found is not MISSING else ()
        if layers and is_own(layers[-1]):
            return layers[-1]
    return None


def _true_of_others(branch: ast.If | ast.Return) -> Iterator[ast.expr]:
    """Yield comparisons that let in who does not own a row: `if row.author == request.user: raise …`, or a test's."""
    if isinstance(branch, ast.Return):
        # What is returned if so, and else, may be a refusal.
        inside = walk(branch.value) if branch.value is not None else []
        kinds = {one.__class__ for one in inside}
        if ast.Compare in kinds and ast.IfExp not in kinds:
            yield from (one for one in inside if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.NotEq))
        return
    tests = branch.test.values if isinstance(branch.test, ast.BoolOp) else [branch.test]
    equal = [one for one in tests if isinstance(one, ast.Compare) and isinstance(one.ops[0], (ast.Eq, ast.Is))]
    if not equal:
        return
    last = branch.body[-1]
    answer = last.value if isinstance(last, ast.Return) else None
    statuses = [one.value for one in walk(answer) if isinstance(one, ast.Constant)] if answer is not None else []
    is_refused = any(type(one) is int and 400 <= one < 600 for one in statuses)
    is_refused = is_refused or (isinstance(last, ast.Return) and any(map(_refuses, branch.body)))
    if isinstance(last, ast.Raise) or is_refused:
        yield from equal


def _refuses(statement: ast.stmt) -> bool:
    """Whether a statement tells the user of an error, or returns an answer that is one by its class."""
    call = statement.value if isinstance(statement, (ast.Expr, ast.Return)) else None
    if not isinstance(call, ast.Call):
        return False
    if isinstance(statement, ast.Return):
        texts = (one.value for one in walk(call) if isinstance(one, ast.Constant) and isinstance(one.value, str))
        return last_name(call.func) in _REFUSALS or any(map(_IS_REFUSED.search, texts))
    return getattr(getattr(call.func, "value", None), "id", "") == "messages" and last_name(call.func) in _WARNS


def _names_kwargs(node: ast.expr) -> bool:
    return last_name(node) in ("kwargs", "view_kwargs", "url_kwargs")


def _held_name(node: ast.expr) -> str:
    """Return `x` or `self.x`, or empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    is_own_attribute = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"
    return f"self.{node.attr}" if is_own_attribute and isinstance(node, ast.Attribute) else ""


def _row_name(node: ast.expr) -> str:
    """Return the name of a row, or of the row whose key this is."""
    if isinstance(node, ast.Attribute) and node.attr in ("pk", "id"):
        node = node.value
    return _held_name(node)


def _dotted(node: ast.Attribute, known: dict[str, type[models.Model]]) -> tuple[str, str]:
    """Return the look-up path of `task.project.owner` and the name that it begins with."""
    names: list[str] = []
    base: ast.expr = node
    while isinstance(base, ast.Attribute) and _held_name(base) not in known:
        names.append(base.attr)
        base = base.value
    return "__".join(reversed(names)), _held_name(base)
