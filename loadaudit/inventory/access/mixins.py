"""Demands of Django's access mixins, as far as a request gets to them and nobody overrides what they ask."""

import ast
import types
from functools import lru_cache

from loadaudit.inventory.access.backends import of_permissions
from loadaudit.inventory.access.demand import NOTHING, UNKNOWN, Demand, union
from loadaudit.inventory.access.user_tests import of_user_test
from loadaudit.inventory.access.visitors import Asked, Test
from loadaudit.inventory.source.guards import Dispatch, dispatches_of, layers_of_method
from loadaudit.inventory.source.trees import constants, mentioned
from loadaudit.records import Evidence

_MODULE = "django.contrib.auth.mixins"
_REFUSING = frozenset(
    {"super", "redirect", "redirect_to_login", "PermissionDenied", "HttpResponseForbidden", "Http404"}
)
_REFUSING_STATUS = frozenset({401, 403, 404})
_TURNS_AWAY = ("redirect", "forbid", "denied", "unauth", "login")


def of_mixins(view_class: type, method: str = "") -> Demand:
    """Return what the access mixins among the bases demand of `method`: those whose `dispatch` a request really passes.

    A class before them that calls no `super().dispatch()`, such as a generic view, leaves them without effect.
    """
    passed = dispatches_of(view_class)
    return _of_passed(passed, view_class, method) if any(one.owner.__module__ == _MODULE for one in passed) else NOTHING


@lru_cache(maxsize=1024)
def _of_passed(passed: tuple[Dispatch, ...], view_class: type, method: str) -> Demand:
    demands: list[Demand] = []
    is_sure = True
    for one in passed:
        if one.owner.__module__ != _MODULE:
            # What a `dispatch` of the project does before the mixin's is nowhere declared.
            is_sure = is_sure and one.owner.__module__.startswith(("django.", "rest_framework."))
            continue
        found = _of_mixin(one.owner.__name__, view_class, Asked(method=method))
        if found and not _turns_away(view_class):
            found = UNKNOWN
        demands.append(found if is_sure and _is_django(view_class, "handle_no_permission") else _inferred(found))
    return union(demands)


def _of_mixin(name: str, view_class: type, asked: Asked) -> Demand:
    if name == "LoginRequiredMixin":
        return Demand(login=True)
    if name == "PermissionRequiredMixin":
        return _of_permission_mixin(view_class, asked)
    test = getattr(view_class, "test_func", None)
    chosen = getattr(view_class, "get_test_func", None)
    if not _is_django(view_class, "get_test_func"):
        return of_user_test(chosen, view_class, asked) if isinstance(chosen, types.FunctionType) else UNKNOWN
    return of_user_test(test, view_class, asked) if isinstance(test, types.FunctionType) else UNKNOWN


def _of_permission_mixin(view_class: type, asked: Asked) -> Demand:
    required = getattr(view_class, "permission_required", None)
    named = (required,) if isinstance(required, str) else tuple(required or ())
    check = getattr(view_class, "has_permission", None)
    if not _is_django(view_class, "has_permission") and isinstance(check, types.FunctionType):
        found = of_user_test(check, view_class, asked)
        asks_parent = "super" in mentioned(check.__code__)
        return union((found, Demand(permissions=named, evidence=Evidence.INFERRED))) if found and asks_parent else found
    if not _is_django(view_class, "get_permission_required"):
        read = _required(view_class, asked)
        named = named if read is None else read
        return Demand(login=read is None or bool(named), permissions=named, evidence=Evidence.INFERRED)
    # Everybody has all permissions of an empty list; without any list the view fails.
    return of_permissions(named) if required is not None else UNKNOWN


def _required(view_class: type, asked: Asked) -> tuple[str, ...] | None:
    """Return the permissions that an own `get_permission_required` names for a request; None if it does not tell."""
    function = getattr(view_class, "get_permission_required", None)
    test = Test.of(function, view_class, asked, {}) if isinstance(function, types.FunctionType) else None
    found = [_strings(one, test) for one in test.returned()] if test else []
    first = found[0] if found else None
    return tuple(sorted(first)) if first is not None and all(one == first for one in found) else None


def _strings(value: ast.expr | None, test: Test) -> frozenset[str] | None:
    while isinstance(value, ast.IfExp) and (truth := test.truth(value.test)) is not None:
        value = value.body if truth else value.orelse
    return test.scope.strings(value) if value is not None else None


def _inferred(found: Demand) -> Demand:
    return union((found, UNKNOWN))


def _is_django(view_class: type, name: str) -> bool:
    """Whether the attribute is the mixin's own."""
    owner = next((base for base in view_class.__mro__ if name in base.__dict__), None)
    return owner is None or owner.__module__.startswith("django.")


def _turns_away(view_class: type) -> bool:
    """Whether a refused user gets no page: Django redirects or raises, an override may answer with a teaser."""
    layers = layers_of_method(getattr(view_class, "handle_no_permission", None))
    if not layers or _is_django(view_class, "handle_no_permission"):
        return True
    code = layers[-1].__code__
    names = mentioned(code)
    told = any(word in name.lower() for name in names for word in _TURNS_AWAY)
    return told or bool(names & _REFUSING or constants(code) & _REFUSING_STATUS)
