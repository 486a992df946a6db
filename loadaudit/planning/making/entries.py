"""Columns that name entries of the project's registries, as checks or back ends, in rows that name none of them."""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any

from django.db import models

from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.making.breaking import either_end, read_last
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, layers_of, view_at
from loadaudit.planning.registered import dictionaries_of, is_registry, registries_in
from loadaudit.records import Outcome

_BREAKS = frozenset({Outcome.SERVER_ERROR, Outcome.NOT_FOUND})
_SELF = ("self", "cls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A column of a model whose text the code looks up in a registry, and the names that are registered there."""

    column: Any
    names: tuple[str, ...]

    def changes(self) -> Iterator[tuple[Any, dict[str, object]]]:
        """Yield rows that name nothing registered, each with a name that is, in turn. Reads the database."""
        rows: list[Any] = either_end(self.column.model)
        held = {getattr(row, self.column.attname) for row in rows}
        free = [one for one in self.names if one not in held] if self.column.unique else self.names
        unnamed = [row for row in rows if getattr(row, self.column.attname) not in self.names]
        for place, row in enumerate(unnamed if free else ()):
            if place < len(free) or not self.column.unique:
                yield row, {self.column.name: free[place % len(free)]}


def entries_for(best: Try | None, addressed: Collection[tuple[str, str]]) -> Iterator[Entries]:
    """Yield the columns of the rows read last by which the code behind an address that broke looks entries up.

    Not those by which rows are `addressed`, by the labels of their models: other addresses would lead nowhere.
    """
    if best is None or best.outcome not in _BREAKS or (view := view_at(best.path.path)) is None:
        return
    for model in read_last(best):
        for name, names in _looked_up(view, model).items():
            column: Any = model._meta.get_field(name)
            fitting = tuple(one for one in names if len(one) <= (column.max_length or len(one)))
            if fitting and (model._meta.label, name) not in addressed:
                yield Entries(column=column, names=fitting)


@lru_cache(maxsize=256)
def _looked_up(view: Any, model: type[models.Model]) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of a model that a view's code or the model's own looks up, with the names of entries."""
    columns = {one.name for one in model._meta.local_concrete_fields if _may_name(one)}
    found: dict[str, tuple[str, ...]] = {}
    of_view = dict.fromkeys(with_helpers(layers_of(view)))
    for function, owner in (*((one, model) for one in _methods(model)), *((one, class_of(view)) for one in of_view)):
        try:
            for name, names in _of_function(function, columns, owner, is_own=owner is model):
                found.setdefault(name, names)
        except Exception:  # a registry, and what a module holds, are the project's own code
            continue
    return found


def _may_name(column: Any) -> bool:
    is_text = isinstance(column, (models.CharField, models.TextField))
    return is_text and not (column.primary_key or column.choices)


def _methods(model: type[models.Model]) -> Iterator[FunctionType]:
    for owner in model.__mro__:
        for value in vars(owner).values() if not owner.__module__.startswith(FRAMEWORKS) else ():
            # A property has the function in `fget`, one that keeps its value in `func`.
            value = getattr(value, "fget", None) or getattr(value, "func", None) or value
            if isinstance(value, FunctionType):
                yield value


def _of_function(
    function: Any, columns: set[str], owner: type | None, *, is_own: bool
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each column that a function looks up, with what is registered; in the model's `own` method of `self`."""
    node = function_node(function.__code__) if columns & {*function.__code__.co_names} else None
    scope = Scope(function, owner)
    for one in walk(node) if node is not None else ():
        keys: Sequence[ast.expr] = ()
        if isinstance(one, ast.Subscript):
            keys, looked_in = [one.slice], one.value
        elif isinstance(one, ast.Call):
            keys, looked_in = one.args, one.func
        for key in keys:
            if isinstance(key, ast.Attribute) and key.attr in columns and _is_self(key.value) == is_own:
                names = dict.fromkeys(name for held in _registries(looked_in, scope) for name in held)
                if names:
                    yield key.attr, tuple(names)


def _registries(node: ast.expr, scope: Scope) -> Iterator[Mapping[str, Any]]:
    """Yield what a look-up may look in: `CHECKS[…]`, `CHECKS.get(…)`, `checks.find(…)` or `find_check(…)`."""
    found = scope.value(node)
    if isinstance(found, dict):
        yield from _by_name([found])
        return
    if isinstance(node, ast.Attribute):
        owner = scope.owner(node.value)
        # What a class does itself with a column is no look-up in all that it holds.
        held = [] if _is_self(node.value) or owner is MISSING else list(dictionaries_of(owner))
        yield from _by_name([owner] if isinstance(owner, dict) else [one for one in held if is_registry(one)])
    elif isinstance(found, FunctionType) and not found.__module__.startswith(FRAMEWORKS):
        yield from _by_name([one for one in registries_in(found) if is_registry(one)])


def _by_name(found: Sequence[Mapping[Any, Any]]) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in found if one and all(isinstance(key, str) and key for key in one))


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _SELF
