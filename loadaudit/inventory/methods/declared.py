"""The methods that Django's own decorators let through, read from their closures."""

import types

from loadaudit.inventory.source.guards import guards_of
from loadaudit.inventory.source.handlers import NOT_OPERATIONS, STANDARD_METHODS, class_methods
from loadaudit.inventory.source.unwrap import Unwrapped, cells


def declared_methods(function: object) -> frozenset[str] | None:
    """Return the methods that `require_http_methods`, applied or not yet, lets through."""
    if not isinstance(function, types.FunctionType):
        return None
    if not function.__code__.co_qualname.startswith("require_http_methods."):
        return None
    allowed = cells(function).get("request_method_list")
    if allowed is None:
        return None
    if isinstance(allowed, str):
        # `require_http_methods("POST")` asks whether the method is a part of the text.
        return frozenset(one for one in (*STANDARD_METHODS, *NOT_OPERATIONS) if one in allowed)
    # Methods are compared as they are: a list in lower case lets nothing through.
    return frozenset(one for one in allowed if isinstance(one, str) and one == one.upper())


def methods_let_through(view_class: type) -> frozenset[str]:
    """Return the methods for which a class has handlers and that the decorators around its `dispatch` let through."""
    found = frozenset(class_methods(view_class, {}, None))
    guards = guards_of(Unwrapped(target=view_class, view_class=view_class))
    return found.intersection(*(one for one in map(declared_methods, guards) if one is not None))
