"""What conditions tell about values: choices, limits, and which values a view refuses to do without."""

import ast
import enum
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.fields.models import CHOICES_MOST, as_text
from loadaudit.inventory.bodies.reading.comprehensions import rounds_of
from loadaudit.inventory.bodies.reading.frame import Frame, elements
from loadaudit.inventory.bodies.reading.types import suggest_from
from loadaudit.inventory.bodies.reading.values import Absent, Constant, Marker, Shape, Value
from loadaudit.inventory.source.trees import walk

_REFUSING = (
    "BadRequest",
    "Forbidden",
    "NotFound",
    "NotAllowed",
    "UnprocessableEntity",
    "Error",
    "error",
    "bad_request",
)
_FAILURE_WORDS = ("error", "errors", "required", "missing", "invalid")
_TRUE_WORDS = frozenset({"true", "false", "1", "0", "on", "off", "yes", "no", "True", "False"})


def compared(frame: Frame, left: Value | None, op: ast.cmpop, right: Value | None) -> None:
    """Note the choices that a comparison names, and keys that are looked for."""
    if isinstance(op, (ast.In, ast.NotIn)):
        if isinstance(left, Constant) and (isinstance(right, Shape) or right is Marker.FILES):
            if not isinstance(right, Shape) or not (right.type or right.many):
                _key_of(frame, right, left.value)
        elif isinstance(left, Shape) and isinstance(right, Constant):
            _choose(left, right.value)
        return
    if not isinstance(op, (ast.Eq, ast.NotEq)):
        return
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Shape) and isinstance(other, Constant) and not one.is_root:
            _choose(one, [other.value])


def _key_of(frame: Frame, looked_in: Value | None, name: Any) -> Shape | None:
    """Return what stands in a body, or among its files, under a name that is looked for.

    A sign alone, such as a slash, is a part of a text.
    """
    if not isinstance(name, str) or re.search(r"\w", name) is None:
        return None
    if looked_in is Marker.FILES:
        return frame.reading.file(name)
    return looked_in.key(name) if isinstance(looked_in, Shape) else None


def _choose(shape: Shape, values: Any) -> None:
    if isinstance(values, enum.EnumMeta):
        members: list[Any] = list(values.__members__.values())
        values = [one.value for one in members]
    if shape.is_root or not isinstance(values, (list, tuple, set, frozenset, dict)):
        return
    known = [one for one in values if one is not None and one != ""]
    if not known or len(known) > CHOICES_MOST:
        return
    if all(isinstance(one, bool) for one in known) or (
        all(isinstance(one, str) for one in known) and {one.lower() for one in known} <= _TRUE_WORDS and len(known) > 1
    ):
        shape.suggest("boolean")
        return
    if all(type(one) is int for one in known) and len(known) == 1:
        shape.suggest("integer")
        return
    for one in sorted(known, key=str) if isinstance(values, (set, frozenset)) else known:
        if isinstance(one, (str, int, float)) or hasattr(one, "value"):
            suggest_from(shape, getattr(one, "value", one))
            shape.choices.setdefault(as_text(one))


def note_refusal(frame: Frame, test: ast.expr) -> None:
    """Note what the view cannot do without, when it refuses a request that meets the condition."""
    if frame.doubt:
        return
    for shape in _absent_if(frame, test, True):
        shape.required = True
    for shape, name, limit in _limits(frame, test):
        current = getattr(shape, name)
        if current is None:
            setattr(shape, name, limit)


def note_demand(frame: Frame, test: ast.expr) -> None:
    """Note what the view cannot do without, when it refuses a request that does not meet the condition."""
    if not frame.doubt:
        for shape in _absent_if(frame, test, False):
            shape.required = True


def _absent_if(frame: Frame, test: ast.expr, outcome: bool) -> Iterator[Shape]:
    """Yield the values whose absence alone makes the condition come out so."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _absent_if(frame, test.operand, not outcome)
    elif isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.Or) is outcome:
            for one in test.values:
                yield from _absent_if(frame, one, outcome)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _absent_in_comparison(frame, test, outcome)
    elif isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.args:
        yield from _absent_in_call(frame, test, test.func.id, outcome)
    else:
        value = frame.evaluate(test.value if isinstance(test, ast.NamedExpr) else test)
        if isinstance(value, Absent) and outcome:
            yield from value.shapes
        elif isinstance(value, Shape) and not outcome and not value.is_root and not value.holder:
            yield value


def _absent_in_comparison(frame: Frame, test: ast.Compare, outcome: bool) -> Iterator[Shape]:
    left, op, right = frame.evaluate(test.left), test.ops[0], frame.evaluate(test.comparators[0])
    looks = isinstance(op, (ast.NotIn, ast.In)) and (isinstance(right, Shape) or right is Marker.FILES)
    if looks and isinstance(left, Constant):
        if isinstance(op, ast.NotIn) is outcome and (found := _key_of(frame, right, left.value)) is not None:
            yield found
        return
    if not isinstance(left, Shape) or left.is_root:
        return
    if isinstance(op, (ast.NotIn, ast.In)) and isinstance(right, Constant):
        empty_is_fine = isinstance(right.value, (list, tuple, set, frozenset)) and None in right.value
        if isinstance(op, ast.NotIn) is outcome and not empty_is_fine and not left.has_default:
            yield left
    is_nothing = isinstance(right, Constant) and (right.value is None or right.value == "")
    if (
        is_nothing
        and isinstance(op, (ast.Is, ast.Eq)) is outcome
        and isinstance(op, (ast.Is, ast.Eq, ast.IsNot, ast.NotEq))
    ):
        yield left


def _absent_in_call(frame: Frame, test: ast.Call, name: str, outcome: bool) -> Iterator[Shape]:
    if name == "isinstance" and not outcome:
        value = frame.evaluate(test.args[0])
        if isinstance(value, Shape) and not value.is_root and not value.has_default:
            yield value
    elif name in ("all", "any") and (name == "any") is outcome:
        inside = test.args[0]
        if isinstance(inside, (ast.GeneratorExp, ast.ListComp)):
            yield from absent_elements(frame, inside, inside.elt, outcome)
        elif isinstance(inside, (ast.List, ast.Tuple)):
            for one in inside.elts:
                yield from _absent_if(frame, one, outcome)


def absent_elements(
    frame: Frame, made: ast.GeneratorExp | ast.ListComp | ast.SetComp, test: ast.expr, outcome: bool
) -> Iterator[Shape]:
    """Yield the values whose absence makes `test` come out so for one of the constants that are gone through."""
    before = dict(frame.names)
    first = made.generators[0]
    try:
        for value in rounds_of(frame.evaluate(first.iter)):
            frame.machine.bind(frame, first.target, value)
            yield from _absent_if(frame, test, outcome)
    finally:
        frame.names = before


def _limits(frame: Frame, test: ast.expr) -> Iterator[tuple[Shape, str, Any]]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for one in test.values:
            yield from _limits(frame, one)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Compare):
        yield from _range(frame, test.operand)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _limit(frame, test.left, test.ops[0], test.comparators[0])


def _limit(frame: Frame, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Iterator[tuple[Shape, str, Any]]:
    limit = frame.evaluate(right)
    if not isinstance(limit, Constant) or isinstance(limit.value, bool) or not isinstance(limit.value, (int, float)):
        return
    if isinstance(left, ast.Call) and getattr(left.func, "id", "") == "len" and left.args:
        value = frame.evaluate(left.args[0])
        if isinstance(value, Shape) and not value.is_list and not value.is_root:
            yield from _length(value, op, int(limit.value))
        return
    value = frame.evaluate(left)
    if not isinstance(value, Shape) or value.is_root:
        return
    step = 1 if isinstance(limit.value, int) else 0
    if isinstance(op, (ast.Lt, ast.LtE)):
        yield value, "minimum", float(limit.value + (step if isinstance(op, ast.LtE) else 0))
    elif isinstance(op, (ast.Gt, ast.GtE)):
        yield value, "maximum", float(limit.value - (step if isinstance(op, ast.GtE) else 0))


def _length(value: Shape, op: ast.cmpop, limit: int) -> Iterator[tuple[Shape, str, Any]]:
    """Yield how long a text may be that is not refused by `len(value) > limit` and its kin."""
    if not (value.type in ("", "string") or value.is_text):
        return
    is_exact = isinstance(op, ast.NotEq)
    if is_exact and not value.is_text and value.type != "string":
        # Lists are asked for one length too: pairs, points.
        return
    if is_exact or isinstance(op, (ast.Gt, ast.GtE)):
        value.suggest("string")
        yield value, "max_length", limit - isinstance(op, ast.GtE)
    if is_exact or (isinstance(op, (ast.Lt, ast.LtE)) and value.is_text):
        yield value, "min_length", limit + isinstance(op, ast.LtE)


def _range(frame: Frame, test: ast.Compare) -> Iterator[tuple[Shape, str, Any]]:
    """Read `not 1 <= value <= 9`."""
    if len(test.ops) != 2 or not all(isinstance(one, ast.LtE) for one in test.ops):
        return
    low, value, high = (frame.evaluate(one) for one in (test.left, *test.comparators))
    if not isinstance(value, Shape):
        return
    for name, limit in (("minimum", low), ("maximum", high)):
        if isinstance(limit, Constant) and isinstance(limit.value, (int, float)):
            yield value, name, float(limit.value)


def refuses(body: list[ast.stmt]) -> bool:
    """Whether a block ends by an error: it raises, or answers with a failure."""
    last = body[-1] if body else None
    if isinstance(last, ast.Raise):
        return True
    return isinstance(last, ast.Return) and _has_failure(tuple(body))


# The same helper is followed for each of the classes that inherit it.
@lru_cache(maxsize=1024)
def _has_failure(body: tuple[ast.stmt, ...]) -> bool:
    return any(_is_failure(one) for statement in body for one in walk(statement))


def _is_failure(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name.endswith(_REFUSING) or any(
            isinstance(one, ast.Constant) and type(one.value) is int and 400 <= one.value < 600 for one in node.args
        )
    if isinstance(node, ast.keyword):
        value = node.value
        is_status = node.arg in ("status", "status_code", "code")
        return is_status and isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value >= 400
    if isinstance(node, ast.Attribute):
        return node.attr.startswith(("HTTP_4", "HTTP_5", "BAD_REQUEST", "UNPROCESSABLE"))
    return isinstance(node, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value in _FAILURE_WORDS for key in node.keys
    )


def missing_names(frame: Frame, node: ast.expr) -> Absent | None:
    """Return the keys that `[name for name in (…) if name not in data]` finds missing."""
    if not isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)) or len(node.generators[0].ifs) != 1:
        return None
    if not isinstance(elements(frame.evaluate(node.generators[0].iter)), type(None)):
        return None
    found = tuple(absent_elements(frame, node, node.generators[0].ifs[0], True))
    return Absent(found) if found else None
