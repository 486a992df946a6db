"""Whether a view is asked for the CSRF token: by the middleware, or by a decorator that does its work."""

import types
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.middleware.csrf import CsrfViewMiddleware

from loadaudit.inventory.source.unwrap import cells


def is_protected(guards: Iterable[types.FunctionType]) -> bool:
    """Whether `csrf_protect` is among the decorators around a view or its handler."""
    return any(_protects(one) for one in guards)


@lru_cache(maxsize=16384)
def _protects(guard: types.FunctionType) -> bool:
    held = cells(guard)
    if "middleware_class" in held:
        # Held by `method_decorator`, which decorates anew for each request.
        return _rejects(held["middleware_class"])
    check = held.get("_pre_process_request")
    inner = cells(check) if isinstance(check, types.FunctionType) else {}
    # The decorator asks what it wraps, as the middleware asks the view.
    return _rejects(type(inner.get("middleware"))) and not getattr(inner.get("view_func"), "csrf_exempt", False)


def _rejects(middleware: Any) -> bool:
    """Whether a middleware refuses a request: those of `ensure_csrf_cookie` and `requires_csrf_token` never do."""
    if not (isinstance(middleware, type) and issubclass(middleware, CsrfViewMiddleware)):
        return False
    return getattr(middleware, "_reject", None) is getattr(CsrfViewMiddleware, "_reject", None)
