"""Helpers that say yes or no, and those that refuse or say nothing, read as they are for one method."""

import ast
from collections.abc import Sequence
from typing import Any, Protocol

from loadaudit.inventory.methods.refusals import is_refusing_response
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import walk


class Conditions(Protocol):
    """What knows the method."""

    def truth(self, test: ast.expr) -> bool | None:
        """Return what a condition is, or None when it depends on something else."""

    def learn(self, target: ast.expr | None, value: ast.expr) -> None:
        """Note what an assignment tells."""


def truth_of(node: ast.AST | None, path: Conditions) -> bool | None:
    """Return what a function answers that does nothing but decide, or None where that depends on something else."""
    if isinstance(node, ast.Lambda):
        return path.truth(node.body)
    body: Sequence[ast.stmt] = getattr(node, "body", ())
    try:
        found = _of_block(body, path)
    except _UndecidedError:
        return None
    # Who comes to the end answers None.
    return bool(found)


class _UndecidedError(Exception):
    """Something else than the method decides."""


def _of_block(body: Sequence[ast.stmt], path: Conditions) -> bool | None:
    """Return what statements answer, or None where they go on."""
    for one in body:
        if isinstance(one, ast.Return):
            return _decided(path.truth(one.value)) if one.value is not None else False
        if isinstance(one, ast.If):
            found = _of_block(one.body if _decided(path.truth(one.test)) else one.orelse, path)
            if found is not None:
                return found
        elif isinstance(one, ast.Assign) and len(one.targets) == 1:
            path.learn(one.targets[0], one.value)
        elif not isinstance(getattr(one, "value", None), ast.Constant):
            raise _UndecidedError
    return None


def _decided(truth: bool | None) -> bool:
    if truth is None:
        raise _UndecidedError
    return truth


def only_refuses(scope: Scope) -> bool:
    """Whether a function answers with refusals or not at all, as a check before a view does."""
    node: Any = scope.node
    values = [one.value for one in walk(node) if isinstance(one, ast.Return)] if hasattr(node, "body") else []
    refusing = [one for one in values if isinstance(one, ast.Call) and is_refusing_response(one, scope)]
    nothing = [one for one in values if one is None or (isinstance(one, ast.Constant) and not one.value)]
    return bool(refusing) and len(refusing) + len(nothing) == len(values)
