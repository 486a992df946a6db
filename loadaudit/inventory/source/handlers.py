"""HTTP methods that a class answers, by its attributes alone."""

from collections.abc import Mapping
from typing import Any

STANDARD_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_OPERATIONS = frozenset({"HEAD", "OPTIONS", "TRACE"})

_FORM_VIEWS = "django.views.generic.edit"
_OF_FORMS = frozenset({"post", "put"})
_ORDER = {method: position for position, method in enumerate(STANDARD_METHODS)}


def class_methods(
    view_class: type, initkwargs: Mapping[str, Any], actions: Mapping[str, str] | None
) -> tuple[str, ...]:
    """Return the methods that `View.dispatch` finds a handler for.

    `actions` are a DRF viewset's (HTTP method → method of the class); the request adds them to the instance.
    """
    default = getattr(view_class, "http_method_names", [one.lower() for one in STANDARD_METHODS])
    names = initkwargs.get("http_method_names", default)
    found = {name.upper() for name in names if handler_of(view_class, name, actions, initkwargs) is not None}
    return in_order(found)


def handler_of(
    view_class: type,
    name: str,
    actions: Mapping[str, str] | None = None,
    initkwargs: Mapping[str, Any] | None = None,
) -> Any:
    """Return what answers the lower-case method `name` on an instance of the class, or None.

    A viewset that is one of Django's form views, too, inherits `post` and `put` at all its addresses, also where its
    router has said that one lists and another shows: these are no operations of the project.
    """
    if actions and name in actions:
        return getattr(view_class, actions[name], None)
    if initkwargs and name in initkwargs:
        return initkwargs[name]
    found = getattr(view_class, name, None)
    # What is made without a module has None for its name.
    is_inherited = bool(actions) and name in _OF_FORMS and getattr(found, "__module__", None) == _FORM_VIEWS
    return None if is_inherited else found


def in_order(methods: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Return the methods that are operations: the usual five in their order, then others by name."""
    return tuple(sorted(methods - NOT_OPERATIONS, key=lambda one: (_ORDER.get(one, len(_ORDER)), one)))
