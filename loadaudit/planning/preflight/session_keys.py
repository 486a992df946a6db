"""What the code of a view reads from the session and what it puts there, by the names of the keys."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any

from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.making.constants import value_in_code
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.states import called_of_modules, with_helpers
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, layers_for, view_at

_READS = frozenset({"get", "pop", "setdefault"})


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Keys of the session that a piece of code reads, those that it sets, and of those read what it takes out."""

    read: frozenset[str] = frozenset()
    set: frozenset[str] = frozenset()
    taken_out: frozenset[str] = frozenset()


def session_keys_at(path: str, method: str) -> SessionKeys:
    """Return what the code that a request by a method comes to does with the session."""
    view = view_at(path)
    return _keys(view, method) if view is not None else SessionKeys()


def more_than_a_user(path: str, method: str) -> str:
    """Say what a view may ask for that turns every user away: the keys of the session that it reads, else anything."""
    keys = ", ".join(repr(one) for one in sorted(session_keys_at(path, method).read))
    if keys:
        return (
            f"its code reads {keys} from the session, which a login of the project's own or another request puts there:"
            " @on_login or a @scenario in a loadtests.py sends that first"
        )
    return (
        "the view asks for more than a user, such as a setting, a header, a key of the query or a state; "
        "if some user may, add them to LOADAUDIT['USERS']"
    )


@lru_cache(maxsize=1024)
def _keys(view: Any, method: str) -> SessionKeys:
    return keys_in(_with_sessions(view, method), class_of(view))


def keys_in(functions: Iterable[Any], view_class: Any = None) -> SessionKeys:
    """Return what pieces of code do with the session."""
    read, put, out = set[str](), set[str](), set[str]()
    for one in functions:
        for key, is_set, is_out in _in_function(one, view_class):
            (put if is_set else read).add(key)
            out |= {key} if is_out else set()
    return SessionKeys(frozenset(read), frozenset(put), frozenset(out))


def _with_sessions(view: Any, method: str) -> Iterator[Any]:
    """Yield the pieces of code behind a request by a method that name a session."""
    own = list(layers_for(view, method))
    called = [one for layer in own for one in called_of_modules(layer)]
    helpers = [*with_helpers(own), *with_helpers(called), *(one for layer in own for one in _methods(layer))]
    yield from (one for one in dict.fromkeys(helpers) if "session" in one.__code__.co_names)


def put_in_session(view: Any, method: str) -> Iterator[tuple[Any, str, ast.expr]]:
    """Yield what a view puts into the session: the function, the key and what is written behind it."""
    for function in _with_sessions(view, method):
        node = function_node(function.__code__)
        known = {**function.__globals__, "self": class_of(view)}
        for one in walk(node) if node is not None else ():
            for key, value in _assigned(one):
                text = value_in_code(key, known)
                if isinstance(text, str):
                    yield function, text, value


def _assigned(node: Any) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and _is_session(target.value):
                yield target.slice, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_session(node.func.value):
        for one in node.args if node.func.attr == "update" else ():
            if isinstance(one, ast.Dict):
                yield from ((key, value) for key, value in zip(one.keys, one.values, strict=True) if key is not None)


def _methods(layer: Any) -> Iterator[FunctionType]:
    """Yield the methods of the project's own classes that a piece of code makes something of, as `Cart(request)`."""
    for name in layer.__code__.co_names:
        found = layer.__globals__.get(name)
        if isinstance(found, type) and not found.__module__.startswith(FRAMEWORKS):
            yield from (one for one in vars(found).values() if isinstance(one, FunctionType))


def _in_function(function: Any, view_class: Any) -> Iterator[tuple[str, bool, bool]]:
    """Yield keys, whether each is set, and whether it is taken out."""
    node = function_node(function.__code__)
    known = {**function.__globals__, "self": view_class}
    for one in walk(node) if node is not None else ():
        for key, is_set in _of_node(one):
            text = value_in_code(key, known)
            if isinstance(text, str):
                yield text, is_set, _takes_out(one)


def _takes_out(node: Any) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Del)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "pop"


def _of_node(node: Any) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(node, ast.Subscript) and _is_session(node.value):
        yield node.slice, isinstance(node.ctx, ast.Store)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if _is_session(node.comparators[0]):
            yield node.left, False
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_session(node.func.value):
        if node.func.attr in _READS and node.args:
            yield node.args[0], False
        if node.func.attr == "setdefault" and node.args:
            yield node.args[0], True
        if node.func.attr == "update":
            yield from ((key, True) for one in node.args if isinstance(one, ast.Dict) for key in one.keys if key)


def _is_session(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "session") or (
        isinstance(node, ast.Name) and node.id == "session"
    )


def missed_by(best: Try) -> str:
    """Return the key of the session that a request broke without, or empty."""
    exception = best.trace.exception if best.trace is not None else None
    if exception is None:
        return ""
    method = best.sample.operation_id.partition(" ")[0]
    return key_missed(exception.type, exception.message, session_keys_at(best.path.path, method).read)


def key_missed(exception: str, message: str, keys: Mapping[str, object] | frozenset[str]) -> str:
    """Return the key of the session that a view broke without, or empty."""
    missed = message.strip("'\"")
    return missed if exception.rpartition(".")[2] == "KeyError" and missed in keys else ""
