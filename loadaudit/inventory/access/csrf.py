"""Whether a view is asked for the CSRF token: by the middleware, or by a decorator that does its work."""

import types
from functools import lru_cache
from typing import Any

from django.middleware.csrf import CsrfViewMiddleware

from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import cells

_SPARES = "_dont_enforce_csrf_checks"
"""Attribute of a request by which Django's test client, and some middleware, switch the check off."""
_DECIDING = frozenset({"process_view", "process_request", "_reject", "_check_token", "__call__"})


@lru_cache(maxsize=1024)
def is_protected(guards: tuple[types.FunctionType, ...]) -> bool:
    """Whether `csrf_protect` is among the decorators around a view or its handler."""
    return any(_protects(one) for one in guards)


@lru_cache(maxsize=1024)
def _protects(guard: types.FunctionType) -> bool:
    held = cells(guard)
    if "middleware_class" in held:
        # Held by `method_decorator`, which decorates anew for each request.
        return _rejects(held["middleware_class"])
    check = held.get("_pre_process_request")
    inner = cells(check) if isinstance(check, types.FunctionType) else {}
    # The decorator asks what it wraps, as the middleware asks the view.
    return _rejects(type(inner.get("middleware"))) and not getattr(inner.get("view_func"), "csrf_exempt", False)


def decides_csrf(middleware: Any) -> bool:
    """Whether a middleware of the project may spare a request the check, or checks in a way of its own."""
    if isinstance(middleware, type):
        own = [one for one in middleware.__mro__ if not one.__module__.startswith(("django.", "builtins"))]
        functions = [one for base in own for one in vars(base).values() if isinstance(one, types.FunctionType)]
        if issubclass(middleware, CsrfViewMiddleware) and any(one.__name__ in _DECIDING for one in functions):
            return True
    else:
        functions = [middleware] if isinstance(middleware, types.FunctionType) else []
    return any(_SPARES in mentioned(one.__code__) for one in functions)


def _rejects(middleware: Any) -> bool:
    """Whether a middleware refuses a request: those of `ensure_csrf_cookie` and `requires_csrf_token` never do."""
    if not (isinstance(middleware, type) and issubclass(middleware, CsrfViewMiddleware)):
        return False
    return getattr(middleware, "_reject", None) is getattr(CsrfViewMiddleware, "_reject", None)
