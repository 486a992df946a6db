"""Who may call an operation: from decorators, mixins, permission classes and the middleware list."""

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.inventory.access import ninja, permissions
from loadaudit.inventory.access.backends import of_permissions
from loadaudit.inventory.access.csrf import decides_csrf, is_protected
from loadaudit.inventory.access.demand import NOTHING, Demand
from loadaudit.inventory.access.keys import demand_of_key
from loadaudit.inventory.access.libraries import of_library_decorator, of_library_mixins
from loadaudit.inventory.access.mixins import of_mixins
from loadaudit.inventory.access.model_admin import of_model_admin
from loadaudit.inventory.access.policies import of_policy
from loadaudit.inventory.access.refusals import demand_of_source
from loadaudit.inventory.access.user_tests import of_user_test
from loadaudit.inventory.access.visitors import Asked
from loadaudit.inventory.source.guards import dispatches_of, guards_of, with_decorators
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, cells, plain_function
from loadaudit.inventory.source.ways import own_ways
from loadaudit.records import Access, Evidence, weakest

_OF_USERS = frozenset({"user", "auth", "auser", "get_user", "is_authenticated", "PermissionDenied", "NotAuthenticated"})
_OF_VIEWS = ("django.views.", "rest_framework.")
_LOGIN = Demand(login=True)
_STAFF = Demand(login=True, staff=True)
_ADMIN_WRAPPERS = ("wrap.<locals>.wrapper", "AdminSite.admin_view.<locals>.inner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the settings demand of every view."""

    login_required: bool
    csrf_checked: bool
    login_evidence: Evidence = Evidence.DECLARED
    """Assumed where the middleware is not Django's own, and may spare what it likes."""
    has_users: bool = True
    """A middleware finds the user of the session."""
    csrf_evidence: Evidence = Evidence.DECLARED
    """Inferred where a middleware of the project may decide otherwise for a request."""


# Most views ask one of few things, and so share one record.
@lru_cache(maxsize=1024)
def _sum(demands: tuple[Demand, ...], *, csrf_exempt: bool, csrf_evidence: Evidence, settled: bool) -> Access:
    """Return the demands of all guards as facts; `settled` when the view itself says everything that it demands."""
    # How sure it is that something is not demanded.
    is_known = settled and not any(one.may_ask_more for one in demands)
    rest = weakest(one.evidence for one in demands) if is_known else Evidence.ASSUMED
    permissions = [one.evidence for one in demands if one.permissions]
    groups = [one.evidence for one in demands if one.groups]
    attributes = [one.evidence for one in demands if one.attributes]
    return Access(
        login=any(one.login for one in demands),
        login_evidence=_strongest(demands, lambda one: one.login, rest),
        staff=any(one.staff for one in demands),
        staff_evidence=_strongest(demands, lambda one: one.staff, rest),
        superuser=any(one.superuser for one in demands),
        superuser_evidence=_strongest(demands, lambda one: one.superuser, rest),
        permissions=tuple(dict.fromkeys(name for one in demands for name in one.permissions)),
        permissions_evidence=weakest(permissions) if permissions else rest,
        groups=tuple(dict.fromkeys(name for one in demands for name in one.groups)),
        groups_evidence=weakest(groups) if groups else rest,
        attributes=tuple(dict.fromkeys(name for one in demands for name in one.attributes)),
        attributes_evidence=weakest(attributes) if attributes else rest,
        csrf_exempt=csrf_exempt,
        csrf_evidence=csrf_evidence,
        api_key=any(one.api_key for one in demands),
        api_key_evidence=_strongest(demands, lambda one: one.api_key, rest),
    )


def _strongest(demands: Iterable[Demand], asks: Callable[[Demand], bool], rest: Evidence) -> Evidence:
    found = [one.evidence for one in demands if asks(one)]
    return (
        next((one for one in (Evidence.DECLARED, Evidence.INFERRED) if one in found), Evidence.ASSUMED)
        if found
        else rest
    )


def read_site() -> Site:
    """Read the middleware list; a middleware that cannot be imported demands nothing."""
    chain = [_imported(path) for path in settings.MIDDLEWARE]
    guards = [one for one in chain if _inherits(one, "LoginRequiredMiddleware")]
    is_sure = any(_is_of_django(one) for one in guards)
    return Site(
        login_required=bool(guards),
        login_evidence=Evidence.DECLARED if is_sure else Evidence.ASSUMED,
        csrf_checked=any(_inherits(one, "CsrfViewMiddleware") for one in chain),
        has_users=any(_inherits(one, "AuthenticationMiddleware") for one in chain),
        csrf_evidence=Evidence.INFERRED if any(map(decides_csrf, chain)) else Evidence.DECLARED,
    )


def _imported(path: str) -> Any:
    try:
        return import_string(path)
    except Exception:
        return None


def _inherits(middleware: Any, name: str) -> bool:
    return isinstance(middleware, type) and any(base.__name__ == name for base in middleware.__mro__)


def _is_of_django(guard: Any) -> bool:
    """Whether Django's own method says which views need no login."""
    return all(
        getattr(getattr(guard, name, None), "__module__", "").startswith("django.")
        for name in ("__call__", "process_view")
    )


def access_of(view: Unwrapped, callback: Any, method: str, site: Site) -> Access:
    """Return who may call the view with `method`; `callback` is the URLconf's own callable."""
    demands: list[Demand] = []
    if site.login_required and getattr(callback, "login_required", True):
        demands.append(Demand(login=True, evidence=site.login_evidence))
    guards = guards_of(view)
    demands += [_of_guard(one, method) for one in guards]
    handler: tuple[types.FunctionType, ...] = ()
    settled = False
    if view.path_view is not None:
        demands.append(ninja.of_path_view(view.path_view, method))
        own = ninja.functions_of_path_view(view.path_view, method)
        demands += [demand_of_source(one, method) for one in own]
        settled = not _may_ask(own)
    elif view.view_class is not None:
        handler = with_decorators(handler_of(view.view_class, method.lower(), view.actions, view.initkwargs))
        ways = own_ways(view.view_class, view.handler_name(method))
        demands += _of_class(view, view.view_class, method)
        demands += _of_handler(handler, ways, method)
        settled = hasattr(view.view_class, "permission_classes") and not _may_ask(ways)
    elif (function := plain_function(view.target)) is not None:
        demands += [of_model_admin(view, method), demand_of_source(function, method), demand_of_key(function)]
    csrf_exempt, csrf_evidence = _csrf_exempt(view, callback, method, site, guards, handler)
    return _sum(
        tuple([one for one in demands if one is not NOTHING]),
        csrf_exempt=csrf_exempt,
        csrf_evidence=csrf_evidence,
        settled=settled and all(map(_is_framework, view.wrappers)),
    )


def _of_class(view: Unwrapped, view_class: type, method: str) -> Iterable[Demand]:
    if _has_mixins(methods_owner(view_class)):
        yield of_mixins(view_class, method)
        yield of_policy(view_class, view.initkwargs)
        yield of_library_mixins(view_class)
    if hasattr(view_class, "permission_classes"):
        asked = Asked(method=method, action=(view.actions or {}).get(method.lower(), ""))
        yield permissions.of_permission_classes(view_class, view.initkwargs, asked)


@lru_cache(maxsize=1024)
def _has_mixins(view_class: type) -> bool:
    """Whether a request passes the `dispatch` of anything but the frameworks' own views."""
    return not all(one.owner.__module__.startswith(_OF_VIEWS) for one in dispatches_of(view_class))


# Most classes inherit their handlers and hooks from few parents.
@lru_cache(maxsize=1024)
def _of_handler(
    handler: tuple[types.FunctionType, ...], ways: tuple[types.FunctionType, ...], method: str
) -> tuple[Demand, ...]:
    """Return what a handler with all around it demands, and what hooks do.

    An answer that a hook returns may go unused, the handler's own is read with its guards.
    """
    hooks = (demand_of_source(one, method, with_helpers=False, raising_only=True) for one in ways)
    return (*(_of_guard(one, method) for one in handler), *(one for one in hooks if one))


@lru_cache(maxsize=1024)
def _may_ask(functions: tuple[types.FunctionType, ...]) -> bool:
    """Whether any of the functions looks at the user, and so may turn one away."""
    return any(mentioned(one.__code__) & _OF_USERS for one in functions)


def _csrf_exempt(
    view: Unwrapped,
    callback: Any,
    method: str,
    site: Site,
    guards: tuple[types.FunctionType, ...],
    handler: tuple[types.FunctionType, ...],
) -> tuple[bool, Evidence]:
    if is_protected(guards) or is_protected(handler):
        return False, site.csrf_evidence
    is_exempt = bool(getattr(callback, "csrf_exempt", False))
    if not is_exempt and any(map(_is_admin_wrapper, guards)):
        # AdminSite.admin_view decorates with csrf_protect, in each request anew.
        return False, site.csrf_evidence
    # Both check the token themselves for a user of the session, whatever CsrfViewMiddleware does.
    if view.path_view is not None and ninja.path_view_checks_csrf(view.path_view, method):
        return False, site.csrf_evidence
    checked = permissions.checks_session_csrf(view.view_class, view.initkwargs) if site.has_users else None
    if checked is not None:
        return False, weakest((site.csrf_evidence, checked))
    return not site.csrf_checked or is_exempt, site.csrf_evidence


def _of_guard(guard: types.FunctionType, method: str) -> Demand:
    known = _of_framework(guard)
    return known if known is not None else _of_own_guard(guard, method)


def _of_framework(guard: types.FunctionType) -> Demand | None:
    """Return what a decorator of a framework demands, whatever the method; None for those of others."""
    module = guard.__globals__.get("__name__") or ""
    # `csrf_exempt` and its like are around more views than all others, each made anew.
    if module.startswith("django.views.decorators."):
        return NOTHING
    if module == "django.contrib.auth.decorators":
        return _of_django_guard(guard)
    if module == "django.contrib.admin.views.decorators" or _is_admin_wrapper(guard):
        return _STAFF
    return NOTHING if _is_framework(guard) else None


@lru_cache(maxsize=1024)
def _of_own_guard(guard: types.FunctionType, method: str) -> Demand:
    return of_library_decorator(guard) or demand_of_source(guard, method, with_helpers=False) or demand_of_key(guard)


def _is_admin_wrapper(guard: types.FunctionType) -> bool:
    """Whether the function hands a view to AdminSite.admin_view, or was made by it."""
    if not guard.__code__.co_qualname.endswith(_ADMIN_WRAPPERS):
        return False
    marks = {"admin_site", "model_admin"} & vars(guard).keys()
    return bool(marks) or guard.__globals__.get("__name__") == "django.contrib.admin.sites"


def _is_framework(guard: types.FunctionType) -> bool:
    return str(guard.__globals__.get("__name__", "")).startswith(("django.", "rest_framework.", "ninja."))


@lru_cache(maxsize=64)
def _of_django_guard(guard: types.FunctionType) -> Demand:
    qualname, inside = guard.__code__.co_qualname, cells(guard)
    if qualname == "login_required":
        return _LOGIN
    if qualname.startswith("permission_required.") and "perms" in inside:
        return of_permissions(tuple(inside["perms"]))
    if qualname.startswith("user_passes_test."):
        return _of_test(inside.get("test_func"))
    return NOTHING


def _of_test(test: Any) -> Demand:
    function = plain_function(test)
    if function is None:
        return Demand(login=True, evidence=Evidence.INFERRED)
    qualname = function.__code__.co_qualname
    if function.__globals__.get("__name__", "").startswith("django.contrib."):
        if qualname.startswith("login_required."):
            return _LOGIN
        if qualname.startswith("staff_member_required."):
            return _STAFF
        if qualname.startswith("permission_required."):
            return of_permissions(tuple(cells(function).get("perms", ())))
    return of_user_test(function, takes_user=True)
