"""Whether following a function can tell anything about a body, by the names in its code alone."""

import inspect
import sys
import types
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.reading.frame import MAX_DEPTH
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import is_made_by_as_view

_CLUES = frozenset(
    {"POST", "FILES", "body", "get_form", "get_form_class", "get_serializer", "validated_data", "cleaned_data"}
    | {"form_class", "serializer_class", "as_view"}
)
_MAKING = frozenset(
    {"formset_factory", "modelformset_factory", "inlineformset_factory", "modelform_factory"}
    | {"Form", "ModelForm", "Serializer", "ModelSerializer", "__qualname__"}
)
"""What is named where a class is made that takes a body; the last name is set by the code of every class."""

_WEAK_CLUES = frozenset({"data", "json", "loads", "read", "stream"})
"""Words that mean a body only where the request is at hand."""
_REQUEST_NAMES = frozenset({"request", "req", "_request", "http_request"})
# What these do, they do before the body is looked at, or when the answer is written.
_POINTLESS = frozenset(
    {"get_context_data", "form_invalid", "render_to_response", "get_template_names", "get_queryset", "get_object"}
    | {"check_permissions", "check_throttles", "perform_authentication", "perform_content_negotiation"}
    | {"determine_version", "handle_exception", "check_object_permissions", "get_authenticators", "render", "redirect"}
    | {"get_serializer_context", "filter_queryset", "paginate_queryset", "finalize_response", "send_mail", "has_perm"}
)


def is_worth_following(function: types.FunctionType, bound_to: type | None) -> bool:
    """Whether a helper that gets the request, or is a method of the view, may look at the body."""
    return function.__name__ not in _POINTLESS and has_clues(function, bound_to)


def makes_classes(function: types.FunctionType) -> bool:
    """Whether a function may return a form of its own making, whatever it is given."""
    return not _MAKING.isdisjoint(mentioned(function.__code__))


@lru_cache(maxsize=1024)
def has_clues(function: types.FunctionType, bound_to: type | None, depth: int = 3) -> bool:
    """Whether the code, or what it may call, mentions anything that has to do with a body."""
    names = mentioned(function.__code__)
    if names & _CLUES:
        return True
    if names & _WEAK_CLUES or any("json" in one.lower() for one in names):
        has_request = not _REQUEST_NAMES.isdisjoint(function.__code__.co_varnames) or names & _REQUEST_NAMES
        if has_request:
            return True
    return depth > 0 and any(
        is_made_by_as_view(helper) or has_clues(innermost(helper), owner, depth - 1)
        for helper, owner in _called(function, names, bound_to)
    )


def _called(
    function: types.FunctionType, names: frozenset[str], bound_to: type | None
) -> list[tuple[types.FunctionType, type | None]]:
    """Return the functions and methods that the code may call, with their classes, those of its parents' included."""
    found: list[tuple[types.FunctionType, type | None]] = []
    for name in names - _POINTLESS:
        helper = function.__globals__.get(name)
        # By its type alone: isinstance() looks at `__class__`, which makes a lazy object.
        if helper is not None and not issubclass(type(helper), (types.FunctionType, types.ModuleType)):
            owner: type = helper if issubclass(type(helper), type) else type(helper)
            found += [(one, owner) for one in _methods_named(owner, names) if one is not function]
        is_method = bound_to is not None and type(helper) is not types.FunctionType
        if is_method:
            helper = method_of(bound_to, name)
        if type(helper) is types.FunctionType and helper is not function and is_readable(helper):
            found.append((helper, bound_to if is_method else None))
    if "super" in names and bound_to is not None:
        own = (base.__dict__.get(function.__name__) for base in bound_to.__mro__)
        found += [(one, bound_to) for one in own if isinstance(one, types.FunctionType) and one is not function]
    return found


def method_of(owner: type | None, name: str) -> Any:
    """Return what a class has under a name, without the descriptors of the project, which might run queries."""
    found = inspect.getattr_static(owner, name, None)
    return found.__func__ if issubclass(type(found), (staticmethod, classmethod)) else found


def is_helper_class(made: type) -> bool:
    """Whether a class may be a helper of the project or of a package: none of a framework, with methods of its own."""
    module = str(made.__module__ or "")
    return not _is_foreign(module) and not module.startswith("rest_framework.")


def _methods_named(made: type, names: frozenset[str]) -> list[types.FunctionType]:
    """Return a helper's own methods of these names, static ones included, and what makes it."""
    if not is_helper_class(made):
        return []
    held = [method_of(made, one) for one in made.__dict__.keys() & (names - _POINTLESS | {"__init__"})]
    return [one for one in held if isinstance(one, types.FunctionType)]


def innermost(function: types.FunctionType) -> types.FunctionType:
    """Return the function that `functools.wraps` was given, which does the work."""
    for _ in range(MAX_DEPTH):
        inner = getattr(function, "__wrapped__", None)
        if not isinstance(inner, types.FunctionType):
            break
        function = inner
    return function


def is_readable(function: types.FunctionType) -> bool:
    """Whether a function may be of the project or of a package, and not of Python's or Django's inside."""
    return not _is_foreign(function.__module__ or "")


@lru_cache(maxsize=1024)
def _is_foreign(module: str) -> bool:
    if module.startswith("django."):
        return not module.startswith(("django.views.", "django.contrib."))
    return module.partition(".")[0] in sys.stdlib_module_names
