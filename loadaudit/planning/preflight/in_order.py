"""Fields that the project's code compares with each other, where it refuses a body and names none of them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from types import FunctionType
from typing import Any

from loadaudit.inventory.bodies.fields.checks import Bound, Order, Unlike, Ways
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.load.payloads import is_marked
from loadaudit.planning.payloads.obeyed import as_sent, met
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.validators import functions_behind
from loadaudit.planning.preflight.view_code import class_of, view_at
from loadaudit.records import BodyField, Operation

_ORDERS: Mapping[type[ast.cmpop], tuple[bool, bool]] = {
    ast.Lt: (True, True),
    ast.LtE: (True, False),
    ast.Gt: (False, True),
    ast.GtE: (False, False),
}
"""Whether the left one is the lower, and whether they must differ."""

_TELLS = frozenset({"add_error", "error"})


def in_order(operation: Operation, path: str, sent: Mapping[str, Any]) -> list[Complaint]:
    """Return what was sent in an order in which the code behind an operation refuses it, with values in the other.

    Of two that must not be the same one is to be another choice. Never raises.
    """
    try:
        found = [one for function in _functions(operation, path) for one in compared_in(function)]
    except Exception:  # classes of the project may do anything when they are looked at
        return []
    found = [one for one in found if _names(one) <= sent.keys()]
    values = {name: value for name in sent if (value := _value(sent[name])) is not None}
    orders = [one for one in found if isinstance(one, Order) and _names(one) <= values.keys()]
    alike = [one.other for one in found if isinstance(one, Unlike) and sent[one.name] == sent[one.other]]
    better = met([*_limits(operation.body.fields), *(((one,),) for one in orders)], values) if orders else {}
    texts = {name: as_sent(value) for name, value in better.items()}
    told = {name: text if not isinstance(sent[name], str) else str(text) for name, text in texts.items()}
    return [Complaint(field=name, value=value) for name, value in told.items()] + [
        Complaint(field=name, choice=True) for name in dict.fromkeys(alike) if name not in told
    ]


def compared_in(function: FunctionType) -> Iterator[Order | Unlike]:
    """Yield what a function wants of fields by refusing the contrary: `if data["end"] < data["start"]: raise …`."""
    node = function_node(function.__code__)
    if node is None:
        return
    assigned: dict[str, ast.expr] = {}
    for one in walk(node):
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            assigned.setdefault(one.targets[0].id, one.value)
    for one in walk(node):
        if isinstance(one, ast.If) and _refuses(one.body):
            for test, contrary in _tests(one.test, contrary=True):
                yield from _asked(test, assigned, contrary=contrary)


def _functions(operation: Operation, path: str) -> Iterator[FunctionType]:
    view = view_at(path)
    yield from (function for function, _ in functions_behind(operation.body.source, view, ""))
    owner: Any = class_of(view) if view is not None else None
    model = getattr(owner, "model", None) or getattr(getattr(owner, "queryset", None), "model", None)
    for one in (getattr(model, name, None) for name in ("clean", "save")):
        if isinstance(one, FunctionType):
            yield one


def _names(one: Order | Unlike) -> frozenset[str]:
    return frozenset({one.lower, one.upper} if isinstance(one, Order) else {one.name, one.other})


def _limits(fields: Sequence[BodyField]) -> Iterator[Ways]:
    for one in fields:
        for limit, highest in ((one.minimum, False), (one.maximum, True)):
            if limit is not None:
                yield ((Bound(one.name, int(limit) if limit == int(limit) else limit, strict=False, highest=highest),),)


def _refuses(body: Sequence[ast.stmt]) -> bool:
    inner = [one for statement in body for one in (statement, *walk(statement))]
    return any(
        isinstance(one, (ast.Raise, ast.Return)) or (isinstance(one, ast.Call) and called_name(one) in _TELLS)
        for one in inner
    )


def _tests(test: ast.expr, *, contrary: bool) -> Iterator[tuple[ast.Compare, bool]]:
    """Yield the comparisons in a condition, each with whether its contrary is wanted."""
    if isinstance(test, ast.BoolOp):
        for one in test.values:
            yield from _tests(one, contrary=contrary)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _tests(test.operand, contrary=not contrary)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield test, contrary


def _asked(test: ast.Compare, assigned: Mapping[str, ast.expr], *, contrary: bool) -> Iterator[Order | Unlike]:
    left, right = (_name_of(one, assigned) for one in (test.left, test.comparators[0]))
    if not left or not right or left == right:
        return
    kind = type(test.ops[0])
    if kind in _ORDERS:
        left_is_lower, strict = _ORDERS[kind]
        lower, upper = (left, right) if left_is_lower != contrary else (right, left)
        yield Order(lower, upper, strict != contrary)
    elif kind is (ast.Eq if contrary else ast.NotEq):
        yield Unlike(left, right)


def _name_of(node: ast.expr, assigned: Mapping[str, ast.expr], depth: int = 0) -> str:
    """Return the name of the field whose value an expression is, be it converted by a function, or empty."""
    if isinstance(node, ast.Name):
        held = assigned.get(node.id)
        return (_name_of(held, assigned, depth + 1) if held is not None and depth < 3 else "") or node.id
    if isinstance(node, ast.Subscript):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and node.args:
        first = node.args[0]
        if called_name(node) in ("get", "pop"):
            return str(first.value) if isinstance(first, ast.Constant) else ""
        return _name_of(first, assigned, depth + 1) if len(node.args) == 1 else ""
    return ""


def _value(sent: Any) -> Any:
    """Return a number or a moment as code compares it; None for all else, and for marks."""
    if isinstance(sent, int | float) and not isinstance(sent, bool):
        return sent
    if not isinstance(sent, str) or is_marked(sent):
        return None
    readers = (int, Decimal, date.fromisoformat, datetime.fromisoformat, time.fromisoformat)
    for read in readers:
        try:
            value: Any = read(sent)
        except (ValueError, InvalidOperation):
            continue
        return value if not isinstance(value, Decimal) or value.is_finite() else None
    return None
