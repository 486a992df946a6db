"""Texts in a collection that code compares something with: one written there, of the module, a class, or settings."""

import ast
from collections.abc import Iterator
from enum import EnumType
from typing import Any

from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.runfile.addresses import looks_like_a_key
from loadaudit.runfile.redaction import is_secret_name
from loadaudit.runfile.shapes import is_opaque

_SAME = frozenset({"dict", "list", "tuple", "set", "frozenset", "sorted"})


def text_of(node: ast.expr) -> str | None:
    """Return the text that a constant is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def texts_in(scope: Scope, node: ast.expr, *, several: bool = False) -> Iterator[str]:
    """Yield the texts that an expression is or holds, and the whole numbers of a list where `several` are asked for."""
    if (text := text_of(node)) is not None:
        yield text
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from (text for one in node.elts if (text := text_of(one)) is not None)
        numbers = [one.value for one in node.elts if isinstance(one, ast.Constant) and type(one.value) is int]
        yield from map(str, numbers if several and len(numbers) > 1 else ())
    else:
        yield from keys_in(scope, node)


def keys_in(scope: Scope, node: ast.expr) -> Iterator[str]:
    """Yield the texts in a collection, the keys of a table, the values of an enumeration, but no secrets.

    What is yielded stands in inventories and plans: what code compares a token with, `settings.HOOK_TOKEN`, must not.
    """
    if isinstance(node, ast.Dict):
        yield from (text for one in node.keys if one is not None and (text := text_of(one)) is not None)
        return
    if any(is_secret_name(getattr(one, "attr", getattr(one, "id", ""))) for one in ast.walk(node)):
        return
    value = _value(scope, node)
    if isinstance(value, str):
        yield from () if looks_like_a_key(value) else (value,)
    elif isinstance(value, EnumType):
        members: list[Any] = list(value)
        yield from (one.value for one in members if isinstance(one.value, str))
    elif isinstance(value, dict | list | tuple | set | frozenset):
        # Choices are pairs of a value and a label.
        firsts = [one[0] if isinstance(one, tuple) and one else one for one in value]
        texts = [one for one in firsts if isinstance(one, str) and not is_opaque(one)]
        yield from sorted(texts) if isinstance(value, set | frozenset) else texts


def _value(scope: Scope, node: ast.expr) -> Any:
    """Return what an expression stands for, without running anything but objects that hold settings."""
    if isinstance(node, ast.Subscript):
        held, key = _value(scope, node.value), text_of(node.slice)
        return held.get(key) if isinstance(held, dict) and key is not None else None
    if isinstance(node, ast.Call):
        same = getattr(node.func, "id", "") in _SAME and len(node.args) == 1
        of_table = isinstance(node.func, ast.Attribute) and node.func.attr == "keys"
        inner = node.args[0] if same else node.func.value if of_table else None  # type: ignore[attr-defined]
        return _value(scope, inner) if inner is not None else None
    found = scope.value(node)
    if found is not MISSING or not isinstance(node, ast.Attribute):
        return found
    owner = scope.owner(node.value)
    if isinstance(owner, EnumType):
        return owner if node.attr == "values" else None
    is_settings = owner is not MISSING and type(owner).__name__.endswith("Settings")
    return quietly(lambda: getattr(owner, node.attr, None)) if is_settings else None
