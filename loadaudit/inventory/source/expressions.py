"""The model behind an expression in a view's source."""

import ast
import types
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import models

from loadaudit.inventory.source.relations import reverse_relation, user_model
from loadaudit.inventory.source.scope import MISSING, Scope

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
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.known:
            return self.known[node.id]
        is_own_attribute = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"
        if is_own_attribute and isinstance(node, ast.Attribute):
            held_row = self.known.get(f"self.{node.attr}", self.own_model if node.attr == "object" else None)
            if held_row is not None:
                return held_row
        if isinstance(node, ast.Constant):
            return None
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
        name = called_name(node)
        if name in SHORTCUTS:
            return self.model(node.args[0]) if node.args else None
        if name == "get_queryset" or (name == "get_object" and not (node.args or node.keywords)):
            return self.own_model
        if name == "get_object":
            return self.model(node.args[0] if node.args else node.keywords[0].value) or self.own_model
        found = self.scope.value(node)
        if isinstance(found, type) and issubclass(found, models.Model):
            return found
        if isinstance(node.func, ast.Attribute):
            model = self.model(node.func.value)
            if model is not None:
                return model
        target = self.scope.value(node.func)
        if self.depth > 0 and isinstance(target, types.FunctionType) and is_own(target):
            return returned_model(target, self.scope.bound_to, self.depth - 1)
        return None

    def _model_of_attribute(self, node: ast.Attribute) -> type[models.Model] | None:
        owner = user_model() if self.scope.is_user(node.value) else self.model(node.value)
        if owner is None:
            return None
        relation = reverse_relation(owner, node.attr)
        related = relation.related_model if relation is not None else None
        if isinstance(related, type):
            return related
        managers = {manager.name for manager in owner._meta.managers}
        return owner if node.attr in managers or node.attr in ("objects", "_default_manager") else None


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
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
