"""What an expression stands for."""

import ast
import enum
import operator
from collections.abc import Callable
from typing import Any

from loadaudit.inventory.bodies.reading.attributes import attribute
from loadaudit.inventory.bodies.reading.calls import call
from loadaudit.inventory.bodies.reading.classes import any_of, chosen_by
from loadaudit.inventory.bodies.reading.comprehensions import comprehension, dict_comprehension
from loadaudit.inventory.bodies.reading.conditions import compared
from loadaudit.inventory.bodies.reading.frame import (
    Frame,
    first_known,
    is_from_body,
    truth,
)
from loadaudit.inventory.bodies.reading.types import note_default
from loadaudit.inventory.bodies.reading.values import (
    Constant,
    Listed,
    Mapped,
    Marker,
    Several,
    Shape,
    Table,
    Value,
)

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_PLAIN = (str, int, float, bool, type(None), tuple, list, set, frozenset, dict)


def evaluate(frame: Frame, node: ast.expr) -> Value | None:
    """Return what an expression stands for, noting what it does with the body."""
    handler = _HANDLERS.get(type(node))
    return handler(frame, node) if handler is not None else None


def _constant(frame: Frame, node: ast.Constant) -> Value | None:
    return Constant(node.value)


def _name(frame: Frame, node: ast.Name) -> Value | None:
    if node.id in ("self", "cls") and node.id not in frame.names and frame.scope.bound_to is not None:
        return Marker.SELF
    return frame.lookup(node.id)


def _subscript(frame: Frame, node: ast.Subscript) -> Value | None:
    base = frame.evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        upper = frame.evaluate(node.slice.upper) if node.slice.upper is not None else None
        if isinstance(base, Shape) and isinstance(upper, Constant) and type(upper.value) is int and upper.value > 0:
            _cut(base, upper.value)
        return base
    key = frame.evaluate(node.slice)
    known = key.value if isinstance(key, Constant) else None
    if base is Marker.FILES:
        return frame.reading.file(known, required=not frame.doubt) if isinstance(known, str) else None
    if isinstance(base, Shape):
        return _of_key(frame, base, known)
    chosen = chosen_by(base, key) if isinstance(base, (Table, Constant)) else None
    if chosen is not None:
        return chosen
    if isinstance(base, Table):
        return base.entries[known] if isinstance(known, (str, int)) and known in base.entries else None
    if isinstance(base, Several):
        in_range = isinstance(known, int) and -len(base.values) <= known < len(base.values)
        return base.values[known] if in_range and isinstance(known, int) else None
    if isinstance(base, Mapped):
        return base.value
    if isinstance(base, Constant) and isinstance(base.value, (dict, list, tuple)) and isinstance(key, Constant):
        try:
            held: Any = base.value
            return Constant(held[known])
        except (KeyError, IndexError, TypeError):
            return None
    return getattr(base, "element", None)


def _cut(base: Shape, length: int) -> None:
    """Note that no more than so many characters are kept."""
    if base.element is None and not base.many and base.type in ("", "string"):
        base.suggest("string")
        base.max_length = min(base.max_length or length, length)


def _of_key(frame: Frame, base: Shape, known: object) -> Value | None:
    if isinstance(known, str):
        found = base.key(known)
        if not frame.doubt and not base.holder:
            found.required = True
        return found
    if base.type == "file":
        # A part of its name.
        return base if isinstance(known, int) else None
    if base.keys or base.holder in ("form", "serializer"):
        return None
    return base.item() if isinstance(known, int) else None


def _bool_op(frame: Frame, node: ast.BoolOp) -> Value | None:
    values: list[Value | None] = []
    stops = isinstance(node.op, ast.Or)
    for position, one in enumerate(node.values):
        frame.doubt += position > 0
        try:
            value = frame.evaluate(one)
        finally:
            frame.doubt -= position > 0
        known = truth(value) if isinstance(value, Constant) else None
        if known is None or known is stops:
            values.append(value)
        if known is stops:
            break
    if stops and isinstance(value, Constant) and known is False and values and isinstance(values[0], Shape):
        note_default(values[0], value.value)
    if not values:
        return Constant(not stops)
    return _either(values) if stops else _both(values)


def _either(values: list[Value | None]) -> Value | None:
    if len(values) > 1 and isinstance(values[0], Shape) and isinstance(values[-1], Constant):
        note_default(values[0], values[-1].value)
    return first_known(values)


def _both(values: list[Value | None]) -> Value | None:
    last = values[-1]
    if isinstance(last, Constant) or len(values) == 1:
        return last
    return last if is_from_body(last) and not (isinstance(last, Shape) and last.is_root) else None


def _unary(frame: Frame, node: ast.UnaryOp) -> Value | None:
    value = frame.evaluate(node.operand)
    if isinstance(node.op, ast.Not):
        known = truth(value)
        return None if known is None else Constant(not known)
    if isinstance(node.op, ast.USub) and isinstance(value, Constant) and isinstance(value.value, (int, float)):
        return Constant(-value.value)
    return None


def _compare(frame: Frame, node: ast.Compare) -> Value | None:
    sides = [frame.evaluate(one) for one in (node.left, *node.comparators)]
    for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
        compared(frame, left, op, right)
    left, right = sides[0], sides[-1]
    compare = _COMPARISONS.get(type(node.ops[0]))
    if len(sides) != 2 or compare is None or not (isinstance(left, Constant) and isinstance(right, Constant)):
        return None
    # A class that the view names is there, whatever it compares like.
    asks_if_there = isinstance(node.ops[0], (ast.Is, ast.IsNot)) and (left.value is None or right.value is None)
    if not (asks_if_there or (isinstance(left.value, _PLAIN) and isinstance(right.value, _PLAIN))):
        return None
    try:
        return Constant(bool(compare(left.value, right.value)))
    except TypeError:
        return None


def _if_exp(frame: Frame, node: ast.IfExp) -> Value | None:
    known = truth(frame.evaluate(node.test))
    if known is not None:
        return frame.evaluate(node.body if known else node.orelse)
    frame.doubt += 1
    try:
        values = [frame.evaluate(node.body), frame.evaluate(node.orelse)]
    finally:
        frame.doubt -= 1
    return any_of(values) or first_known(values)


def _sequence(frame: Frame, node: ast.Tuple | ast.List | ast.Set) -> Value | None:
    values = [frame.evaluate(one) for one in node.elts]
    if any(isinstance(one, ast.Starred) for one in node.elts):
        return Listed(first_known(values)) if values else None
    if all(isinstance(one, Constant) for one in values):
        held = [one.value for one in values if isinstance(one, Constant)]
        return Constant(held if isinstance(node, ast.List) else tuple(held))
    return Several(tuple(values))


def _dict(frame: Frame, node: ast.Dict) -> Value | None:
    entries: dict[Any, Value | None] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        held = frame.evaluate(value)
        name = frame.evaluate(key) if key is not None else None
        if key is None and isinstance(held, Shape) and len(node.keys) == 1:
            return held
        if isinstance(name, Constant) and isinstance(name.value, (str, int, bool, enum.Enum)):
            entries[name.value] = held
    return Table(entries)


def _pieces(frame: Frame, node: ast.JoinedStr) -> Value | None:
    values = [frame.evaluate(one.value if isinstance(one, ast.FormattedValue) else one) for one in node.values]
    texts = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, (str, int))]
    return Constant("".join(str(one) for one in texts)) if len(texts) == len(values) else None


def _bin_op(frame: Frame, node: ast.BinOp) -> Value | None:
    left, right = frame.evaluate(node.left), frame.evaluate(node.right)
    if not (isinstance(left, Constant) and isinstance(right, Constant)):
        return None
    if isinstance(node.op, ast.Mod) and isinstance(left.value, str) and isinstance(right.value, (str, int, tuple)):
        return Constant(_formatted(left.value, right.value))
    if isinstance(node.op, (ast.Add, ast.BitOr)):
        first, second = left.value, right.value
        if type(first) is type(second) and isinstance(first, (str, list, tuple, set, frozenset)):
            try:
                return Constant(first + second if isinstance(node.op, ast.Add) else first | second)
            except TypeError:
                return None
    return None


def _formatted(text: str, values: object) -> str | None:
    try:
        return text % values
    except (TypeError, ValueError):
        return None


def _inner(frame: Frame, node: Any) -> Value | None:
    return frame.evaluate(node.value) if node.value is not None else None


def _named(frame: Frame, node: ast.NamedExpr) -> Value | None:
    value = frame.evaluate(node.value)
    frame.machine.bind(frame, node.target, value)
    return value


_HANDLERS: dict[type[ast.expr], Callable[[Frame, Any], Value | None]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: attribute,
    ast.Subscript: _subscript,
    ast.Call: call,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _if_exp,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.JoinedStr: _pieces,
    ast.BinOp: _bin_op,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _inner,
    ast.YieldFrom: _inner,
    ast.NamedExpr: _named,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
}
