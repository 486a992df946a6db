"""How `dispatch` of a class-based view comes to an answer: by handlers of its class, or in a way of its own."""

import ast
import types
from functools import lru_cache

from loadaudit.inventory.methods.refusals import is_refusal
from loadaudit.inventory.source.guards import dispatches_of, layers_of_method
from loadaudit.inventory.source.handlers import STANDARD_METHODS
from loadaudit.inventory.source.scope import static_attribute
from loadaudit.inventory.source.trees import function_node, mentioned, walk
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.ways import with_parents

# Their `dispatch` finds the handler, or turns a visitor away who may not come at all.
_CHECKING_FIRST = ("django.views.generic.base", "rest_framework.", "django.contrib.auth.mixins")

_FRAMEWORKS = ("django.", "rest_framework.")

_LOOK_UPS = frozenset({"getattr", "http_method_names", "attrgetter", "__getattribute__"})

# They list the handlers to say what is allowed, and call none.
_ALLOWING = frozenset({"http_method_not_allowed", "options", "_allowed_methods", "allowed_methods"})


def own_dispatch(view_class: type) -> types.FunctionType | None:
    """Return the last `dispatch` that a request passes, if it looks up no handler of the class; or else None."""
    passed = dispatches_of(view_class)
    if not passed or _finds_handlers(passed[-1].function, methods_owner(view_class)):
        return None
    return passed[-1].function


def named_handlers(view_class: type) -> frozenset[str] | None:
    """Return the methods of a `dispatch` that finds its handlers by a name of its own, such as `do_get`.

    None when it does not, or not in a way that is read here.
    """
    passed = dispatches_of(view_class)
    if not passed or is_framework_dispatch(view_class):
        return None
    return handlers_named_in(passed[-1].function, view_class)


@lru_cache(maxsize=1024)
def handlers_named_in(function: types.FunctionType, view_class: type) -> frozenset[str] | None:
    """Return the methods for which the class has what a function looks up on it: `getattr(self, "do_" + method)`."""
    node = function_node(function.__code__)
    for one in walk(node) if node is not None else ():
        if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "getattr" and len(one.args) > 1:
            prefix = _prefix(one.args[1])
            if prefix and getattr(one.args[0], "id", "") == "self":
                names = {name.removeprefix(prefix).upper() for name in dir(view_class) if name.startswith(prefix)}
                return frozenset(names & set(STANDARD_METHODS))
    return None


@lru_cache(maxsize=1024)
def handlers_by_table(owner: type, dispatch: types.FunctionType) -> dict[str, types.FunctionType]:
    """Return the handlers that an attribute of a class names by method, `{"GET": "show"}`, where `dispatch` uses it."""
    names = mentioned(dispatch.__code__)
    if "getattr" not in names:
        return {}
    for name in sorted(names):
        table = static_attribute(owner, name)
        if isinstance(table, dict) and table and all(isinstance(one, str) for pair in table.items() for one in pair):
            handlers = {method: layers_of_method(static_attribute(owner, one)) for method, one in table.items()}
            if table.keys() <= {*STANDARD_METHODS, "HEAD", "OPTIONS"} and any(handlers.values()):
                return {method: layers[-1] for method, layers in handlers.items() if layers}
    return {}


def _prefix(name: ast.expr) -> str:
    """Return the text that a worked-out name of an attribute begins with."""
    first = name.left if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add) else None
    first = name.values[0] if isinstance(name, ast.JoinedStr) and name.values else first
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def is_framework_dispatch(view_class: type) -> bool:
    """Whether a request gets to the `dispatch` of a framework, which calls handlers named as HTTP methods."""
    passed = dispatches_of(view_class)
    return not passed or passed[-1].owner.__module__.startswith(_FRAMEWORKS)


def answers_itself(view_class: type) -> bool:
    """Whether a `dispatch` of the class or a parent may answer before any handler is looked up, whatever the method."""
    return _answers_itself(methods_owner(view_class))


@lru_cache(maxsize=1024)
def _answers_itself(view_class: type) -> bool:
    for base in view_class.__mro__:
        layers = layers_of_method(base.__dict__.get("dispatch"))
        own = bool(layers) and not layers[-1].__module__.startswith(_CHECKING_FIRST)
        if own and _returns_own(layers[-1], view_class):
            return True
    return False


def _returns_own(function: types.FunctionType, view_class: type, depth: int = 3) -> bool:
    """Whether the function returns anything but what a `dispatch` or a refusal answers."""
    node = function_node(function.__code__)
    if node is None:
        return True
    values = [one.value for one in walk(node) if isinstance(one, ast.Return)]
    return any(not _passes_on(value, view_class, depth) for value in values)


def _passes_on(value: ast.expr | None, view_class: type, depth: int) -> bool:
    while isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    name = getattr(value.func, "attr", getattr(value.func, "id", ""))
    if name in ("dispatch", "handle_no_permission") or is_refusal(value):
        return True
    layers = layers_of_method(getattr(view_class, name, None))
    return bool(depth and layers) and not _returns_own(layers[-1], view_class, depth - 1)


@lru_cache(maxsize=1024)
def _finds_handlers(function: types.FunctionType, view_class: type, depth: int = 3) -> bool:
    """Whether a `dispatch`, or a method that it calls, leads to the handlers: itself or through its parent."""
    names = mentioned(function.__code__)
    if {"super", "dispatch"} <= names:
        return True
    if names & _LOOK_UPS and _looks_up(function):
        return True
    for name in names - _ALLOWING if depth else ():
        # A method that only adds something to its parent's leads where that one does.
        if any(
            one is not function and _finds_handlers(one, view_class, depth - 1)
            for one in with_parents(view_class.__mro__, name)
        ):
            return True
    return False


@lru_cache(maxsize=1024)
def _looks_up(function: types.FunctionType) -> bool:
    """Whether a function looks something up on `self` by a name that it works out.

    An attribute by its plain name is no handler, and a handler of another object says nothing about this class.
    """
    node = function_node(function.__code__)
    if node is None:
        return True
    worked_out = [
        one.args[0]
        for one in walk(node)
        if isinstance(one, ast.Call)
        and getattr(one.func, "id", "") == "getattr"
        and len(one.args) > 1
        and not isinstance(one.args[1], ast.Constant)
    ]
    if worked_out:
        return any(isinstance(one, ast.Name) and one.id in ("self", "cls") for one in worked_out)
    return bool(mentioned(function.__code__) & (_LOOK_UPS - {"getattr"}))
