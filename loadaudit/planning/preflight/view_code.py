"""The code that runs for a view: its decorators, its methods and those of the classes it asks."""

import dis
from collections.abc import Iterable, Iterator
from functools import lru_cache
from inspect import getattr_static, unwrap
from types import CodeType, FunctionType
from typing import Any

from django.db.models import Model
from django.urls import Resolver404

from loadaudit.inventory.source.unwrap import attribute_of, cells
from loadaudit.inventory.source.unwrap import unwrap as unwrapped
from loadaudit.planning.payloads.graphql import takes_graphql
from loadaudit.planning.resolving import match_at
from loadaudit.records import Operation

_MOST_LAYERS = 20
_BEFORE = ("dispatch", "setup", "initial", "get_permissions", "check_permissions", "has_permission", "test_func")
"""Methods of a class-based view that each of its requests comes through before the one that answers it."""

_MOST_METHODS = 40
FRAMEWORKS = ("django.", "rest_framework.", "builtins")
_NINJA = ("ninja.", "ninja_extra.")
_ASKED = ("permission_classes", "authentication_classes", "throttle_classes")
"""Attributes of a class-based view with classes that decide whom it lets in."""


def view_at(path: str) -> Any:
    """Return the view behind a path, or None."""
    try:
        return match_at(path).func
    except Resolver404:
        return None


def handed_at(path: str) -> dict[str, str | int]:
    """Return the texts and numbers that the URLconf hands to the view behind a path, whatever is in the path."""
    try:
        extra: dict[str, Any] = getattr(match_at(path), "extra_kwargs", {})
    except Resolver404:
        return {}
    return {name: value for name, value in extra.items() if isinstance(value, (str, int))}


def is_of_graphql(operation: Operation, path: str) -> bool:
    """Say whether an operation at a path takes questions of GraphQL, as far as its names and its code tell."""
    view = view_at(path)
    words = {word for layer in layers_of(view) for word in words_of(layer.__code__)} if view is not None else set()
    return takes_graphql(operation, class_of(view), words)


def class_of(view: Any) -> Any:
    """Return the class of a class-based view, or None."""
    return attribute_of(view, "view_class") or attribute_of(view, "cls")


def layers_of(view: Any, *, asked: bool = False) -> Iterator[Any]:
    """Yield what has the code of a function and its decorators, or of all methods of a class and its parents.

    `asked` adds those classes that a view asks whom it lets in. The frameworks' own code is left out.
    """
    view_class = class_of(view)
    classes = list(view_class.__mro__) if view_class is not None else []
    for name in _ASKED if asked and view_class is not None else ():
        others = attribute_of(view_class, name)
        for one in others if isinstance(others, (list, tuple)) else ():
            classes += attribute_of(one, "__mro__", ())
    for one in dict.fromkeys(classes):
        if not str(one.__module__).startswith(FRAMEWORKS):
            for each in vars(one).values():
                yield from _layers(each)
    yield from _layers(view)
    if view_class is None:
        yield from _of_ninja(view)


def _of_ninja(view: Any, method: str = "") -> Iterator[Any]:
    """Yield what has the code of the functions that a view of django-ninja holds, one for each method or for one."""
    path_view = unwrapped(view).path_view if callable(view) else None
    for one in path_view.operations if path_view is not None else ():
        for each in _layers(one.view_func) if not method or method in one.methods else ():
            if not str(each.__globals__.get("__name__", "")).startswith(_NINJA):
                yield each


def layers_for(view: Any, method: str) -> Iterator[Any]:
    """Yield what has the code that a request by a method comes to, and not what the class does for others.

    That is what stands before every handler, the handler, and the methods of the class that they call; then the
    classes that a view asks whom it lets in come first, since they refuse first.
    """
    view_class = class_of(view)
    if view_class is None and method and (own := list(_of_ninja(view, method))):
        yield from own
        return
    if view_class is None or not method:
        yield from layers_of(view, asked=True)
        return
    own = list(layers_of(view))
    yield from (one for one in layers_of(view, asked=True) if one not in own)
    handler = (attribute_of(view, "actions") or {}).get(method.lower(), method.lower())
    waiting, seen = [*_BEFORE, handler], set[str]()
    while waiting and len(seen) < _MOST_METHODS:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        # Those of parents count, too: they are mostly called by super().
        for each in (vars(base)[name] for base in view_class.__mro__ if name in vars(base)):
            for one in _layers(each, foreign=True):
                called: Iterable[str] = _own_methods(one.__code__)
                if not _is_foreign(one):
                    yield one
                else:
                    # Django's own set-up gives each page a HEAD.
                    called = [name for name in called if name not in ("get", "head", "options")]
                waiting += called
    yield from (one for one in _layers(view) if one in own)


def with_services(layers: Iterable[Any]) -> Iterator[Any]:
    """Yield pieces of code, and the methods of the project's classes that they call, as `OrderService.pay(order)`.

    Those of models count with the models.
    """
    for layer in layers:
        yield layer
        names = dict.fromkeys(layer.__code__.co_names)
        for owner in (layer.__globals__.get(name) for name in names):
            if not isinstance(owner, type) or owner.__module__.startswith(FRAMEWORKS) or issubclass(owner, Model):
                continue
            methods = (getattr_static(owner, name, None) for name in names)
            for one in methods if not issubclass(owner, Exception) else ():
                function = attribute_of(one, "__func__", one)
                if isinstance(function, FunctionType) and not _is_foreign(function):
                    yield unwrap(function)


@lru_cache(maxsize=4096)  # of methods that all views of a project inherit, it is asked for each try of each
def _own_methods(code: CodeType) -> tuple[str, ...]:
    """Return the names of what a method takes from `self`."""
    found = []
    is_self = False
    for one in dis.get_instructions(code):
        if is_self and one.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            found.append(str(one.argval))
        last = one.argval[-1] if isinstance(one.argval, tuple) and one.argval else one.argval
        is_self = one.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) and last == "self"
    return tuple(found)


def words_of(code: CodeType) -> Iterator[str]:
    """Yield texts and names of a code object and of those inside it."""
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType):
            yield from words_of(one)


def _is_foreign(function: Any) -> bool:
    return str(attribute_of(function, "__globals__", {}).get("__name__", "")).startswith(FRAMEWORKS)


def _layers(function: Any, *, foreign: bool = False) -> Iterator[Any]:
    """Yield a function and those inside it; a decorator that copies no names keeps its own in a cell.

    `foreign` takes the frameworks' own along.
    """
    waiting: list[Any] = [function]
    # By what they are and not by their code: the same decorator may stand there twice, around different functions.
    seen: set[int] = set()
    opened: dict[int, Any] = {}
    while waiting and len(seen) < _MOST_LAYERS:
        one = waiting.pop()
        if type(one) in (list, tuple):
            # As `method_decorator` holds the decorators of a method. What a class holds may be in itself.
            if id(one) not in opened and len(opened) < _MOST_LAYERS:
                opened[id(one)] = one
                waiting += one
            continue
        one = attribute_of(one, "__func__", one)
        one = attribute_of(one, "fget") or one
        code = attribute_of(one, "__code__")
        if not isinstance(code, CodeType) or id(one) in seen:
            continue
        seen.add(id(one))
        if foreign or not _is_foreign(one):
            yield one
        waiting += [attribute_of(one, "__wrapped__"), *cells(one).values()]
