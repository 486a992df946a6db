"""The columns that code compares a header with: a row's value in one of them is a key, whatever the model is called."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import function_node, walk

Column = tuple[type[models.Model], str]

_TABLES = frozenset({"headers", "META"})
_LOOKS_UP = frozenset({"get", "filter", "aget", "exclude", "get_object_or_404", "aget_object_or_404"})
_SAME = frozenset(
    {"str", "UUID", "int", "strip", "get_authorization_header", "decode", "partition", "split", "replace"}
)
"""Names of what keeps a key the key; a hash of it is none that a column tells."""

_ROUNDS = 3
"""How many functions a key is followed through."""

_RETURNED = ""
"""Stands, among functions and what they are handed, for the calls that return the key: `slug_of()`."""

_HANDED = frozenset({"authenticate", "authenticate_credentials"})
"""Methods of frameworks that get the key as their last argument."""


def header_reads(function: FunctionType) -> Iterator[str]:
    """Yield the names of headers that a function reads, as they stand there."""
    node = function_node(function.__code__)
    for one in walk(node) if node is not None else ():
        key = _key_read(one, function.__globals__)
        if isinstance(key, str):
            yield key


def columns_compared(functions: Sequence[FunctionType], header: str) -> tuple[Column, ...]:
    """Return the columns that rows are looked up by with the header's value, in the order of the source.

    The value is followed through names, into functions of the same names as those that it is handed to, and out of
    those that return it.
    """
    held: dict[str, set[str]] = {_RETURNED: set()}
    is_read = any(_plain(each) == _plain(header) for one in functions for each in header_reads(one))
    for one in functions:
        # What a framework hands over is the header that no code reads itself.
        if one.__name__ in _HANDED and one.__code__.co_argcount > 1 and not is_read:
            held[one.__name__] = {one.__code__.co_varnames[one.__code__.co_argcount - 1]}
    found: dict[Column, None] = {}
    for _ in range(_ROUNDS):
        known = {name: frozenset(names) for name, names in held.items()}
        for one in functions:
            found |= dict.fromkeys(_of_function(one, header, held))
        if known == {name: frozenset(names) for name, names in held.items()}:
            break
    return tuple(found)


def _of_function(function: FunctionType, header: str, held: dict[str, set[str]]) -> Iterator[Column]:
    """Yield the columns of one function; note what the functions that it calls are handed."""
    node = function_node(function.__code__)
    if node is None:
        return
    names = held.get(function.__name__, set()) | held[_RETURNED]
    known = {**function.__globals__, **dict(_imported(node, function))}
    nodes: list[Any] = [one for one in walk(node) if isinstance(one, (ast.Assign, ast.NamedExpr, ast.Call))]
    for one in sorted(nodes, key=lambda each: (each.lineno, isinstance(each, ast.Call))):
        if not isinstance(one, ast.Call):
            if _is_key(one.value, header, names, known):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                names |= {each.id for target in targets for each in walk(target) if isinstance(each, ast.Name)}
            continue
        name = called_name(one)
        if name in _LOOKS_UP:
            model = _model_of(one, known)
            for each in one.keywords if model is not None else ():
                if each.arg and _is_key(each.value, header, names, known) and (column := _column(model, each.arg)):
                    yield column
        for place, value in enumerate(one.args):
            if _is_key(value, header, names, known):
                held.setdefault(name, set()).update(_parameter_at(name, place, known))
    answers = (one.value for one in walk(node) if isinstance(one, ast.Return) and one.value is not None)
    if function.__name__ not in _LOOKS_UP and any(_is_key(one, header, names, known) for one in answers):
        held[_RETURNED].add(f"{function.__name__}()")


def _imported(node: ast.AST, function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function imports itself, as code does that is loaded before the models are."""
    package = str(function.__globals__.get("__package__") or "")
    for one in walk(node):
        if isinstance(one, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - one.level + 1] if one.level else []
            module = sys.modules.get(".".join([*above, *([one.module] if one.module else [])]))
            yield from ((each.asname or each.name, getattr(module, each.name, None)) for each in one.names)


def _parameter_at(name: str, place: int, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of a parameter of the function that a name means; nothing where that is not known."""
    called = known.get(name)
    if isinstance(called, FunctionType) and place < called.__code__.co_argcount:
        yield called.__code__.co_varnames[place]


def _is_key(node: ast.expr, header: str, names: set[str], known: Mapping[str, Any]) -> bool:
    """Whether an expression is the header's value, or a part of it."""
    if isinstance(node, ast.Name):
        return node.id in names
    key = _key_read(node, known)
    if isinstance(key, str):
        return _plain(key) == _plain(header)
    if isinstance(node, ast.Subscript):
        return _is_key(node.value, header, names, known)
    if isinstance(node, ast.BoolOp):
        return _is_key(node.values[0], header, names, known)
    if isinstance(node, ast.Call) and f"{called_name(node)}()" in names:
        return True
    if isinstance(node, ast.Call) and called_name(node) in _SAME:
        inner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return any(_is_key(one, header, names, known) for one in (inner, *node.args[:1]))
    return False


def _key_read(node: ast.AST, known: Mapping[str, Any]) -> object:
    """Return what an expression reads from the headers of a request, by a text or a name that is `known`, or None."""
    if isinstance(node, ast.Subscript):
        table: ast.expr = node.value
        key: ast.expr | None = node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        table, key = node.func.value, node.args[0] if node.args else None
    else:
        return None
    is_table = isinstance(table, ast.Attribute) and table.attr in _TABLES
    if is_table and isinstance(key, ast.Name):
        return known.get(key.id)
    return key.value if is_table and isinstance(key, ast.Constant) else None


def _plain(header: str) -> str:
    return header.upper().replace("-", "_").removeprefix("HTTP_")


def _model_of(call: ast.Call, known: Mapping[str, Any]) -> type[models.Model] | None:
    """Return the model whose rows a call looks up: `Partner.objects.filter(…)`, `get_object_or_404(Partner, …)`."""
    is_function = isinstance(call.func, ast.Name)
    node: Any = (call.args[0] if call.args else None) if is_function else call.func
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    model = known.get(node.id) if isinstance(node, ast.Name) else None
    return model if isinstance(model, type) and issubclass(model, models.Model) else None


def _column(model: type[models.Model] | None, look_up: str) -> Column | None:
    """Return the column that a look-up such as `owner__key` or `key__iexact` compares; None for other look-ups."""
    steps = look_up.split("__")
    if steps[-1] in ("exact", "iexact"):
        steps.pop()
    for step in steps[:-1]:
        try:
            model = model._meta.get_field(step).related_model if model is not None else None
        except FieldDoesNotExist:
            return None
    if model is None or not steps:
        return None
    try:
        column = model._meta.pk if steps[-1] == "pk" else model._meta.get_field(steps[-1])
    except FieldDoesNotExist:
        return None
    if not isinstance(column, models.Field):
        return None
    related = column.related_model
    # A link is compared with the key of what it leads to.
    is_link = column.is_relation and isinstance(related, type) and issubclass(related, models.Model)
    return (related, related._meta.pk.attname) if is_link else (model, column.attname)  # type: ignore[union-attr,return-value]
