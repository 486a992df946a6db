"""What the project's own validators let through: constants and patterns that their code compares a value with."""

import ast
import base64
import pydoc
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from inspect import getattr_static
from math import prod
from types import FunctionType
from typing import Any, get_args

from loadaudit.inventory.bodies.fields.models import NOTHING_SENT
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.scope import MISSING
from loadaudit.inventory.source.trees import constants, function_node, local_names, mentioned, walk
from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.load.words import Words
from loadaudit.planning.making.constants import named_in_code
from loadaudit.planning.payloads.files import KINDS
from loadaudit.planning.payloads.matching import text_matching, word_parts
from loadaudit.planning.preflight.view_code import FRAMEWORKS, layers_of, view_at
from loadaudit.records import Operation

_OF_ONE = ("validate_", "clean_", "check_")
"""Begin the names of methods of serializers and forms that validate the field whose name follows."""

_OF_ALL = frozenset({"validate", "clean", "is_valid", "to_internal_value", "create", "update", "save"})
_CONVERTS = frozenset({"to_internal_value", "run_validation", "to_python", "clean", "validate"})
"""Methods of a field's own class, whose value is the field's."""

_CHANGES_NOTHING = frozenset({"lower", "upper", "strip", "casefold", "str", "set", "int", "get"})
_NO_CLASSES = (*FRAMEWORKS, "ninja.", "pydantic.", "typing")
_COLLECTIONS = frozenset({"dict", "set", "list", "tuple", "frozenset", "sorted"})
_DATA_URLS = tuple(
    f"data:{kind};base64,{base64.b64encode(content).decode()}"
    for kind, content in (KINDS[one] for one in ("png", "jpeg", "gif", "pdf", "svg", "csv", "txt"))
)
_DEPTH = 4
_MOST_VALUES = 12
_MOST_CLASSES = 20
_FOR_PREFLIGHT = 64


def values_in_code(operation: Operation, path: str, name: str, *, marks: bool = False) -> tuple[Any, ...]:
    """Return what the code behind an operation compares the value of a field with, a few at most.

    What a value must be to pass comes before what it is compared with otherwise. With `marks` a pattern gives the
    mark of its words, of which each request gets another one. Never raises.
    """
    try:
        return _values(operation.body.source, view_at(path), name, marks)
    except Exception:  # classes of the project may do anything when they are looked at
        return ()


@lru_cache(maxsize=512)
def _values(source: str, view: Any, name: str, marks: bool) -> tuple[Any, ...]:
    surest, others = compared(functions_behind(source, view, name), name, marks=marks)
    found = dict.fromkeys([*surest, *others])
    return () if all(str(one).lower() in NOTHING_SENT for one in found) else tuple(found)[:_MOST_VALUES]


def compared(
    functions: Iterable[tuple[FunctionType, frozenset[str]]], name: str, owner: object = None, *, marks: bool = False
) -> tuple[list[Any], list[Any]]:
    """Return what functions want a value to be that is called `name`, and what else they compare it with.

    Each function comes with the local names that mean the value; `owner` is the model of the row whose column it is,
    which is what `self` is, and not a value of the body that is called alike.
    """
    surest: dict[Any, None] = {}
    others: dict[Any, None] = {}
    for function, names in functions:
        code = function.__code__
        # A list that may be filtered by hundreds of names asks for each of them, and most code names none.
        if (names | {name}).isdisjoint(local_names(code) | mentioned(code) | constants(code)):
            continue
        node = function_node(code)
        known = function.__globals__ if owner is None else {**function.__globals__, "self": owner}
        names = names | _called_there(node, name, of_rows=owner is not None) if node is not None else names
        names = names | _each_of(node, name, names) if node is not None else names
        known = {**known, **_assigned(node)} if node is not None else known
        for one in walk(node) if node is not None else ():
            if isinstance(one, ast.Compare) and len(one.ops) == 1 and _is_about(one.left, name, names):
                found = [each for each in constants_in(one.comparators[0], known) if _may_be_sent(each)]
                must = isinstance(one.ops[0], (ast.NotIn, ast.NotEq, ast.LtE))
                (surest if must else others).update(dict.fromkeys(found))
            elif isinstance(one, ast.Call):
                surest.update(dict.fromkeys(_texts_for(one, known, name, names, marks)))
    return list(surest), [one for one in others if one not in surest]


def _called_there(node: ast.AST, name: str, *, of_rows: bool) -> frozenset[str]:
    """Return the local names that a function gives the value of a field, as in `kind = self.cleaned_data["kind"]`.

    Only those that are taken off rows where it is a column: `state = order.state`.
    """
    return frozenset(
        target.id
        for one in walk(node)
        if isinstance(one, ast.Assign)
        and _is_taken_out(one.value, name)
        and (isinstance(one.value, ast.Attribute) or not of_rows)
        for target in one.targets
        if isinstance(target, ast.Name)
    )


def _each_of(node: ast.AST, name: str, names: frozenset[str]) -> frozenset[str]:
    """Return the local names of one after the other of a list of values, as in `[one for one in scopes if …]`."""
    loops = [one for one in walk(node) if isinstance(one, (ast.For, ast.comprehension))]
    return frozenset(
        one.target.id for one in loops if isinstance(one.target, ast.Name) and _is_about(one.iter, name, names)
    )


def _assigned(node: ast.AST) -> dict[str, ast.expr]:
    """Return what a function assigns to names of its own: `allowed = [one for one, _ in CHOICES]`."""
    found: dict[str, ast.expr] = {}
    for one in walk(node):
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            found.setdefault(one.targets[0].id, one.value)
    return found


def _is_taken_out(node: ast.expr, name: str) -> bool:
    """Whether an expression takes a field's value out of others by its name, changed in no way that matters."""
    return not isinstance(node, ast.Name) and _is_about(node, name, ())


def functions_behind(source: str, view: Any, name: str) -> Iterator[tuple[FunctionType, frozenset[str]]]:
    """Yield the functions that may look at a field's value, each with the names that mean it there."""
    yield from functions_of_body(source, name)
    for layer in layers_of(view) if view is not None else ():
        if isinstance(layer, FunctionType):
            yield layer, frozenset({name})
            yield from _asked_there(layer, name)


def _asked_there(function: FunctionType, name: str) -> Iterator[tuple[FunctionType, frozenset[str]]]:
    """Yield methods of fields that a function makes to ask about a value: `Field().run_validation(value)`."""
    if _CONVERTS.isdisjoint(function.__code__.co_names):
        return
    node = function_node(function.__code__)
    calls = [one for one in walk(node) if isinstance(one, ast.Call) and one.args] if node is not None else []
    for one in calls:
        made = one.func.value if isinstance(one.func, ast.Attribute) and one.func.attr in _CONVERTS else None
        if not isinstance(made, ast.Call) or not _is_about(one.args[0], name, ()):
            continue
        owner = named_in_code(made.func, function.__globals__)
        for base in owner.__mro__ if isinstance(owner, type) else ():
            for key, value in vars(base).items() if not _is_foreign(base) else ():
                method = _plain(value) if key in _CONVERTS else None
                if method is not None and method.__code__.co_argcount > 1:
                    yield method, frozenset({method.__code__.co_varnames[1]})


def functions_of_body(source: str, name: str) -> Iterator[tuple[FunctionType, frozenset[str]]]:
    """Yield those of the classes that a body comes from."""
    for owner, is_field in _classes(source, name):
        for base in owner.__mro__ if not _is_foreign(owner) else ():
            for key, value in vars(base).items() if not _is_foreign(base) else ():
                function = _plain(value)
                if function is None:
                    continue
                code = function.__code__
                own = code.co_varnames[min(1, code.co_argcount - 1)] if code.co_argcount else ""
                is_of_it = any(key == f"{prefix}{name}" for prefix in _OF_ONE) or (is_field and key in _CONVERTS)
                if is_of_it:
                    yield function, frozenset({own, name})
                elif key in _OF_ALL:
                    yield function, frozenset({name})
        yield from _of_pydantic(owner, name)
        for field in fields_of(owner, name):
            yield from _of_field(field)


def _classes(source: str, name: str) -> Iterator[tuple[type, bool]]:
    """Yield the classes that a body comes from, those nested in them, and whether one is of the field's own kind."""
    named = (one.partition(" ")[::2] for one in source.split(", "))
    found = [pydoc.locate(place) for kind, place in named if kind in ("serializer", "schema", "form")]
    waiting: list[tuple[Any, bool]] = [(one, False) for one in found]
    seen: list[Any] = []
    while waiting and len(seen) < _MOST_CLASSES:
        one, is_field = waiting.pop(0)
        if not isinstance(one, type) or one in seen:
            continue
        seen.append(one)
        yield one, is_field
        declared: Mapping[str, Any] = getattr(one, "_declared_fields", None) or getattr(one, "base_fields", None) or {}
        for key, field in declared.items():
            waiting += [
                (type(each), key == name) for each in (field, getattr(field, "child", None)) if each is not None
            ]
        for key, info in (getattr(one, "model_fields", None) or {}).items():
            waiting += [(each, key == name) for each in _types(getattr(info, "annotation", None))]


def values_of_column(column: Any) -> tuple[Any, ...]:
    """Return what the project's own validators of a model's field compare its value with. Never raises."""
    try:
        surest, others = compared(_of_field(column), column.name)
    except Exception:  # validators are the project's own code
        return ()
    return (*surest, *others)[:_MOST_VALUES]


def fields_of(owner: Any, name: str) -> Iterator[Any]:
    """Yield the field of a form or a serializer with this name, and that of its model."""
    declared: Mapping[str, Any] = getattr(owner, "_declared_fields", None) or getattr(owner, "base_fields", None) or {}
    yield declared.get(name)
    for meta in (getattr(owner, "_meta", None), getattr(owner, "Meta", None)):
        model = getattr(meta, "model", None)
        columns = model._meta.concrete_fields if isinstance(model, type) and hasattr(model, "_meta") else ()
        yield from (one for one in columns if one.name == name)


def _of_field(field: Any) -> Iterator[tuple[FunctionType, frozenset[str]]]:
    """Yield the functions in the `validators` of a field, and the methods by which objects among them are called."""
    for one in getattr(field, "validators", None) or ():
        function = _plain(one) or _plain(getattr_static(type(one), "__call__", None))
        if function is not None and not str(function.__module__).startswith(_NO_CLASSES):
            names = function.__code__.co_varnames[: function.__code__.co_argcount]
            own = [name for name in names if name not in ("self", "cls")][:1]
            yield function, frozenset(own)


def _types(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _types(one)


def _plain(value: Any) -> FunctionType | None:
    found = getattr(value, "wrapped", value)
    found = getattr(found, "__func__", found)
    return found if isinstance(found, FunctionType) else None


def _of_pydantic(owner: type, name: str) -> Iterator[tuple[FunctionType, frozenset[str]]]:
    """Yield pydantic's validators of a field and of the whole class."""
    decorators = getattr(owner, "__pydantic_decorators__", None)
    for group in ("field_validators", "validators", "model_validators", "root_validators"):
        for one in (getattr(decorators, group, None) or {}).values():
            function = _plain(one.func)
            fields = getattr(one.info, "fields", None)
            if function is not None and (fields is None or name in fields):
                code = function.__code__
                own = code.co_varnames[min(1, code.co_argcount - 1)] if fields and code.co_argcount else name
                yield function, frozenset({own, name})


def _is_about(node: ast.expr, name: str, names: Iterable[str]) -> bool:
    """Whether an expression is a field's value: by a name, an attribute, a key, or changed in no way that matters."""
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == name
    if isinstance(node, ast.Attribute):
        return node.attr == name or _is_about(node.value, name, names)
    if isinstance(node, ast.Call):
        called = called_name(node)
        if called == "get" and node.args and isinstance(node.args[0], ast.Constant):
            return node.args[0].value == name
        inner = node.func.value if isinstance(node.func, ast.Attribute) else next(iter(node.args), None)
        return called in _CHANGES_NOTHING and inner is not None and _is_about(inner, name, names)
    return False


def constants_in(node: ast.expr, known: Mapping[str, Any], depth: int = 0) -> Iterator[Any]:
    """Yield what an expression with constants holds, names of the module and of the function among them."""
    if isinstance(node, ast.Name) and isinstance(known.get(node.id), ast.expr):
        node = known[node.id]
        depth += 1
    if depth > _DEPTH:
        return
    inner: list[ast.expr | None] = []
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        inner = [*node.elts]
    elif isinstance(node, ast.Dict):
        inner = [*node.keys]
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        inner = [node.generators[0].iter]
    elif isinstance(node, ast.BinOp):
        inner = [node.left, node.right]
    elif isinstance(node, ast.Call):
        inner = _within_call(node)
        yield from _held(_answer_of(node, known)) if not inner else ()
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from _held(_named(node, known))
    for one in inner:
        yield from constants_in(one, known, depth + 1) if one is not None else ()


def _named(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """Return what a name of the module or an attribute of it means; nothing of what the function itself assigns."""
    first = node
    while isinstance(first, ast.Attribute):
        first = first.value
    is_own = isinstance(first, ast.Name) and isinstance(known.get(first.id), ast.expr)
    return MISSING if is_own else named_in_code(node, known)


def _within_call(call: ast.Call) -> list[ast.expr | None]:
    """Return what a call only turns into another kind of collection, as `dict(CHOICES)` and `KINDS.keys()` do."""
    if isinstance(call.func, ast.Name) and call.func.id in _COLLECTIONS and len(call.args) == 1:
        return [call.args[0]]
    is_keys = isinstance(call.func, ast.Attribute) and call.func.attr == "keys" and not call.args
    return [call.func.value] if is_keys and isinstance(call.func, ast.Attribute) else []


def _answer_of(call: ast.Call, known: Mapping[str, Any]) -> Any:
    """Return what is looked up by a constant, as in `app_settings.get("KINDS", [])`; else None."""
    texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "values" and not call.args:
        held = _named(call.func.value, known)
        return list(held.values()) if isinstance(held, dict) else None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and texts:
        owner = _named(call.func.value, known)
        return owner.get(texts[0]) if owner is not MISSING else None
    if isinstance(call.func, ast.Name) and call.func.id == "getattr" and texts and len(call.args) > 1:
        owner = _named(call.args[0], known)
        return getattr(owner, str(texts[0]), None) if owner is not MISSING else None
    return None


def _held(value: Any) -> Iterator[Any]:
    if isinstance(value, Enum):
        yield value.value
    elif isinstance(value, type) and issubclass(value, Enum):
        yield from (one.value for one in value)
    elif isinstance(value, (str, int, float)):
        yield value
    elif isinstance(value, (list, tuple, dict, set, frozenset)):
        # Sets come in another order in each process.
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        for one in ordered[:_MOST_VALUES]:
            first = one[0] if isinstance(one, tuple) and one else one
            yield from _held(first) if not isinstance(first, (list, tuple, dict, set, frozenset)) else ()


def _may_be_sent(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value not in ("", 0)


def _texts_for(
    call: ast.Call, known: Mapping[str, Any], name: str, names: Iterable[str], marks: bool
) -> tuple[str, ...]:
    """Return texts that a call takes which looks at the beginning of a value, or at all of it by an expression."""
    if not isinstance(call.func, ast.Attribute):
        return ()
    if call.func.attr in ("startswith", "endswith") and call.args and _is_about(call.func.value, name, names):
        found = next((each for each in constants_in(call.args[0], known) if isinstance(each, str)), "")
        if found.startswith("data:") and call.func.attr == "startswith":
            return tuple(one for one in _DATA_URLS if one.startswith(found))[:1]
        if not found or found.endswith("://"):
            return (f"{found}example.com/",) if found else ()
        return (f"{found}{UNIQUE_TEXT}" if call.func.attr == "startswith" else f"la-{UNIQUE_TEXT}{found}",)
    # Flags may stand behind the value.
    value = call.args[: 2 if len(call.args) > 1 else 1][-1:]
    if call.func.attr in ("match", "fullmatch", "search") and value and _is_about(value[0], name, names):
        first = call.args[0] if len(call.args) > 1 else call.func.value
        made = named_in_code(first, known) if not isinstance(first, ast.Constant) else first.value
        pattern = made.pattern if isinstance(made, re.Pattern) else made
        return _matching(pattern, marks) if isinstance(pattern, str) else ()
    return ()


def _matching(pattern: str, marks: bool) -> tuple[str, ...]:
    """Return the shortest text that a pattern takes, before it the mark of its words; that alone if no longer."""
    if "data:" in pattern and (urls := _urls_matching(pattern)):
        return urls
    text, parts = text_matching(pattern), word_parts(pattern) if marks else ()
    size = prod(map(len, parts))
    if not parts or size < 2:
        return (text,) if text else ()
    # The preflight takes those before the first.
    mark = Words(parts=parts, first=min(_FOR_PREFLIGHT, size // 4)).mark
    return (mark, text) if text and len(text) < len(parts) else (mark,)


def _urls_matching(pattern: str) -> tuple[str, ...]:
    """Return the first small file that a pattern takes as a URL of its own (RFC 2397)."""
    try:
        return tuple(one for one in _DATA_URLS if re.match(pattern, one, re.DOTALL))[:1]
    except re.error:
        return ()


def _is_foreign(one: type) -> bool:
    return str(one.__module__).startswith(_NO_CLASSES)
