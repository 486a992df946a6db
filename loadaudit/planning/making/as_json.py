"""Texts of rows that the project's own code reads as JSON and that are none."""

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.planning.making.breaking import either_end, read_last, tables_read
from loadaudit.planning.making.changes import RowChanges
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try

_READS = "loads"
"""What every library for JSON calls it: `json.loads(row.data)`."""


def written_as_json(best: Try | None, maker: RowMaker, changes: RowChanges, operation_id: str) -> bool:
    """Write JSON into columns that a view broke on reading as such; tell whether there is any, for whatever operation.

    Into rows of the run's own, and into others where none of them has any: those are no rows that the project wrote.
    Never raises.
    """
    exception = best.trace.exception if best is not None and best.trace is not None else None
    if best is None or exception is None or not exception.type.endswith("JSONDecodeError"):
        return False
    try:
        with maker.fence():
            found = [each for model in read_last(best) for each in _no_json(model, maker)]
    except Exception:  # managers and fields are the project's own code
        return False
    for row, values in found:
        changes.make(row, values, operation_id)
    return changes.concerns(tables_read(best), operation_id)


def _no_json(model: type[models.Model], maker: RowMaker) -> Iterator[tuple[Any, dict[str, object]]]:
    """Yield rows with the columns that code of their app reads as JSON, and JSON for them."""
    texts = [one for one in model._meta.local_concrete_fields if isinstance(one, (models.CharField, models.TextField))]
    asked = _keys_by_column(model._meta.app_config.name) if texts else {}
    rows = either_end(model) if asked else []
    own = [row for row in rows if row in maker.own]
    for column in (one for one in texts if one.name in asked and not one.primary_key and not one.choices):
        others = [row for row in rows if row not in own]
        is_kept = any(_is_json(getattr(row, column.attname)) for row in others)
        value = json.dumps(asked[column.name])
        if column.max_length is not None and len(value) > column.max_length:
            value = "{}"
        for row in own if is_kept else rows:
            text = getattr(row, column.attname)
            # An empty text is no JSON either.
            if text is not None and not _is_json(text):
                yield row, {column.name: value}


def _is_json(text: object) -> bool:
    try:
        json.loads(str(text))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def _keys_by_column(package: str) -> dict[str, dict[str, object]]:
    """Return the attributes whose text loaded code of an app reads as JSON, with what it takes out of each by a key."""
    found: dict[str, dict[str, object]] = {}
    for name, module in [*sys.modules.items()]:
        if name != package and not name.startswith(f"{package}."):
            continue
        try:
            source = inspect.getsource(module)
        except (OSError, TypeError):
            continue
        if f"{_READS}(" in source:
            for attribute, keys in _read_in(ast.parse(source)):
                found[attribute] = {**found.get(attribute, {}), **keys}
    return found


def _read_in(tree: ast.Module) -> Iterator[tuple[str, dict[str, object]]]:
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        nodes = [*ast.walk(function)]
        for call in nodes:
            attribute = _attribute_read(call)
            if not attribute:
                continue
            names = {
                target.id
                for one in nodes
                if isinstance(one, ast.Assign) and one.value is call
                for target in one.targets
                if isinstance(target, ast.Name)
            }
            taken = [one for one in nodes if isinstance(one, ast.Subscript) and _is(one.value, call, names)]
            yield (
                attribute,
                {
                    one.slice.value: _value_for(one.slice.value)
                    for one in taken
                    if isinstance(one.slice, ast.Constant) and isinstance(one.slice.value, str)
                },
            )


def _attribute_read(node: ast.AST) -> str:
    """Return the attribute that a call reads as JSON, `data` of `json.loads(self.data or "{}")`; or empty."""
    if not (isinstance(node, ast.Call) and node.args):
        return ""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    asked = node.args[0].values[0] if isinstance(node.args[0], ast.BoolOp) else node.args[0]
    return asked.attr if called == _READS and isinstance(asked, ast.Attribute) else ""


def _is(node: ast.AST, call: ast.AST, names: set[str]) -> bool:
    return node is call or (isinstance(node, ast.Name) and node.id in names)


def _value_for(key: str) -> object:
    return "http://localhost/" if "url" in key.lower() else "1"
