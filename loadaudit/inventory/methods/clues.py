"""Whether code may have to do with HTTP methods, told from its names, and whether a source may be that of a code."""

import ast
import dis
import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from loadaudit.inventory.methods.declared import declared_methods
from loadaudit.inventory.source.guards import with_decorators
from loadaudit.inventory.source.trees import constants, function_node, function_nodes, mentioned, walk
from loadaudit.inventory.source.unwrap import is_view_class

BODY_NAMES = frozenset({"POST", "FILES", "body"})
_CLUES = frozenset({"method", "as_view", "HttpResponseNotAllowed", "MethodNotAllowed"}) | BODY_NAMES
_CONSTANT_CLUES = frozenset({405, "REQUEST_METHOD"})
_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")


def is_own(helper: types.FunctionType) -> bool:
    """Whether a helper may look at the request's method: Django's shortcuts take the request, but never do."""
    module = helper.__module__ or ""
    return not module.startswith("django.") or module.startswith(("django.contrib.", "django.views."))


@lru_cache(maxsize=1024)
def has_clues(function: types.FunctionType, bound_to: type | None, depth: int) -> bool:
    """Whether the code, or a helper that it may call, mentions anything that has to do with methods."""
    code = function.__code__
    if mentioned(code) & _CLUES or constants(code) & _CONSTANT_CLUES:
        return True
    if depth <= 0:
        return False
    if _imports(code) or not limited_methods(bound_to).isdisjoint(mentioned(code)):
        return True
    return any(
        helper is not function
        and is_own(helper)
        and (is_view_class(helper.__dict__.get("view_class")) or has_clues(helper, owner, depth - 1))
        for helper, owner in _helpers(function, bound_to)
    )


def _helpers(function: types.FunctionType, bound_to: type | None) -> Iterator[tuple[types.FunctionType, type | None]]:
    """Yield functions that the code may call: of its module, of modules that it names, and of its class."""
    names = mentioned(function.__code__)
    methods = _methods_of(bound_to)
    for name in names:
        for helper, owner in ((function.__globals__.get(name), None), (methods.get(name), bound_to)):
            if type(helper) is types.FunctionType:
                yield helper, owner
                if type(inner := helper.__dict__.get("__wrapped__")) is types.FunctionType:
                    # What a decorator stands around is called by it, where it does no more than to turn away.
                    yield inner, owner
            elif type(helper) is types.ModuleType and not helper.__name__.startswith(_FRAMEWORKS):
                inside = ((vars(helper).get(one), None) for one in names)
                yield from ((one, nobody) for one, nobody in inside if type(one) is types.FunctionType)


@lru_cache(maxsize=1024)
def _imports(code: types.CodeType) -> bool:
    """Whether the function imports anything itself, which its globals do not show."""
    operation = dis.opmap["IMPORT_NAME"]
    return operation in code.co_code[::2]


@lru_cache(maxsize=1024)
def _methods_of(owner: type | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__ if owner is not None else ()):
        for name, value in base.__dict__.items():
            function = value.__func__ if type(value) in (staticmethod, classmethod) else value
            if type(function) is types.FunctionType:
                found[name] = function.__dict__.get("__wrapped__", function)
    return found


@lru_cache(maxsize=1024)
def limited_methods(owner: type | None) -> frozenset[str]:
    """Return the names of methods of a class around which a decorator stands that lets some HTTP methods through."""
    return frozenset(
        name
        for base in (owner.__mro__ if owner is not None else ())
        for name, value in base.__dict__.items()
        if type(value) is types.FunctionType and "__wrapped__" in value.__dict__
        if any(declared_methods(one) is not None for one in with_decorators(value))
    )


@lru_cache(maxsize=1024)
def has_true_source(code: types.CodeType) -> bool:
    """Whether there is a source that may be that of the code: a file may have changed since it was loaded."""
    node = function_node(code)
    if node is None:
        return False
    names = tuple([one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)])
    if names != code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        return False
    used = mentioned(code)
    if {one.attr for one in function_nodes(code) if isinstance(one, ast.Attribute)} <= used:
        return True
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    read = {one.attr for statement in body for one in walk(statement) if isinstance(one, ast.Attribute)}
    # Annotations of local names, and branches that are never compiled, leave no name behind.
    return 2 * len(read - used) <= len(read)


def has_file(function: types.FunctionType) -> bool:
    """Whether the code says that it comes from a file."""
    return bool(function.__code__.co_filename) and not function.__code__.co_filename.startswith("<")
