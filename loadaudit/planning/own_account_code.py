"""Views whose code deletes, locks or renames the account that sends the request, or takes its password or key away."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import FunctionType
from typing import Any

from loadaudit.inventory.source.expressions import called_name, is_own
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.relations import user_model
from loadaudit.inventory.source.scope import Scope, static_attribute
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import plain_function
from loadaudit.records import Operation

_DEEDS = frozenset({"delete", "adelete", "set_password", "set_unusable_password"})
_ROWS = frozenset({"filter", "get", "exclude", "select_for_update"})
_HOOKS = ("form_valid", "perform_destroy", "perform_update", "delete", "save")
_KEYS = re.compile(
    r"(?:auth|access|refresh|api|user|outstanding|login)?_?(?:token|key|session)s?(?:_set)?", re.IGNORECASE
)
"""Names of models and relations of what shows who somebody is."""

_FORMS = frozenset({"PasswordChangeForm", "SetPasswordForm", "AdminPasswordChangeForm"})
_DEPTH = 2


def ends_own_account(operation: Operation) -> bool:
    """Whether the code of an operation, as far as it is read, leaves its user unable to go on. Never raises.

    A row of the address is another's, and no deed counts at which the user does not stand.
    """
    try:
        return _ends(operation.view, operation.method, operation.route.rstrip("/").rpartition("/")[2])
    except Exception:  # classes and descriptors of the project may do anything when they are looked at
        return False


@lru_cache(maxsize=4096)  # of each operation it is asked several times
def _ends(view: str, method: str, last: str) -> bool:
    found = _located(view)
    # What `@api_view` makes of a function is the view of a class that calls it.
    found = vars(found).get("cls", found) if isinstance(found, FunctionType) else found
    if isinstance(found, type):
        return _of_class(found, method, last)
    function = plain_function(found)
    return function is not None and any(_of_function(one, None) for one in layers_of_method(function))


def _located(view: str) -> Any:
    """Return what a full name stands for in a module that is loaded; None where there is none."""
    parts = view.split(".")
    for number in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:number]))
        if found is not None:
            for name in parts[number:]:
                found = vars(found).get(name) if found is not None else None
            return found
    return None


def _of_class(made: type, method: str, last: str) -> bool:
    bases = {one.__name__ for one in made.__mro__}
    if method == "POST" and "PasswordChangeView" in bases:
        return True
    if (method == "DELETE" or (method == "POST" and "DeletionMixin" in bases)) and _is_about_user(made):
        return True
    names = [method.lower(), *(["destroy"] if method == "DELETE" else []), last.replace("-", "_")]
    if any(_of_function(one, made) for one in _own_methods(made, names)):
        return True
    # What a class does for several methods alike, only its only write does for sure.
    writes = [name for name in ("post", "put", "patch", "delete", "destroy", "update") if hasattr(made, name)]
    return len(writes) < 2 and any(_of_function(one, made) for one in _own_methods(made, _HOOKS))


def _own_methods(made: type, names: Iterable[str]) -> Iterator[FunctionType]:
    """Yield those of a class's methods that are no framework's and name a user."""
    for name in names:
        written = next((vars(base)[name] for base in made.__mro__ if name in vars(base)), None)
        yield from (
            one for one in layers_of_method(written) if is_own(one) and {"user", "auth"} & mentioned(one.__code__)
        )


def _is_about_user(made: type) -> bool:
    """Whether the row that a class is about is its own user."""
    scopes = [Scope(one, made) for one in _own_methods(made, ["get_object"])]
    return any(
        isinstance(node, ast.Return) and node.value is not None and scope.is_user(node.value)
        for scope in scopes
        for node in scope.nodes
    )


def _of_function(function: FunctionType, bound_to: type | None, users: Iterable[str] = (), depth: int = _DEPTH) -> bool:
    """Whether a function ends the account of the request's user, or of whom its argument is that `users` names."""
    names = mentioned(function.__code__)
    if not (users or names & {"user", "auth"}) or not _may_end(function, names, bound_to, depth):
        return False
    scope = Scope(function, bound_to)
    if scope.arguments and not users:
        scope.request_names |= {scope.arguments[0]}
    scope.user_names |= set(users)
    for node in scope.nodes:
        if isinstance(node, ast.Assign):
            if any(_is_locked(scope, one, node.value) for one in node.targets):
                return True
            if isinstance(node.targets[0], ast.Name) and _is_user(scope, node.value):
                scope.user_names.add(node.targets[0].id)
        elif isinstance(node, ast.Call) and _is_end(scope, node, depth):
            return True
    return False


def _may_end(function: FunctionType, names: frozenset[str], bound_to: type | None, depth: int) -> bool:
    """Whether a function, or what it may call, names a deed at all: most do not, and are not parsed for it."""
    if names & _deeds() or not names.isdisjoint(_FORMS):
        return True
    if depth <= 0:
        return False
    others = [function.__globals__.get(name) for name in names]
    others += [static_attribute(owner, name) for owner in (bound_to, user_model()) for name in names if owner]
    own = [one for one in others if isinstance(one, FunctionType) and one is not function and is_own(one)]
    return any(mentioned(one.__code__) & _deeds() for one in own)


@lru_cache(maxsize=1)
def _deeds() -> frozenset[str]:
    return _DEEDS | _columns() | {"update", "aupdate"}


def _columns() -> frozenset[str]:
    """Return the columns of users without whose values nobody logs in again."""
    return frozenset({"is_active", "password", str(getattr(user_model(), "USERNAME_FIELD", "username"))})


def _is_user(scope: Scope, node: ast.expr) -> bool:
    name = called_name(node) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and (name == "get_object_or_404" or name in _ROWS):
        # `User.objects.filter(pk=request.user.pk)`
        return any(_means_user(scope, one) for one in node.keywords)
    return scope.is_user(node) and not (isinstance(node, ast.Attribute) and node.attr in ("pk", "id"))


def _means_user(scope: Scope, given: ast.keyword) -> bool:
    """Whether a row is looked for by the key of the request's user, or by the name with which they log in."""
    name, value = getattr(user_model(), "USERNAME_FIELD", "username"), given.value
    if isinstance(value, ast.Attribute) and given.arg == value.attr == name:
        value = value.value
    elif given.arg not in ("pk", "id"):
        return False
    return scope.is_user(value)


def _is_locked(scope: Scope, target: ast.expr, value: ast.expr) -> bool:
    is_on = isinstance(value, ast.Constant) and value.value is True
    return (
        isinstance(target, ast.Attribute) and target.attr in _columns() and not is_on and _is_user(scope, target.value)
    )


def _is_end(scope: Scope, call: ast.Call, depth: int) -> bool:
    name = called_name(call)
    if name in ("delete", "adelete") and isinstance(call.func, ast.Attribute) and _is_a_key(scope, call.func.value):
        return True
    if isinstance(call.func, ast.Attribute) and _is_user(scope, call.func.value):
        if name in _DEEDS:
            return True
        if name in ("update", "aupdate"):
            return any(one.arg in _columns() and not _is_true(one.value) for one in call.keywords)
        method = static_attribute(user_model(), name)
        is_read = depth > 0 and isinstance(method, FunctionType) and is_own(method)
        return is_read and _of_function(method, None, ["self"], depth - 1)
    if name in _FORMS:
        return any(_is_user(scope, one) for one in (*call.args, *(each.value for each in call.keywords)))
    return depth > 0 and any(_of_function(*one, depth - 1) for one in _helpers(scope, call))


def _is_a_key(scope: Scope, node: ast.expr) -> bool:
    """Whether an expression is what the user of the request logs in with: `Token.objects.filter(user=request.user)`."""
    is_of_user, current = False, node
    while isinstance(current, (ast.Attribute, ast.Call)):
        if isinstance(current, ast.Call):
            is_of_user |= any(scope.is_user(one.value) for one in current.keywords)
            current = current.func
            continue
        if current.attr in ("auth", "_auth") and scope.is_request(current.value):
            return True
        if _KEYS.fullmatch(current.attr) and scope.is_user(current.value):
            return True
        current = current.value
    held = scope.value(current)
    return is_of_user and isinstance(held, type) and _KEYS.fullmatch(held.__name__) is not None


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _helpers(scope: Scope, call: ast.Call) -> Iterator[tuple[FunctionType, type | None, list[str]]]:
    """Yield the function that a call hands the user to, with the names that mean the user there."""
    target = scope.value(call.func)
    function = plain_function(target) if isinstance(target, FunctionType) else None
    if function is None or not is_own(function):
        return
    arguments = Scope(function).arguments
    pairs = [*zip(arguments, call.args, strict=False), *((one.arg, one.value) for one in call.keywords if one.arg)]
    users = [str(name) for name, value in pairs if _is_user(scope, value)]
    if users:
        yield function, None, users
    elif isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "self":
        yield function, scope.bound_to, []
