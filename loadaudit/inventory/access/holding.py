"""Local names of a function that hold the user, or what hangs on one: `user = self.request.user`."""

import ast
from collections import Counter
from collections.abc import Iterator

from loadaudit.inventory.access.attributes import taken_from
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import walk


def note_held(scope: Scope) -> None:
    """Note in the scope which names hold the user throughout, and what other names were assigned once."""
    found: dict[str, list[ast.expr]] = {}
    for name, value in _assigned(scope):
        found.setdefault(name, []).append(value)
    # The whole function is walked only where it holds something that matters.
    if scope.node is None or not any(_matters(one) for values in found.values() for one in values):
        return
    nodes = walk(scope.node)
    stored = Counter(one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    # A name that is only given its type is not assigned.
    bare = (one.target for one in nodes if isinstance(one, ast.AnnAssign) and one.value is None)
    stored.subtract(one.id for one in bare if isinstance(one, ast.Name))
    for name, values in found.items():
        if stored[name] != len(values) or name in scope.arguments:
            continue
        if all(map(scope.is_user, values)):
            scope.user_names.add(name)
        elif len(values) == 1:
            scope.assigned[name] = values[0]


def _assigned(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    for one in scope.nodes:
        kind: type = one.__class__
        if kind is ast.Assign and one.targets[0].__class__ is ast.Name and len(one.targets) == 1:  # type: ignore[attr-defined]
            yield one.targets[0].id, one.value  # type: ignore[attr-defined]
        elif kind is ast.Attribute and one.value.__class__ is ast.NamedExpr:  # type: ignore[attr-defined]
            yield one.value.target.id, one.value.value  # type: ignore[attr-defined]


def _matters(value: ast.expr) -> bool:
    """Whether a value comes from the user, or is a group that the user may be in."""
    while isinstance(value, (ast.Attribute, ast.Call, ast.Await, ast.BoolOp)):
        if (step := taken_from(value)) is not None:
            value, name = step
            if name == "user":
                return True
        elif isinstance(value, ast.BoolOp):
            value = value.values[0]
        else:
            value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and "group" in value.id.lower()
