"""What refuses a request in a view's source: a response, an exception, or a class that stands for either."""

import ast
import types
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.http.response import HttpResponseBase

from loadaudit.inventory.source.scope import Scope, static_attribute
from loadaudit.inventory.source.trees import constants, mentioned

REFUSAL_NAMES = frozenset({"HttpResponseNotAllowed", "MethodNotAllowed", "http_method_not_allowed"})
"""What a 405 is made with."""
_STATUS_NAMES = frozenset({"HTTP_405_METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED"})
"""What REST framework and Python call the status."""

_RESPONSES = frozenset({"HttpResponseNotAllowed", "HttpResponseBadRequest", "HttpResponseForbidden"}) | {
    "HttpResponseNotFound"
}
_ERRORS = frozenset({"Http404", "PermissionDenied", "SuspiciousOperation", "BadRequest"})
_ERROR_CLASSES = (Http404, PermissionDenied, SuspiciousOperation, BadRequest)
_STATUS_KEYWORDS = frozenset({"status", "status_code", "code"})
_FIRST_ERROR_STATUS = 400
_NOT_ALLOWED = 405
_NAMING = frozenset({ast.Constant, ast.Name, ast.Attribute})


def last_name(node: ast.AST | None) -> str:
    """Return the last part of a dotted name, or an empty text."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_refusal(value: ast.expr | None) -> bool:
    """Whether an expression is a 405, as an answer or as an exception."""
    called = value.func if isinstance(value, ast.Call) else value
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if name in REFUSAL_NAMES:
        return True
    return isinstance(value, ast.Call) and any(_is_405(one.value) for one in value.keywords)


def _is_405(value: ast.expr) -> bool:
    written = isinstance(value, ast.Constant) and value.value == _NOT_ALLOWED
    return written or last_name(value) in _STATUS_NAMES


def names_refusal(code: types.CodeType) -> bool:
    """Whether code names what a 405 is made with, or its status."""
    names = mentioned(code)
    if not (names.isdisjoint(REFUSAL_NAMES) and names.isdisjoint(_STATUS_NAMES)):
        return True
    return _NOT_ALLOWED in constants(code)


def is_refusing_response(call: ast.Call, scope: Scope) -> bool:
    """Whether a call makes a response that refuses, by its name, its status or its class."""
    name = last_name(call.func)
    if name in _RESPONSES or _says_not_allowed(name):
        return True
    # Loops, which cost half of any(): every call of every view is asked.
    for keyword in call.keywords:
        if keyword.arg in _STATUS_KEYWORDS and is_error_status(keyword.value, scope):
            return True
    for argument in call.args:
        if argument.__class__ in _NAMING and _status(argument, scope) == _NOT_ALLOWED:
            return True
    made = scope.value(call.func) if name[:1].isupper() else None
    return isinstance(made, type) and _class_refuses(made)


def is_made_refusal(node: ast.Name | ast.Attribute, scope: Scope) -> bool:
    """Whether a name means a response that was made before and refuses, as a constant of a module does."""
    if isinstance(node, ast.Name) and node.id in scope.function.__code__.co_varnames:
        return False
    made = scope.value(node)
    return isinstance(made, HttpResponseBase) and made.status_code >= _FIRST_ERROR_STATUS


def is_refusing_error(error: ast.expr | None, scope: Scope) -> bool:
    """Whether what is raised refuses; an exception that only carries a response or a redirect does not."""
    raised = error.func if isinstance(error, ast.Call) else error
    name = last_name(raised)
    if name in _ERRORS or _says_not_allowed(name):
        return True
    if isinstance(error, ast.Call) and is_refusing_response(error, scope):
        return True
    made = scope.value(raised) if isinstance(raised, (ast.Name, ast.Attribute)) else None
    if not (isinstance(made, type) and issubclass(made, Exception)):
        return False
    carries = any(word in made.__name__.lower() for word in ("redirect", "response"))
    return issubclass(made, _ERROR_CLASSES) or _class_refuses(made) or not carries


def is_error_status(node: ast.expr, scope: Scope) -> bool:
    """Whether the expression is a status from 400 on, as a number or by name."""
    status = _status(node, scope)
    if status is not None:
        return status >= _FIRST_ERROR_STATUS
    name = last_name(node)
    return "METHOD_NOT_ALLOWED" in name or name.startswith("HTTP_4")


def _status(node: ast.expr, scope: Scope) -> int | None:
    value: Any = scope.value(node) if node.__class__ in _NAMING else None
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _says_not_allowed(name: str) -> bool:
    return "notallowed" in name.replace("_", "").lower()


def _class_refuses(made: type) -> bool:
    """Whether responses or exceptions of the class carry an error status of their own."""
    status = static_attribute(made, "status_code")
    if isinstance(status, int) and status >= _FIRST_ERROR_STATUS:
        return True
    for base in made.__mro__:
        init = base.__dict__.get("__init__")
        if base.__module__.startswith(("django.", "builtins", "rest_framework.")):
            return False
        if isinstance(init, types.FunctionType) and _NOT_ALLOWED in constants(init.__code__):
            return True
    return False
