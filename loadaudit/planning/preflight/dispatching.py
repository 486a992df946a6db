"""Values that name a method of the view: `getattr(self, f"do_{request.POST['do']}")` takes none but those it has."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from types import FunctionType
from typing import Any

from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.naming import value_by_name
from loadaudit.planning.payloads.bodies import encoded
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, layers_for, view_at
from loadaudit.records import BodyKind, Identity, Operation, Payload

ORIGIN = "names of methods that its view looks for"

_ASKS = frozenset({"getattr", "hasattr"})
_READS = frozenset({"get", "pop", "getlist"})
_CHANGES_LITTLE = frozenset({"lower", "strip", "replace", "str"})
_NOT_SENT = frozenset({"kwargs", "META", "headers", "session", "environ", "COOKIES", "settings"})
"""Dictionaries that a body does not fill."""

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace", "dispatch", "setup"})
_KINDS = frozenset({BodyKind.JSON, BodyKind.FORM, BodyKind.MULTIPART})
_MOST = 4
_DEEPEST = 5
_OF_ANY_NUMBER = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What a body has to have so that the view finds one of its methods by it."""

    field: str
    value: str
    wants: tuple[str, ...]
    """Names of the arguments that the method must get."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A name of a method as code puts it together: a key of the body, whose value stands behind a prefix."""

    field: str
    """Empty where the key is the first word of the method's name: `f"{kind}_{body[kind]}"`."""
    prefix: str = ""


def dispatched_payloads(operation: Operation, path: str, identity: Identity) -> Iterator[Payload]:
    """Yield a body for each method that the view of an operation finds by what is sent, with what that must get."""
    body = operation.body if operation.body.kind in _KINDS else replace(operation.body, kind=BodyKind.FORM)
    for one in dispatched_at(path, operation.method):
        wanted = {name: value_by_name(name, operation.view, identity) for name in one.wants}
        values = {name: "1" if value is None else value for name, value in wanted.items()}
        yield replace(encoded(body, {one.field: one.value, **values}), origin=ORIGIN)


def with_dispatched(operation: Operation, path: str, identity: Identity, plain: Iterator[Payload]) -> Iterator[Payload]:
    """Yield the bodies that facts tell, and those that lead to a method: these first where only the source tells."""
    named = dispatched_payloads(operation, path, identity) if operation.method == "POST" else iter(())
    is_explained = operation.body.source not in ("", "source")
    return chain(plain, named) if is_explained else chain(named, plain)


def dispatched_at(path: str, method: str) -> tuple[Dispatched, ...]:
    """Return what leads the view behind a path to one of its methods, the likeliest first. Never raises."""
    try:
        view = view_at(path)
        return _of_view(view, method) if view is not None and class_of(view) is not None else ()
    except Exception:  # classes of the project may do anything when they are looked at
        return ()


@lru_cache(maxsize=512)
def _of_view(view: Any, method: str) -> tuple[Dispatched, ...]:
    view_class = class_of(view)
    reads: dict[_Read, None] = {}
    for layer in layers_for(view, method):
        reads |= dict.fromkeys(_reads(layer)) if _ASKS & {*layer.__code__.co_names} else {}
    found: dict[Dispatched, tuple[bool, ...]] = {}
    methods = list(_methods(view_class)) if reads else []
    root = view_class.__module__.partition(".")[0]
    kinds = _listed(view_class)
    for read in reads:
        for name, function, owner in methods:
            known = _for_read(read, name)
            if known is None or not (read.field or not kinds or known[0] in kinds):
                continue
            # A decorator marks what may be called by name; what stands there without one may be anything.
            is_marked = function.__name__ != name or hasattr(function, "__wrapped__")
            is_open = bool(read.prefix) or is_marked
            is_near = owner.__module__.partition(".")[0] == root
            arguments = _arguments(function)
            # Whatever is sent beside it goes along.
            takes_all = any(one.kind is one.VAR_KEYWORD for one in arguments)
            wanted = [one for one in arguments if one.default is one.empty and one.kind not in _OF_ANY_NUMBER]
            one = Dispatched(*known, tuple(each.name for each in wanted))
            found.setdefault(one, (not is_open and bool(read.field), not is_near, not takes_all, bool(wanted)))
    return tuple(sorted(found, key=lambda one: found[one]))[:_MOST]


def _for_read(read: _Read, name: str) -> tuple[str, str] | None:
    """Return the field and the value by which a piece of code finds a method, or None."""
    if read.field:
        value = name.removeprefix(read.prefix)
        return (read.field, value) if name.startswith(read.prefix) and value else None
    field, _, value = name.partition("_")
    return (field, value) if field and value else None


def _listed(view_class: Any) -> frozenset[str]:
    """Return the first words of methods that a list of a class names, as the kinds of what may be called."""
    lists = [
        value for one in view_class.__mro__ if not one.__module__.startswith(FRAMEWORKS) for value in vars(one).values()
    ]
    texts = {each for one in lists if isinstance(one, (list, tuple, set, frozenset)) for each in one}
    names = {name for name, _, _ in _methods(view_class)}
    return frozenset(one for one in texts if isinstance(one, str) and any(name.startswith(f"{one}_") for name in names))


def _arguments(function: FunctionType) -> list[inspect.Parameter]:
    plain = inspect.unwrap(function)
    inner = [one for one in (cell.cell_contents for cell in plain.__closure__ or ()) if isinstance(one, FunctionType)]
    # A decorator that copies no names keeps what it stands before in a cell.
    first = next(iter(inspect.signature(plain).parameters.values()), None)
    if len(inner) == 1 and first is not None and first.kind in _OF_ANY_NUMBER:
        plain = inner[0]
    known = list(inspect.signature(plain).parameters.values())
    return [one for one in known if one.name not in ("self", "cls", "request")]


def _methods(view_class: Any) -> Iterator[tuple[str, FunctionType, type]]:
    """Yield methods of a class that override none of a framework or of another package, those of itself first."""
    classes = [one for one in view_class.__mro__ if one is not object]
    for place, owner in enumerate(classes):
        if owner.__module__.startswith(FRAMEWORKS):
            continue
        root = owner.__module__.partition(".")[0]
        others = [one for one in classes[place + 1 :] if one.__module__.partition(".")[0] != root]
        for name, value in vars(owner).items():
            function = getattr(value, "__func__", value)
            if not isinstance(function, FunctionType) or name.startswith("_") or name in _METHODS:
                continue
            if not any(name in vars(one) for one in others):
                yield name, function, owner


def _reads(function: FunctionType) -> Iterator[_Read]:
    node = function_node(function.__code__)
    if node is None:
        return
    nodes: list[Any] = list(walk(node))
    named: dict[str, list[ast.expr]] = {}
    for one in nodes:
        if isinstance(one, ast.NamedExpr):
            named.setdefault(one.target.id, []).append(one.value)
        elif isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            named.setdefault(one.targets[0].id, []).append(one.value)
    for one in nodes:
        is_asked = isinstance(one, ast.Call) and getattr(one.func, "id", "") in _ASKS and len(one.args) > 1
        if is_asked and getattr(one.args[0], "id", "") == "self":
            yield from _read(one.args[1], named)


def _read(node: ast.expr, named: Mapping[str, list[ast.expr]], depth: int = 0) -> Iterator[_Read]:
    """Yield how a name is put together of what was sent; nothing where it is of something else."""
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.NamedExpr):
        yield from _read(node.value, named, depth + 1)
    elif isinstance(node, ast.Name):
        for one in named.get(node.id, ()):
            yield from _read(one, named, depth + 1)
    elif isinstance(node, ast.JoinedStr):
        yield from _of_parts(node.values, named, depth)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _of_parts([node.left, node.right], named, depth)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        yield from _of_parts([ast.Constant(str(node.left.value).partition("%")[0]), node.right], named, depth)
    elif key := key_read(node):
        yield _Read(key)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format" and isinstance(node.func.value, ast.Constant) and len(node.args) == 1:
            before = str(node.func.value.value).partition("{")[0]
            yield from _of_parts([ast.Constant(before), node.args[0]], named, depth)
        elif node.func.attr in _CHANGES_LITTLE:
            yield from _read(node.func.value, named, depth + 1)


def _of_parts(parts: list[ast.expr], named: Mapping[str, list[ast.expr]], depth: int) -> Iterator[_Read]:
    """Yield what a prefix and a value make, or a word and what the body has under that word."""
    inner = [one.value if isinstance(one, ast.FormattedValue) else one for one in parts]
    if len(inner) == 2 and isinstance(inner[0], ast.Constant) and isinstance(inner[0].value, str):
        for read in _read(inner[1], named, depth + 1):
            if read.field:
                yield _Read(read.field, inner[0].value + read.prefix)
    elif len(inner) == 1:
        yield from _read(inner[0], named, depth + 1)
    elif len(inner) == 3 and isinstance(inner[0], ast.Name) and getattr(inner[1], "value", "") == "_":
        last = inner[2]
        if isinstance(last, ast.Subscript) and getattr(last.slice, "id", "") == inner[0].id:
            yield _Read("")


def key_read(node: ast.expr) -> str:
    """Return the key of a body, a form or a query that an expression reads, or empty."""
    if isinstance(node, ast.Subscript):
        owner, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READS and node.args:
        owner, key = node.func.value, node.args[0]
    else:
        return ""
    name = getattr(owner, "attr", "") or getattr(owner, "id", "")
    is_text = isinstance(key, ast.Constant) and isinstance(key.value, str)
    return str(key.value) if is_text and name not in _NOT_SENT else ""  # type: ignore[attr-defined]
