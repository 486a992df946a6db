"""What a call does with values of the body, and what it returns."""

import ast
import functools
import re
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.reading.checkers import asked, checker
from loadaudit.inventory.bodies.reading.classes import class_called, part_made
from loadaudit.inventory.bodies.reading.clues import is_readable
from loadaudit.inventory.bodies.reading.entries import functions_of_class
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame, elements, is_from_body
from loadaudit.inventory.bodies.reading.helpers import made_of, of_held, of_helper
from loadaudit.inventory.bodies.reading.methods import NUMERIC, method_of_value
from loadaudit.inventory.bodies.reading.selects import QUERIES, fill, note_query
from loadaudit.inventory.bodies.reading.terminals import class_from, terminal
from loadaudit.inventory.bodies.reading.types import checked, converted
from loadaudit.inventory.bodies.reading.uses import is_taking, made_by_factory, use, use_class, use_schema
from loadaudit.inventory.bodies.reading.values import (
    AnyOf,
    Constant,
    Helper,
    Listed,
    Made,
    Marker,
    Row,
    Several,
    Shape,
    Table,
    Value,
)
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.unwrap import Unwrapped, is_made_by_as_view, is_view_class, unwrap

_PARSERS = frozenset({"loads", "load", "decode", "parse", "json_loads", "QueryDict", "parse_qs", "parse_qsl"})
_VALIDATORS = frozenset({"model_validate", "parse_obj", "from_dict", "validate_python", "model_construct", "structure"})
_TEXT_VALIDATORS = frozenset({"model_validate_json", "parse_raw", "validate_json"})
_NO_BODY = re.compile(r"response|^_*(?:is|has|wants?|accepts?|expects?|prefers?|should|can)(?:_|json)")
"""Helpers with `json` in their names that answer a question, or the request."""

_CLASS_GETTERS = frozenset({"get_form_class", "get_serializer_class"})
"""Methods that views without a base that knows them have as well; what source does not tell, an instance does."""

_LOOPS: dict[str, Callable[[list[Value | None]], Value | None]] = {
    "enumerate": lambda values: Listed(Several((None, elements(values[0])))),
    "zip": lambda values: Listed(Several(tuple(elements(one) for one in values))),
    "iter": lambda values: values[0],
    "next": lambda values: elements(values[0]),
    "filter": lambda values: values[-1],
}


def call(frame: Frame, node: ast.Call) -> Value | None:
    """Return what a call returns, noting what it does with its arguments."""
    name = called_name(node)
    base = frame.evaluate(node.func.value) if isinstance(node.func, ast.Attribute) and not _is_super(node) else None
    if name == "getattr" and isinstance(node.func, ast.Name):
        return _getattr(frame, node)
    arguments = _arguments(frame, node)
    if name in QUERIES:
        note_query(frame, node, name, arguments)
    if base is None and name == "get" and isinstance(node.func, ast.Attribute):
        return _default_class(arguments)
    if isinstance(base, Helper):
        return of_helper(frame, base, name, arguments)
    if base is not None and not isinstance(base, Constant) and base is not Marker.SELF:
        # Digits in a part of a text make no number of the whole.
        return method_of_value(frame, base, "strip" if name in NUMERIC and _is_of_a_part(node) else name, arguments)
    values = arguments.positional
    if name == "isinstance" and len(values) == 2:
        return _isinstance(values[0], values[1])
    target = _target(frame, node)
    if isinstance(target, Made):
        frame.machine.delegate(frame, target.view)
        return None
    if isinstance(target, AnyOf):
        return _of_any(frame, node, target, arguments)
    if name == "as_view" and isinstance(base, Constant) and is_view_class(base.value):
        return Made(Unwrapped(target=base.value, view_class=base.value, initkwargs=_constants(arguments)))
    found = _known(frame, name, base, target, arguments)
    if found is not None:
        return found
    if isinstance(base, Constant) and (isinstance(base.value, dict) or not callable(target)):
        return method_of_value(frame, base, name, arguments)
    return _run(frame, node, name, target, arguments)


def _of_any(frame: Frame, node: ast.Call, target: AnyOf, arguments: Arguments) -> Value | None:
    """Call one class after the other where one of them takes the body; what the first makes stands for all."""
    frame.doubt += 1
    try:
        made = [_run(frame, node, "", one.value, arguments) for one in target.values]
    finally:
        frame.doubt -= 1
    return made[0]


def _is_of_a_part(node: ast.Call) -> bool:
    """Whether a method is called on a slice of a text, or on one letter."""
    cut = node.func.value if isinstance(node.func, ast.Attribute) else None
    part = cut.slice if isinstance(cut, ast.Subscript) else None
    return isinstance(part, ast.Slice) or (isinstance(part, ast.Constant) and isinstance(part.value, int))


def _default_class(arguments: Arguments) -> Value | None:
    """Return the default of a look-up in settings that cannot be read."""
    default = arguments.get(1, "default")
    return default if isinstance(default, Constant) and isinstance(default.value, type) else None


def _isinstance(value: Value | None, kinds: Value | None) -> Value | None:
    if isinstance(value, Shape) and not value.is_root:
        checked(value, kinds)
    elif isinstance(value, Constant) and isinstance(kinds, Constant) and isinstance(kinds.value, type):
        return Constant(isinstance(value.value, kinds.value))
    return None


def _is_super(node: ast.Call) -> bool:
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(base, ast.Call) and called_name(base) == "super"


def _arguments(frame: Frame, node: ast.Call) -> Arguments:
    found = Arguments()
    for one in node.args:
        value = frame.evaluate(one)
        if value is None and isinstance(one, (ast.Call, ast.Attribute)):
            model = frame.models.model(one)
            value = Row(model) if model is not None else None
        if isinstance(one, ast.Starred):
            found.is_open |= not isinstance(value, Several)
            found.positional += list(value.values) if isinstance(value, Several) else []
        else:
            found.positional.append(value)
    for keyword in node.keywords:
        value = frame.evaluate(keyword.value)
        if keyword.arg == "queryset" and value is None:
            model = frame.models.model(keyword.value)
            value = Row(model) if model is not None else None
        if keyword.arg is not None:
            found.named[keyword.arg] = value
        elif is_from_body(value):
            found.unpacked.append(value)
        else:
            found.named |= {str(key): one for key, one in getattr(value, "entries", {}).items()}
            found.is_open |= not isinstance(value, Table)
    return found


def _target(frame: Frame, node: ast.Call) -> Any:
    """Return the class or function that is called, or None."""
    if _is_super(node):
        found = frame.scope.value(node.func)
        return found if callable(found) else None
    value = frame.evaluate(node.func)
    return value.value if isinstance(value, Constant) else value if isinstance(value, (AnyOf, Made)) else None


def _constants(arguments: Arguments) -> dict[str, Any]:
    return {name: one.value for name, one in arguments.named.items() if isinstance(one, Constant)}


_PARTS_OF_A_NAME = frozenset({"splitext", "basename", "Path", "PurePath", "guess_type"})


def _known(frame: Frame, name: str, base: Value | None, target: Any, arguments: Arguments) -> Value | None:
    """Return what a call returns that is understood without following it."""
    values = arguments.positional
    first = values[0] if values else next(iter(arguments.named.values()), None)
    if name in _PARSERS and first is not None:
        parsed = _parsed(frame, name, first, is_of_files=name == "load" and _reads_json_files(target))
        if parsed is not None:
            return parsed
    if name in _LOOPS and values:
        return _LOOPS[name](values)
    owner = base.value if isinstance(base, Constant) else None
    if (made := checker(name, owner, target, arguments)) is not None:
        return made
    if isinstance(first, Shape) and not first.is_root and asked(name, owner, target, first):
        return first
    if name in _VALIDATORS | _TEXT_VALIDATORS:
        return _validated(frame, name, owner, first)
    if name == "validate" and isinstance(first, Shape) and isinstance(values[-1], Constant):
        use_schema(frame, first, values[-1].value)
    made = made_by_factory(name, target, arguments)
    if made is not None:
        return made
    if name == "cast" and len(values) == 2 and isinstance(values[1], Shape):
        annotated(frame, values[0].value if isinstance(values[0], Constant) else None, values[1])
        return values[1]
    if isinstance(first, Shape) and first.type == "file" and name in _PARTS_OF_A_NAME:
        return first
    if isinstance(first, Shape) and not (isinstance(target, types.FunctionType) and is_readable(target)):
        return first if converted(name, owner, first, values, is_certain=not frame.doubt) else None
    if name in ("smart_str", "force_str", "str", "slugify") and isinstance(first, Constant):
        return Constant(str(first.value)) if isinstance(first.value, str) else None
    if name == "import_string" and isinstance(first, Constant):
        return _imported(first.value)
    if isinstance(first, Listed) and name in ("list", "tuple", "set", "sorted", "frozenset"):
        return first
    return first if first is Marker.RAW and name in ("str", "bytes", "BytesIO", "StringIO") else None


def _imported(path: object) -> Value | None:
    """Return what a dotted path names, if its module is loaded already: importing could run anything."""
    module, _, name = str(path).rpartition(".")
    found = getattr(sys.modules.get(module), name, None)
    return Constant(found) if found is not None else None


def _reads_json_files(target: Any) -> bool:
    return getattr(target, "__module__", "") in ("json", "simplejson")


def _parsed(frame: Frame, name: str, first: Value, *, is_of_files: bool = False) -> Value | None:
    if first in (Marker.RAW, Marker.REQUEST):
        return frame.reading.data("form" if name in ("QueryDict", "parse_qs", "parse_qsl") else "json")
    if isinstance(first, Shape):
        if is_of_files:
            first.decide("file")
            first.choices.setdefault("json")
        if first.type == "file":
            # The content of a file is not a part of the body's fields.
            return Shape()
        first.decide("object")
        return first
    return None


def _validated(frame: Frame, name: str, owner: Any, first: Value | None) -> Value | None:
    """Note a class that checks data: a pydantic model, or the type that an adapter holds."""
    if first is Marker.RAW and name in _TEXT_VALIDATORS:
        first = frame.reading.data("json")
    return annotated(frame, owner, first) if isinstance(first, Shape) else None


def annotated(frame: Frame, hint: Any, value: Shape) -> Value | None:
    """Note that a value has the type of an annotation."""
    hint = getattr(hint, "_type", hint)
    inside = getattr(hint, "__args__", ())
    many = getattr(hint, "__origin__", None) in (list, set, tuple)
    made = inside[0] if many and inside else hint
    if isinstance(made, type) and is_taking(made) and not hasattr(made, "is_bound"):
        return use_class(frame, made, value, many=many)
    return None


def _getattr(frame: Frame, node: ast.Call) -> Value | None:
    """Read `getattr(self, "name", default)`."""
    values = [frame.evaluate(one) for one in node.args]
    name = values[1].value if len(values) > 1 and isinstance(values[1], Constant) else None
    if not isinstance(name, str):
        return None
    found = frame.evaluate(ast.Attribute(value=node.args[0], attr=name))
    return found if found is not None else values[2] if len(values) > 2 else None


def _run(frame: Frame, node: ast.Call, name: str, target: Any, arguments: Arguments) -> Value | None:
    """Follow a call into the project's code, or into what takes a body whole."""
    if isinstance(target, functools.partial):
        bound = [Constant(one) for one in target.args]
        arguments.positional = [*bound, *arguments.positional]
        target = target.func
    if isinstance(target, type):
        if is_taking(target):
            return use(frame, target, arguments)
        if issubclass(target, models.Model):
            _fill_row(frame, target, arguments)
            return Row(target)
        if target is type:
            return class_called(frame, arguments)
        part = part_made(target, arguments)
        if part is not None:
            return part
        return _kept_in(target, arguments) or _choice_of(target, arguments) or made_of(frame, target, arguments)
    if isinstance(target, types.MethodType):
        target = target.__func__
    if not isinstance(target, types.FunctionType):
        return _of_unread_helper(frame, name, arguments)
    if Marker.REQUEST in arguments.values and is_made_by_as_view(target):
        return _of_view(frame, target, arguments)
    on_self = isinstance(node.func, ast.Attribute) and (
        _is_super(node) or frame.evaluate(node.func.value) is Marker.SELF
    )
    known = terminal(frame, target, arguments)
    if known is not None:
        return known
    base = frame.evaluate(node.func.value) if isinstance(node.func, ast.Attribute) and not on_self else None
    if on_self:
        found = frame.machine.follow(frame, target, arguments, frame.scope.bound_to)
    else:
        found = of_held(frame, target, base, name, arguments)
    if found is None and on_self and name in _CLASS_GETTERS:
        made, _ = class_from(frame, name)
        found = Constant(made) if is_taking(made) else None
    return found if found is not None else _of_unread_helper(frame, name, arguments)


def _of_view(frame: Frame, target: types.FunctionType, arguments: Arguments) -> Value | None:
    """Follow `return login(request)`, where `login` is a view of its own: what it reads is read here."""
    view = unwrap(target)
    functions = functions_of_class(view, frame.reading.method)
    values = [frame.machine.follow(frame, one, arguments, view.bound_to, always=True) for one in functions]
    return values[-1] if values else None


def _fill_row(frame: Frame, target: type[models.Model], arguments: Arguments) -> None:
    for path, value in arguments.named.items():
        fill(value, target, path)
    for one in arguments.unpacked:
        if isinstance(one, Shape):
            use_class(frame, target, one)


def _kept_in(target: type, arguments: Arguments) -> Value | None:
    """Read `JsonData(body)`: a project's own kind of dictionary has the keys of what it is made of."""
    first = arguments.positional[0] if arguments.positional else None
    return first if isinstance(first, Shape) and issubclass(target, Mapping) else None


def _choice_of(target: type, arguments: Arguments) -> Value | None:
    """Read `Status(value)`: the value is one of the enumeration's."""
    first = arguments.positional[0] if arguments.positional else None
    members = getattr(target, "__members__", None)
    if not (isinstance(first, Shape) and isinstance(members, types.MappingProxyType)):
        return None
    first.choices |= dict.fromkeys(str(one.value) for one in members.values())
    return first


def _of_unread_helper(frame: Frame, name: str, arguments: Arguments) -> Value | None:
    """Trust the name of a helper whose source tells nothing: `get_json(request)` returns the body."""
    lowered = name.lower()
    if Marker.REQUEST in arguments.values and "json" in lowered and not _NO_BODY.search(lowered):
        return frame.reading.data("json")
    return None
