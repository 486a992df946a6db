"""Tables of handlers by HTTP method: `{"GET": show, "POST": save}`."""

import ast
from typing import Any

from loadaudit.inventory.source.scope import Scope


def table_keys(table: Any) -> frozenset[str] | None:
    """Return the keys of a table, written or at hand, if all of them are texts."""
    if isinstance(table, ast.Dict):
        names: list[object] = [key.value for key in table.keys if isinstance(key, ast.Constant)]
    elif isinstance(table, dict):
        names = list(table)
    else:
        return None
    strings = [one for one in names if isinstance(one, str)]
    return frozenset(strings) if strings and len(strings) == len(names) else None


def filled_keys(table: Any, scope: Scope) -> frozenset[str] | None:
    """Return the keys of a table behind which there is anything: `{"PUT": put}` where `put` was not given has none."""
    keys = table_keys(table)
    if keys is None:
        return None
    if isinstance(table, ast.Dict):
        pairs = zip(table.keys, table.values, strict=True)
        return keys - {getattr(key, "value", None) for key, value in pairs if _is_none(value, scope)}
    return keys - {key for key, value in table.items() if value is None}


def _is_none(value: ast.expr, scope: Scope) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is None
    return isinstance(value, ast.Name) and scope.closed_over(value.id) is None
