"""Statements of a function that is followed with the values of its arguments."""

import ast
from collections.abc import Callable
from typing import Any

from loadaudit.inventory.bodies.reading.calls import annotated
from loadaudit.inventory.bodies.reading.classes import any_of, class_written
from loadaudit.inventory.bodies.reading.comprehensions import gone_through
from loadaudit.inventory.bodies.reading.conditions import missing_names, note_demand, note_refusal, refuses
from loadaudit.inventory.bodies.reading.frame import Frame, first_known, is_from_body, truth
from loadaudit.inventory.bodies.reading.lists import way_of_objects
from loadaudit.inventory.bodies.reading.selects import fill
from loadaudit.inventory.bodies.reading.types import suggest_from
from loadaudit.inventory.bodies.reading.values import Constant, Marker, Row, Several, Shape, Table, Value
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.scope import MISSING

_WITH_WHETHER = frozenset({"get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"})
"""Return a row, and whether it is new."""

_MISSING_KEYS = frozenset({"KeyError", "MultiValueDictKeyError", "LookupError", "Exception", "BaseException"})


def block(frame: Frame, body: list[ast.stmt]) -> bool:
    """Follow statements; True when nothing behind them is reached."""
    for node in body:
        handler = _HANDLERS.get(type(node))
        if handler is not None and handler(frame, node):
            return True
    return False


def _return(frame: Frame, node: ast.Return) -> bool:
    frame.returned.append(frame.evaluate(node.value) if node.value is not None else Constant(None))
    return True


def _raise(frame: Frame, node: ast.Raise) -> bool:
    if node.exc is not None:
        frame.evaluate(node.exc)
    return True


def _assign(frame: Frame, node: ast.Assign) -> None:
    value: Value | None = missing_names(frame, node.value)
    if value is None:
        value = frame.evaluate(node.value)
    for target in node.targets:
        bind(frame, target, value, node.value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    value = frame.evaluate(node.value)
    hint = frame.scope.value(node.annotation) if isinstance(node.annotation, (ast.Name, ast.Attribute)) else MISSING
    if isinstance(value, Shape) and hint is not MISSING:
        annotated(frame, hint, value)
    bind(frame, node.target, value, node.value)


def bind(frame: Frame, target: ast.expr, value: Value | None, source: ast.expr | None = None) -> None:
    """Assign a value to a name, an attribute, or the names of a tuple."""
    if isinstance(target, ast.Name):
        model = value.model if isinstance(value, Row) else None
        if source is not None and value is None:
            model = frame.models.model(source)
        value = None if isinstance(value, Row) else value
        frame.names[target.id] = value
        frame.models.known.pop(target.id, None)
        if model is not None:
            frame.models.known[target.id] = model
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = value.values if isinstance(value, Several) and len(value.values) == len(target.elts) else ()
        sources = source.elts if isinstance(source, ast.Tuple) and len(source.elts) == len(target.elts) else ()
        for position, one in enumerate(target.elts):
            inner = sources[position] if sources else None
            if position == 0 and _is_with_whether(source):
                inner = source
            bind(frame, one, parts[position] if parts else None, inner)
    elif isinstance(target, ast.Attribute):
        _set_attribute(frame, target, value)
    elif isinstance(target, ast.Subscript):
        base, key = frame.evaluate(target.value), frame.evaluate(target.slice)
        if isinstance(base, Table) and isinstance(key, Constant) and isinstance(key.value, (str, int)):
            base.entries[key.value] = value


def _is_with_whether(source: ast.expr | None) -> bool:
    call = source.value if isinstance(source, ast.Await) else source
    return isinstance(call, ast.Call) and called_name(call) in _WITH_WHETHER


def _set_attribute(frame: Frame, target: ast.Attribute, value: Value | None) -> None:
    model = frame.models.model(target.value)
    if model is not None:
        fill(value, model, target.attr)
        return
    base = frame.evaluate(target.value)
    if base is Marker.SELF:
        frame.reading.instance[target.attr] = value
    elif base is Marker.REQUEST:
        frame.reading.request[target.attr] = value


def _if(frame: Frame, node: ast.If) -> bool:
    known = truth(frame.evaluate(node.test))
    if known is not None:
        return block(frame, node.body if known else node.orelse)
    refused, refused_else = refuses(node.body), refuses(node.orelse)
    way = way_of_objects(frame, node, refused=refused, refused_else=refused_else)
    if way is not None:
        return block(frame, way)
    if refused:
        note_refusal(frame, node.test)
    elif refused_else:
        note_demand(frame, node.test)
    before = dict(frame.names)
    ends = _branch(frame, node.body, in_doubt=not refused_else)
    after, frame.names = frame.names, before
    ends_else = _branch(frame, node.orelse, in_doubt=not refused)
    if not ends:
        frame.names = after if ends_else else _joined(after, frame.names)
    return ends and ends_else and bool(node.orelse)


def _branch(frame: Frame, body: list[ast.stmt], *, in_doubt: bool) -> bool:
    frame.doubt += in_doubt
    try:
        return block(frame, body)
    finally:
        frame.doubt -= in_doubt


def _joined(one: dict[str, Value | None], other: dict[str, Value | None]) -> dict[str, Value | None]:
    """Return what names may hold after two branches: whatever comes out of the body first."""
    found = {**one, **other}
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if first is not second:
            found[name] = _either(first, second)
    return found


def _either(first: Value | None, second: Value | None) -> Value | None:
    if is_from_body(first) or is_from_body(second):
        return first_known([first, second])
    return first if first == second else any_of([first, second])


def _class(frame: Frame, node: ast.ClassDef) -> None:
    frame.names[node.name] = class_written(frame, node)


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    for value in gone_through(frame, node.iter):
        bind(frame, node.target, value)
        block(frame, node.body)
    return block(frame, node.orelse)


def _while(frame: Frame, node: ast.While) -> bool:
    frame.evaluate(node.test)
    block(frame, node.body)
    return False


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    for one in node.items:
        value = frame.evaluate(one.context_expr)
        if one.optional_vars is not None:
            bind(frame, one.optional_vars, value)
    return block(frame, node.body)


def _try(frame: Frame, node: ast.Try | ast.TryStar) -> bool:
    lenient = any(_forgives(one) for one in node.handlers)
    before = dict(frame.names)
    ends = _branch(frame, node.body, in_doubt=lenient)
    after = frame.names
    ends_handled = True
    for handler in node.handlers:
        frame.names = dict(before)
        stops = _branch(frame, handler.body, in_doubt=True)
        ends_handled = ends_handled and stops
        if not stops:
            after = _joined(after, frame.names)
    frame.names = after
    ends = block(frame, node.orelse) or ends
    return block(frame, node.finalbody) or (ends and ends_handled)


def _forgives(handler: ast.ExceptHandler) -> bool:
    """Whether the handler lets a request through that lacks a key."""
    if refuses(handler.body):
        return False
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(getattr(one, "id", getattr(one, "attr", "")) in _MISSING_KEYS for one in named)


def _match(frame: Frame, node: ast.Match) -> bool:
    subject = frame.evaluate(node.subject)
    for case in node.cases:
        values = [one.value for one in ast.walk(case.pattern) if isinstance(one, ast.MatchValue)]
        known = [value for value in map(frame.evaluate, values) if isinstance(value, Constant)]
        if isinstance(subject, Constant):
            if not known or any(one.value == subject.value for one in known):
                return block(frame, case.body)
            continue
        if isinstance(subject, Shape):
            for one in known:
                suggest_from(subject, one.value)
                subject.choices.setdefault(str(one.value))
        _branch(frame, case.body, in_doubt=True)
    return False


def _assert(frame: Frame, node: ast.Assert) -> None:
    frame.evaluate(node.test)
    note_demand(frame, node.test)


def _expression(frame: Frame, node: Any) -> None:
    if node.value is not None:
        frame.evaluate(node.value)


_HANDLERS: dict[type[ast.stmt], Callable[[Frame, Any], bool | None]] = {
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assign: _assign,
    ast.ClassDef: _class,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _expression,
    ast.Expr: _expression,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Assert: _assert,
    ast.Continue: lambda frame, node: True,
    ast.Break: lambda frame, node: True,
}
