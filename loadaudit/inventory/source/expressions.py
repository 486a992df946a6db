"""The model behind an expression in a view's source."""

import ast
import types
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import rows_behind, user_model
from loadaudit.inventory.source.scope import MISSING, Scope, static_attribute

SHORTCUTS = frozenset(
    {"get_object_or_404", "aget_object_or_404", "get_list_or_404", "aget_list_or_404", "get_object_or_none"}
)
_MAX_DEPTH = 2


@dataclass(slots=True)
class ModelReader:
    """Finds models in one function, given what its local names hold."""

    scope: Scope
    own_model: type[models.Model] | None = None
    """What `get_queryset` yields."""
    depth: int = _MAX_DEPTH
    known: dict[str, type[models.Model]] = field(default_factory=dict)

    def model(self, node: ast.expr) -> type[models.Model] | None:
        """Return the model whose rows, queryset or class the expression is."""
        # Most expressions of a view are asked, and most are told by their class alone.
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            return self._model_of_call(node)
        if isinstance(node, ast.Name):
            return self.known[node.id] if node.id in self.known else _of_value(self.scope.value(node))
        if isinstance(node, ast.Subscript):
            return self._model_of_entry(node.value, node.slice)
        if not isinstance(node, ast.Attribute):
            return None
        if getattr(node.value, "id", "") == "self":
            held_row = self.known.get(f"self.{node.attr}", self.own_model if node.attr == "object" else None)
            if held_row is not None:
                return held_row
        found = _of_value(self.scope.value(node))
        return found if found is not None else self._model_of_attribute(node)

    def _model_of_call(self, node: ast.Call) -> type[models.Model] | None:
        name = called_name(node)
        if name in SHORTCUTS:
            return self.model(node.args[0]) if node.args else None
        if name == "get_queryset" or (name == "get_object" and not (node.args or node.keywords)):
            return self.own_model or self._returned(node)
        if name == "filter_queryset":
            # Of REST framework's views, and of its backends, which are handed the request and the view as well.
            return next((found for one in node.args if (found := self.model(one)) is not None), None)
        if name == "get_object":
            return self.model(node.args[0] if node.args else node.keywords[0].value) or self.own_model
        found = self.scope.value(node)
        if isinstance(found, type) and issubclass(found, models.Model):
            return found
        if isinstance(node.func, ast.Attribute):
            if name == "get" and node.args and (entry := self._model_of_entry(node.func.value, node.args[0])):
                return entry
            model = self.model(node.func.value)
            if model is not None:
                return self._of_method(model, name)
        return self._returned(node)

    def _returned(self, node: ast.Call) -> type[models.Model] | None:
        """Return the model of what a function of the project returns."""
        target = self.scope.value(node.func)
        if self.depth > 0 and isinstance(target, types.FunctionType) and is_own(target):
            return returned_model(target, self.scope.bound_to, self.depth - 1)
        return None

    def _model_of_entry(self, table: ast.expr, key: ast.expr) -> type[models.Model] | None:
        """Return the model in `MODELS[kind]`, where both are known."""
        held, found = self.scope.value(table), self.scope.value(key)
        is_known = isinstance(held, dict) and isinstance(found, (str, int))
        return _of_value(held.get(found, MISSING)) if is_known else None

    def _of_method(self, model: type[models.Model], name: str) -> type[models.Model] | None:
        """Return what a method yields: that of a manager or queryset more rows, that of a row whatever it returns."""
        found = static_attribute(model, name)
        if not isinstance(found, types.FunctionType) or hasattr(models.QuerySet, name):
            return model
        return returned_model(found, model, self.depth - 1) if self.depth > 0 and is_own(found) else None

    def _model_of_attribute(self, node: ast.Attribute) -> type[models.Model] | None:
        owner = user_model() if self.scope.is_user(node.value) else self.model(node.value)
        if owner is None:
            return None
        behind = rows_behind(owner, node.attr)
        if behind is not None:
            return behind[0]
        managers = {manager.name for manager in owner._meta.managers}
        return owner if node.attr in managers or node.attr in ("objects", "_default_manager") else None


def _of_value(value: Any) -> type[models.Model] | None:
    """Return the model that a value is, or that it has, as a manager and a queryset have."""
    if value is MISSING:
        return None
    if isinstance(value, type) and issubclass(value, models.Model):
        return value
    try:
        held = getattr(value, "model", None)
    except Exception:  # what answers any name, such as settings kept in rows, may raise anything for one it lacks
        return None
    return held if isinstance(held, type) and issubclass(held, models.Model) else None


@lru_cache(maxsize=1024)
def returned_model(
    function: types.FunctionType, bound_to: type | None, depth: int = _MAX_DEPTH
) -> type[models.Model] | None:
    """Return the one model whose rows or queryset every `return` of the function yields, or None."""
    scope = Scope(function, bound_to)
    reader = ModelReader(scope=scope, depth=depth)
    found: set[type[models.Model] | None] = set()
    for node in scope.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            model = reader.model(node.value)
            if model is not None:
                reader.known[node.targets[0].id] = model
    for node in scope.nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            found.add(reader.model(node.value))
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def is_own(function: types.FunctionType) -> bool:
    """Whether the function belongs to the project and not to a framework."""
    return not (function.__module__ or "").startswith(("django.", "rest_framework.", "ninja."))


def called_name(node: ast.Call) -> str:
    """Return the last name of what is called."""
    return last_name(node.func)


def last_name(node: ast.expr) -> str:
    """Return the name that an expression ends with, `atomic` of `transaction.atomic`; empty where it is no name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
