"""Follows functions: binds their arguments, runs their statements, joins what they return."""

import ast
import types

from django.db import models

from loadaudit.inventory.bodies.reading import expressions, statements
from loadaudit.inventory.bodies.reading.classes import any_of
from loadaudit.inventory.bodies.reading.clues import (
    innermost,
    is_readable,
    is_worth_following,
    makes_classes,
    method_of,
)
from loadaudit.inventory.bodies.reading.entries import functions_of_class
from loadaudit.inventory.bodies.reading.frame import (
    MAX_DEPTH,
    Arguments,
    Frame,
    Reading,
    first_known,
    is_from_body,
)
from loadaudit.inventory.bodies.reading.values import Constant, Marker, Several, Table, Value
from loadaudit.inventory.source.expressions import ModelReader
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped

_REQUEST_NAMES = frozenset({"request", "req", "_request", "http_request"})


class Interpreter:
    """The interpreter's parts, as its frames see them."""

    evaluate = staticmethod(expressions.evaluate)
    bind = staticmethod(statements.bind)

    def delegate(self, frame: Frame, view: Unwrapped) -> None:
        """Follow another view that answers the request."""
        reading = frame.reading
        if view.view_class is None or frame.depth >= MAX_DEPTH:
            return
        outer, reading.view = reading.view, view
        try:
            for function in functions_of_class(view, reading.method):
                arguments = Arguments(positional=[Marker.REQUEST])
                run(reading, function, arguments, view.view_class, depth=frame.depth + 1, doubt=frame.doubt)
        finally:
            reading.view = outer

    def follow(
        self,
        frame: Frame,
        function: types.FunctionType,
        arguments: Arguments,
        bound_to: type | None,
        *,
        always: bool = False,
    ) -> Value | None:
        """Follow a function, if what it gets or what it belongs to has to do with the body."""
        function = innermost(function)
        if frame.depth >= MAX_DEPTH or not is_readable(function):
            return None
        if not (always or frame.eager or _is_given(arguments) or _may_tell(frame, function, arguments, bound_to)):
            return None
        return run(
            frame.reading,
            function,
            arguments,
            bound_to,
            depth=frame.depth + 1,
            doubt=frame.doubt,
            eager=always or frame.eager,
        )


_INTERPRETER = Interpreter()


def run(
    reading: Reading,
    function: types.FunctionType,
    arguments: Arguments,
    bound_to: type | None,
    *,
    depth: int = 0,
    doubt: int = 0,
    eager: bool = False,
) -> Value | None:
    """Follow one call and return what it returns; None when it cannot be read or is under way already."""
    code = function.__code__
    if code in reading.stack or reading.calls_left <= 0:
        return None
    scope = Scope(function, bound_to)
    if scope.node is None:
        return None
    reading.calls_left -= 1
    frame = Frame(
        reading=reading,
        machine=_INTERPRETER,
        scope=scope,
        models=ModelReader(scope=scope, own_model=_own_model(bound_to)),
        depth=depth,
        doubt=doubt,
        eager=eager,
    )
    _enter(frame, arguments)
    reading.stack.append(code)
    try:
        if isinstance(scope.node, ast.Lambda):
            return frame.evaluate(scope.node.body)
        statements.block(frame, scope.node.body)
    finally:
        reading.stack.pop()
    return _returned(frame.returned)


def _enter(frame: Frame, arguments: Arguments) -> None:
    """Give the parameters their values."""
    node = frame.scope.node
    if node is None:
        return
    parameters = [*node.args.posonlyargs, *node.args.args]
    if frame.scope.bound_to is not None and parameters and parameters[0].arg in ("self", "cls", "_self"):
        parameters = parameters[1:]
    for position, one in enumerate([*parameters, *node.args.kwonlyargs]):
        value = arguments.get(position if position < len(parameters) else -1, one.arg)
        if value is None and one.arg in _REQUEST_NAMES:
            value = Marker.REQUEST
        frame.machine.bind(frame, ast.Name(id=one.arg), value)
        hint = frame.scope.value(one.annotation) if isinstance(one.annotation, (ast.Name, ast.Attribute)) else None
        if value is None and isinstance(hint, type) and issubclass(hint, models.Model):
            frame.models.known[one.arg] = hint
    _enter_defaults(frame, node, parameters)
    if node.args.vararg is not None:
        frame.names[node.args.vararg.arg] = Several(tuple(arguments.positional[len(parameters) :]))
    if node.args.kwarg is not None:
        named = {name: value for name, value in arguments.named.items() if name not in frame.names}
        rest: Value = Table(dict(named))
        frame.names[node.args.kwarg.arg] = first_known(arguments.unpacked) if arguments.unpacked else rest


def _enter_defaults(
    frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, parameters: list[ast.arg]
) -> None:
    pairs = list(zip(reversed(parameters), reversed(node.args.defaults), strict=False))
    pairs += [(one, held) for one, held in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if held]
    for one, held in pairs:
        if frame.names.get(one.arg) is None and isinstance(held, ast.Constant):
            frame.names[one.arg] = Constant(held.value)


def _is_given(arguments: Arguments) -> bool:
    """Whether a call gets a value out of the body, or a class that may take it."""
    return any((is_from_body(one) and one is not Marker.REQUEST) or _is_class(one) for one in arguments.values)


def _may_tell(frame: Frame, function: types.FunctionType, arguments: Arguments, bound_to: type | None) -> bool:
    """Whether a helper has the request or the view, and looks at the body or at what was made of it before."""
    if bound_to is None and Marker.REQUEST not in arguments.values:
        return makes_classes(function)
    left = {*frame.reading.instance, *frame.reading.request}
    return bool(left & mentioned(function.__code__)) or is_worth_following(function, bound_to)


def _is_class(value: Value | None) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, type)


def _returned(values: list[Value | None]) -> Value | None:
    """Return what a function returns: tuples of one length place by place, otherwise what tells most."""
    tuples = [one for one in values if isinstance(one, Several)]
    if tuples and all(len(one.values) == len(tuples[0].values) for one in tuples):
        return Several(tuple(first_known(list(column)) for column in zip(*(one.values for one in tuples), strict=True)))
    if any(is_from_body(one) for one in values):
        return first_known(values)
    classes = [one for one in values if _is_class(one)]
    if classes:
        return any_of(values) or classes[0]
    return values[0] if values and all(one == values[0] for one in values) else None


def _own_model(bound_to: type | None) -> "type[models.Model] | None":
    for name in ("queryset", "model") if bound_to is not None else ():
        # A helper's class has descriptors of the project's, which might run queries.
        held = method_of(bound_to, name)
        model = getattr(held, "model", None) if name == "queryset" else held
        if isinstance(model, type) and issubclass(model, models.Model):
            return model
    return None
