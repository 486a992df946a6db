"""Rows that are handed on whole, to a form, a serializer or a class, and contents that are looked at whole."""

import ast
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

from loadaudit.inventory.bodies.fields.annotated import fields_of_class, is_annotated_class, of_annotation
from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.inventory.bodies.fields.serializers import fields_of_serializer, serializer_class_of
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import walk
from loadaudit.planning.making.constants import named_in_code, value_in_code
from loadaudit.planning.preflight.opened.code import Code
from loadaudit.records import BodyField

_READS = frozenset({"read", "readline", "getvalue"})


_PARSES_WHOLE = frozenset({"validate_json", "model_validate_json", "parse_raw"})


def note_wholes(code: Code) -> None:
    """Note the fields of what rows are handed to: `RowForm(row)`, `RowSerializer(data=rows)`, `Row(**row)`."""
    for one in code.nodes:
        if isinstance(one, ast.Call):
            _note_parsed(code, one)
            _note_unpacked(code, one)
        if not isinstance(one, ast.Call) or not _takes_a_row(code, one):
            continue
        for field in _fields_of(named_in_code(one.func, code.known)):
            code.seen.given.setdefault(field.name, field)


def _note_parsed(code: Code, call: ast.Call) -> None:
    """Read `TypeAdapter(list[Row]).validate_json(content)` and `Row.model_validate_json(content)`."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in _PARSES_WHOLE):
        return
    for name in (one for one in walk(call.func.value) if isinstance(one, (ast.Name, ast.Attribute))):
        for field in _fields_of(named_in_code(name, code.known)):
            code.seen.given.setdefault(field.name, field)
    code.seen.kinds.setdefault("json")
    code.seen.is_list |= re.search(r"\blist\[", ast.unparse(call.func.value), re.IGNORECASE) is not None


def _note_unpacked(code: Code, call: ast.Call) -> None:
    """Read `Row._make(line)` and `Row(*line)`, where the fields of a tuple or class name the values of a line."""
    is_made = isinstance(call.func, ast.Attribute) and call.func.attr == "_make"
    made = named_in_code(call.func.value if is_made and isinstance(call.func, ast.Attribute) else call.func, code.known)
    first = call.args[0] if call.args else None
    if not isinstance(made, type) or not (is_made or isinstance(first, ast.Starred)) or code.seen.unpacked:
        return
    held: Any = getattr(made, "_fields", None) or getattr(made, "__dataclass_fields__", ())
    names = list(held)
    hints = get_type_hints(made) if names else {}
    code.seen.unpacked = names
    for name in names:
        code.seen.shape(name).suggest(of_annotation(name, hints.get(name, str)).type)


def _takes_a_row(code: Code, call: ast.Call) -> bool:
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in (None, "data", "instance"))]
    return any(isinstance(one, ast.Name) and (one.id in code.rows or _holds_rows(code, one)) for one in given)


def _holds_rows(code: Code, name: ast.Name) -> bool:
    """Whether a name is what all rows were put into, or the reader itself."""
    held = code.known.get(name.id)
    return isinstance(held, ast.expr) and any(
        isinstance(one, ast.Call) and called_name(one) == "DictReader" for one in walk(held)
    )


def _fields_of(made: Any) -> tuple[BodyField, ...]:
    if is_form(made):
        return tuple(fields_of_form(made).fields)
    serializer, _ = serializer_class_of(made)
    if serializer is not None:
        return fields_of_serializer(serializer)
    return fields_of_class(made) if is_annotated_class(made) else ()


def note_contents(code: Code) -> None:
    """Note with what a content has to begin, and what has to be in it: `text.startswith("BEGIN:VCARD")`."""
    held = {
        target.id
        for one in code.nodes
        if isinstance(one, ast.Assign) and _is_read(one.value)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for one in code.nodes:
        method = one.func if isinstance(one, ast.Call) and one.args and isinstance(one.func, ast.Attribute) else None
        if (
            isinstance(one, ast.Call)
            and method is not None
            and method.attr == "startswith"
            and _is_of(method.value, held)
        ):
            code.seen.begins = code.seen.begins or _as_bytes(one.args[0], code)
    for each in code.compares():
        if isinstance(each.ops[0], (ast.Eq, ast.NotEq)) and _is_of(each.left, held):
            code.seen.begins = code.seen.begins or _as_bytes(each.comparators[0], code)
        elif isinstance(each.ops[0], (ast.In, ast.NotIn)) and _is_of(each.comparators[0], held):
            code.seen.contains += [text for text in [_as_bytes(each.left, code)] if text]


def _is_read(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Call) and called_name(one) in _READS for one in walk(node)) and not any(
        isinstance(one, ast.Call) and called_name(one) in ("load", "loads", "reader", "DictReader")
        for one in walk(node)
    )


def _is_of(node: ast.expr, held: set[str]) -> bool:
    """Whether an expression is a content, or the beginning of one."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if isinstance(base, ast.Name):
        return base.id in held
    return isinstance(base, ast.Call) and (
        called_name(base) in _READS or any(_is_of(one, held) for one in _inner(base))
    )


def _inner(call: ast.Call) -> Iterator[ast.expr]:
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("strip", "lstrip", "decode", "splitlines"):
        yield call.func.value


def _as_bytes(node: ast.expr, code: Code) -> bytes:
    held = node.value if isinstance(node, ast.Constant) else value_in_code(node, code.known)
    return held if isinstance(held, bytes) else held.encode() if isinstance(held, str) and len(held) > 1 else b""
