"""Resources in tastypie's manner: an object with its methods and fields, and wrappers that name its dispatcher."""

from typing import Any

from loadaudit.inventory.source.unwrap import Unwrapped, cells, plain_function

_ALLOWED = {"dispatch_list": "list_allowed_methods", "dispatch_detail": "detail_allowed_methods"}
"""Where a resource declares what each of its dispatchers answers."""

_READS = frozenset({"get_schema", "get_multiple"})
_NOT_THERE = "HttpNotImplemented"
_READ_ONLY = "ReadOnlyAuthorization"
"""What such resources have where nothing is said: it refuses all that writes, whatever methods are declared."""


def dispatcher_of(view: Unwrapped) -> tuple[Any, str] | None:
    """Return the resource that a view asks, and the name of the method that it calls there; mostly None."""
    for one in (*view.wrappers, plain_function(view.target)):
        held = cells(one) if one is not None else {}
        resource, name = held.get("self"), held.get("view")
        if isinstance(name, str) and hasattr(getattr(resource, "_meta", None), "list_allowed_methods"):
            return resource, name
    return None


def methods_declared(view: Unwrapped) -> tuple[str, ...] | None:
    """Return the methods that a view's resource declares, without HEAD and OPTIONS; None where there is none."""
    found = dispatcher_of(view)
    if found is None or found[1] not in (*_ALLOWED, *_READS):
        return None
    resource, name = found
    if name in _READS or type(getattr(resource._meta, "authorization", None)).__name__ == _READ_ONLY:
        return ("GET",)
    declared = [str(one).lower() for one in getattr(resource._meta, _ALLOWED[name], ())]
    kind = name.removeprefix("dispatch_")
    return tuple(one.upper() for one in declared if one != "options" and _is_there(resource, f"{one}_{kind}"))


def _is_there(resource: Any, handler: str) -> bool:
    """Whether a handler does more than to say that it is not implemented, as that for a POST to a row does."""
    code = getattr(getattr(type(resource), handler, None), "__code__", None)
    return code is None or _NOT_THERE not in code.co_names
