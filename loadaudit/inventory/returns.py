"""The model of the queryset that a method returns, read from its source."""

import ast
import types
from functools import lru_cache

from django.db import models

from loadaudit.inventory.lookups import model_of
from loadaudit.inventory.scope import Scope


@lru_cache(maxsize=4096)
def returned_model(function: types.FunctionType, bound_to: type | None) -> type[models.Model] | None:
    """Return the one model that every `return` of the function yields, or None."""
    scope = Scope(function, bound_to)
    if scope.node is None:
        return None
    known: dict[str, type[models.Model]] = {}
    found: set[type[models.Model]] = set()
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            model = model_of(node.value, scope, known)
            if model is not None:
                known[node.targets[0].id] = model
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Return) and node.value is not None:
            model = model_of(node.value, scope, known)
            if model is not None:
                found.add(model)
    return found.pop() if len(found) == 1 else None
