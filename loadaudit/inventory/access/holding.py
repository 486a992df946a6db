"""Local names of a function that hold the user, or what hangs on one: `user = self.request.user`."""

import ast
from collections import Counter
from collections.abc import Iterator

from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import walk


def note_held(scope: Scope) -> None:
    """Note in the scope which names hold the user throughout, and what other names were assigned once."""
    found: dict[str, list[ast.expr]] = {}
    for name, value in _assigned(scope):
        found.setdefault(name, []).append(value)
    if not found or scope.node is None:
        return
    stored = Counter(one.id for one in walk(scope.node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    for name, values in found.items():
        if stored[name] != len(values) or name in scope.arguments:
            continue
        if all(map(scope.is_user, values)):
            scope.user_names.add(name)
        elif len(values) == 1:
            scope.assigned[name] = values[0]


def _assigned(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    for one in scope.nodes:
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            yield one.targets[0].id, one.value
        elif isinstance(one, ast.If):
            yield from ((name.target.id, name.value) for name in walk(one.test) if isinstance(name, ast.NamedExpr))
