"""Values that the code of a view takes apart: `action, pk = request.POST["action"].split(":", 1)`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.forms import DELETES
from loadaudit.planning.naming import value_by_name
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.dispatching import key_read
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import layers_for, view_at
from loadaudit.records import Identity, Operation

_SPLITS = frozenset({"split", "rsplit"})


@dataclass(frozen=True, slots=True)
class _Parts:
    """A key of a body whose value code takes apart into names, and the texts that it compares each with."""

    field: str
    separator: str
    names: tuple[str, ...]
    compared: tuple[tuple[str, ...], ...]


def in_parts(
    operation: Operation, path: str, sent: Mapping[str, Any], identity: Identity, said: list[Complaint]
) -> list[Complaint]:
    """Return the fields that lack the parts in which the code takes them apart, each with a value that has them.

    A word that the code compares goes before a key of the row that the other part is called after, those that delete
    last; such a value that has failed is followed by the next word, where nothing was `said` of other fields, and then
    by the keys that are said. Never raises.
    """
    lacking: list[Complaint] = []
    others: list[Complaint] = []
    try:
        for one in _known(operation, path):
            better = _better(one, str(sent.get(one.field, "")), operation, identity, said)
            is_there = one.separator in str(sent.get(one.field, ""))
            found = [Complaint(field=one.field, missing=one.field not in sent, value=better)] if better else []
            (others if is_there else lacking).extend(found)
            said = [each for each in said if each.field != one.field or not (is_there or found)]
    except Exception:  # views, managers and fields are the project's own code
        return said
    return lacking or said or others


def taken_apart(operation: Operation, path: str) -> frozenset[str]:
    """Return the fields that the code of a view takes apart. Never raises."""
    try:
        return frozenset(one.field for one in _known(operation, path))
    except Exception:  # views are the project's own code
        return frozenset()


def _known(operation: Operation, path: str) -> list[_Parts]:
    view = view_at(path)
    layers = with_helpers(layers_for(view, operation.method)) if view is not None else ()
    return [each for one in layers for each in _taken_apart(one)]


def _better(one: _Parts, held: str, operation: Operation, identity: Identity, said: list[Complaint]) -> str:
    """Return a value for a field that holds another one now; empty where that was the last."""
    texts = [[*sorted(each, key=lambda word: bool(DELETES.search(word)))] for each in one.compared]
    parts = held.split(one.separator, len(texts) - 1)
    if len(parts) < len(texts):
        named = [
            words[0] if words else _key(name, operation, identity) for name, words in zip(one.names, texts, strict=True)
        ]
        return one.separator.join(named)
    for place, words in enumerate(texts):
        if parts[place] in words[:-1]:
            parts[place] = words[words.index(parts[place]) + 1]
            return one.separator.join(parts)
    keys = [str(each.value) for each in said if each.field == one.field and each.value is not None]
    open_ones = [place for place, words in enumerate(texts) if not words]
    if keys and open_ones and keys[0] != parts[open_ones[-1]] and one.separator not in keys[0]:
        parts[open_ones[-1]] = keys[0]
        return one.separator.join(parts)
    return ""


def _key(name: str, operation: Operation, identity: Identity) -> str:
    value = value_by_name(name, operation.view, identity)
    return "1" if value is None else str(value)


@lru_cache(maxsize=512)
def _taken_apart(function: Any) -> tuple[_Parts, ...]:
    """Return what a function takes apart of what it was sent."""
    node = function_node(function.__code__) if _SPLITS & {*function.__code__.co_names} else None
    if node is None:
        return ()
    nodes = [*walk(node)]
    assigned = {
        one.targets[0].id: one.value
        for one in nodes
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name)
    }
    found = []
    for one in nodes:
        target = one.targets[0] if isinstance(one, ast.Assign) and len(one.targets) == 1 else None
        if not isinstance(one, ast.Assign) or not isinstance(target, ast.Tuple | ast.List):
            continue
        names = tuple(each.id for each in target.elts if isinstance(each, ast.Name))
        field, separator = _split(one.value, assigned)
        if field and separator and len(names) == len(target.elts) > 1:
            compared = tuple(tuple(dict.fromkeys(_compared(name, nodes))) for name in names)
            found.append(_Parts(field, separator, names, compared))
    return tuple(found)


def _split(node: ast.expr, assigned: Mapping[str, ast.expr]) -> tuple[str, str]:
    """Return the key of a body that an expression takes apart, and at what; two empty texts where it does neither."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SPLITS):
        return "", ""
    whole: ast.expr = node.func.value
    if isinstance(whole, ast.Name) and whole.id in assigned:
        whole = assigned[whole.id]
    mark = node.args[0] if node.args else None
    is_text = isinstance(mark, ast.Constant) and isinstance(mark.value, str)
    return (key_read(whole), str(mark.value)) if is_text else ("", "")  # type: ignore[union-attr]


def _compared(name: str, nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the texts with which code compares a variable."""
    for one in nodes:
        if not (isinstance(one, ast.Compare) and len(one.ops) == 1 and getattr(one.left, "id", "") == name):
            continue
        right = one.comparators[0]
        several = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        yield from (each.value for each in several if isinstance(each, ast.Constant) and isinstance(each.value, str))
