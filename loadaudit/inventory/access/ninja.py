"""Demands on the user that django-ninja's operations declare, and controllers of django-ninja-extra."""

import types
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from loadaudit.inventory.access.demand import NOTHING, UNKNOWN, Demand, union
from loadaudit.inventory.access.user_tests import of_user_test
from loadaudit.inventory.access.visitors import Asked
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.unwrap import cells, plain_function
from loadaudit.records import Evidence

_STAFF, _SUPERUSER = "SessionAuthIsStaff", "SessionAuthSuperUser"


def of_path_view(path_view: Any, method: str) -> Demand:
    """Return what the operation for `method` demands: its authentication, and the permissions of its controller."""
    operations = _operations(path_view, method)
    permissions = (_of_permission(one, method) for operation in operations for one in _permissions(operation))
    return union((_of_authentication(operations), *permissions))


def _of_authentication(operations: Iterable[Any]) -> Demand:
    callbacks = [one for operation in operations for one in operation.auth_callbacks]
    if not callbacks:
        return NOTHING
    bases = [{base.__name__ for base in type(one).__mro__} for one in callbacks]
    # django-ninja's class for staff inherits from the one for superusers, and lets both in.
    is_raised = all(names & {_STAFF, _SUPERUSER} for names in bases)
    staff = is_raised and any(_STAFF in names for names in bases)
    return Demand(
        login=True,
        staff=staff,
        superuser=is_raised and not staff,
        api_key=not any(names & {"SessionAuth", _SUPERUSER} for names in bases),
        evidence=Evidence.DECLARED if all("AuthBase" in names for names in bases) else Evidence.INFERRED,
    )


def _permissions(operation: Any) -> Iterable[Any]:
    """Return the permissions that django-ninja-extra asks for, those of the route before its controller's."""
    getter = getattr(operation.view_func, "get_route_function", None)
    held = cells(getter).get("self") if isinstance(getter, types.FunctionType) else None
    own = getattr(getattr(held, "route", None), "permissions", None)
    found = own or getattr(getattr(held, "_api_controller", None), "permission_classes", None)
    return found if isinstance(found, (list, tuple)) else ()


def _of_permission(permission: Any, method: str) -> Demand:
    kind = permission if isinstance(permission, type) else type(permission)
    check = plain_function(getattr(kind, "has_permission", None))
    is_framework = kind.__module__.startswith("ninja_extra.")
    if check is None or (is_framework and kind is not permission):
        # An instance of the framework's own is a composition of others.
        return UNKNOWN
    found = of_user_test(check, kind, Asked(method=method))
    is_sure = is_framework and not found.may_ask_more
    return replace(found, evidence=Evidence.DECLARED) if is_sure else found


def functions_of_path_view(path_view: Any, method: str) -> tuple[types.FunctionType, ...]:
    """Return the functions of django-ninja's operations for `method`, inside their decorators."""
    layers = (layers_of_method(plain_function(one.view_func)) for one in _operations(path_view, method))
    return tuple(one[-1] for one in layers if one)


def path_view_checks_csrf(path_view: Any, method: str) -> bool:
    """Whether django-ninja checks the CSRF token itself, as it does for keys in a cookie."""
    return any(
        getattr(one, "csrf", False)
        for operation in _operations(path_view, method)
        for one in operation.auth_callbacks
        if not getattr(operation, "csrf_exempt", False)
    )


def _operations(path_view: Any, method: str) -> list[Any]:
    return [one for one in path_view.operations if method in one.methods]
