"""Bodies of Django's generic editing views that are used as they are: the form class says it all, no source is read."""

from typing import Any

from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.inventory.bodies.reading.clues import has_clues
from loadaudit.inventory.bodies.reading.uses import name_of
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import Body, BodyKind, Evidence

_MAKING_THE_FORM = ("get_form_class", "get_form", "get_form_kwargs", "get_prefix")
_USING_THE_FORM = ("setup", "dispatch", "form_valid", "form_invalid", "get_initial")
_READING = frozenset({"POST", "FILES", "body", "read", "data"})


def generic_body(view: Unwrapped, method: str) -> Body | None:
    """Return the body of a view whose form is made and answered by Django's own code; None for every other view."""
    view_class = view.view_class
    if view_class is None or view.wrappers or method not in ("POST", "PUT"):
        return None
    form = view.initkwargs.get("form_class", getattr(view_class, "form_class", None))
    handler = handler_of(view_class, method.lower(), view.actions, view.initkwargs)
    if not is_form(form) or not _is_djangos(handler):
        return None
    if not all(_is_djangos(getattr(view_class, name, None)) for name in _MAKING_THE_FORM):
        return None
    using = [layer for name in _USING_THE_FORM for layer in layers_of_method(getattr(view_class, name, None))]
    own = [one for one in using if not one.__module__.startswith("django.")]
    if any(mentioned(one.__code__) & _READING for one in own):
        return None
    if method == "PUT":
        # It arrives at the form without data: Django parses the form of a POST only.
        return None if any(has_clues(one, view_class) for one in own) else Body(evidence=Evidence.INFERRED)
    prefix = view.initkwargs.get("prefix", getattr(view_class, "prefix", None))
    found = fields_of_form(form, prefix or "")
    files = any(one.type == "file" for one in found.fields)
    kind = BodyKind.MULTIPART if files else BodyKind.FORM if found.fields else BodyKind.NONE
    evidence = Evidence.DECLARED if found.exact else Evidence.INFERRED
    return Body(kind=kind, fields=tuple(found.fields), source=f"form {name_of(form)}", evidence=evidence)


def _is_djangos(method: Any) -> bool:
    layers = layers_of_method(method)
    return bool(layers) and all(one.__module__.startswith("django.views.generic.") for one in layers)
