"""What code does with the values of columns: what it turns them into, writes them into, looks up by them."""

import ast
import builtins
from collections.abc import Iterator
from typing import Any

from loadaudit.inventory.bodies.reading.selects import fill
from loadaudit.inventory.bodies.reading.types import checked, converted, suggest_from
from loadaudit.inventory.bodies.reading.values import Constant, Several, Shape, Value
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.relations import resolve_path
from loadaudit.inventory.source.scope import MISSING
from loadaudit.planning.making.constants import model_called, named_in_code, value_in_code
from loadaudit.planning.preflight.opened.code import Code, pairs_of
from loadaudit.planning.preflight.validators import constants_in

_LOOKS_UP = frozenset({"get", "aget", "filter", "get_object_or_404"})
_MAKES = frozenset({"create", "acreate", "get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"})
_DIGITS = frozenset({"isdigit", "isdecimal", "isnumeric"})


def note_names(code: Code) -> None:
    """Note what the values of columns are called."""
    for one in code.nodes:
        for each, given in pairs_of(one) if isinstance(one, ast.Assign) else ():
            if isinstance(each, ast.Name) and (shape := code.shape(given)) is not None:
                code.names.setdefault(each.id, shape)


def note_made(code: Code) -> None:
    """Note what the values of columns are written into."""
    for one in code.nodes:
        model = _model(code, one) if isinstance(one, ast.Call) else None
        if isinstance(one, ast.Call) and model is not None and called_name(one) in (*_MAKES, model.__name__):
            for name, shape in _given(code, one):
                fill(shape, model, name)


def note_uses(code: Code) -> None:
    """Note what else is done with the values of columns: what they are compared with, turned into, looked up by."""
    free = {id(query) for one in code.nodes if (query := _asked_whether_there(one)) is not None}
    for one in code.nodes:
        if isinstance(one, ast.Call):
            _note_conversion(code, one)
            if called_name(one) in _LOOKS_UP and id(one) not in free and (model := _model(code, one)) is not None:
                _note_look_up(code, one, model)
    for each in code.compares():
        shape = code.shape(each.left)
        if shape is not None and isinstance(each.ops[0], (ast.In, ast.NotIn)) and not shape.choices:
            shape.choices = dict.fromkeys(map(str, constants_in(each.comparators[0], code.known)))
        value = value_in_code(each.comparators[0], code.known)
        if shape is not None and isinstance(each.ops[0], ast.NotEq) and value not in ("", 0) and value is not MISSING:
            shape.choices = {str(value): None}
            suggest_from(shape, value)


def _note_conversion(code: Code, call: ast.Call) -> None:
    name = called_name(call)
    first = code.shape(call.args[0]) if call.args else None
    if first is not None and name == "isinstance":
        kinds = [named_in_code(one, {**vars(builtins), **code.known}) for one in _each(call.args[1])]
        checked(first, Several(tuple(Constant(one) for one in kinds)))
    elif first is not None:
        rest: list[Value | None] = [Constant(value_in_code(one, code.known)) for one in call.args[1:]]
        owner = code.known.get(ast.unparse(call.func.value)) if isinstance(call.func, ast.Attribute) else None
        converted(name, owner, first, [first, *rest], is_certain=False)
    held = code.shape(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if held is not None and name in _DIGITS:
        held.decide("integer")


def _model(code: Code, call: ast.Call) -> Any:
    made = code.known.get(called_name(call))
    is_model = isinstance(made, type) and hasattr(made, "_meta")
    return made if is_model else model_called(call, code.known)


def _given(code: Code, call: ast.Call) -> Iterator[tuple[str, Shape]]:
    """Yield what a row is given under which names, `defaults={…}` among them."""
    for one in call.keywords:
        inner = one.value if one.arg == "defaults" and isinstance(one.value, ast.Dict) else None
        pairs = zip(inner.keys, inner.values, strict=True) if inner is not None else [(one.arg, one.value)]
        for key, value in pairs:
            name = key.value if isinstance(key, ast.Constant) else key
            if isinstance(name, str) and (shape := code.shape(value)) is not None:
                yield name, shape


def _note_look_up(code: Code, call: ast.Call, model: Any) -> None:
    for name, shape in _given(code, call):
        found = resolve_path(model, name.removesuffix("__in"))
        if found is not None and not shape.unique and shape.model is None:
            shape.model, shape.model_field = found[0]._meta.label, found[1]


def _each(node: ast.expr) -> list[ast.expr]:
    return [*node.elts] if isinstance(node, ast.Tuple) else [node]


def _asked_whether_there(node: ast.AST) -> ast.expr | None:
    """Return the query of which only is asked whether it finds anything: what it looks for must be new mostly."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if called_name(node) in ("exists", "aexists") else None
    return None
