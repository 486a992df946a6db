"""Views behind a router that picks one for each request, such as Wagtail's for the type of a page."""

import types
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from loadaudit.inventory.source.scope import static_attribute
from loadaudit.inventory.source.unwrap import Unwrapped, cells, is_view_class

_SUFFIX = "_view_class"


def with_routed_class(view: Unwrapped) -> Unwrapped:
    """Return the view with the class that its router leads to, or as it is where that is not the same for all.

    Read is a closure that holds the name of a view, and a registry of objects whose classes have `NAME_view_class`.
    """
    target = view.target
    if view.view_class is not None or not isinstance(target, types.FunctionType) or not target.__closure__:
        return view
    held = cells(target)
    name = held.get("view_name")
    if not isinstance(name, str):
        return view
    found = {static_attribute(type(one), name + _SUFFIX) for one in _registered(held)}
    only = found.pop() if len(found) == 1 else None
    return replace(view, view_class=only, actions_are_read=True) if is_view_class(only) else view


def _registered(held: dict[str, Any]) -> Iterator[Any]:
    """Yield what the registries hold that functions in a closure are bound to."""
    for value in held.values():
        registry = cells(value).get("self") if isinstance(value, types.FunctionType) else None
        for table in vars(registry).values() if hasattr(registry, "__dict__") else ():
            if isinstance(table, dict):
                yield from table.values()
