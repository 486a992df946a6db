"""Parameters of a route and the model rows that they select: declared, read from source, or guessed by name."""

import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db import models

from loadaudit.inventory.parameters.lookups import Lookups, Ownership, lookups_of
from loadaudit.inventory.parameters.naming import Guess, guess
from loadaudit.inventory.source.expressions import returned_model
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.relations import resolve_path
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.inventory.urlconf.routes import Slot
from loadaudit.records import Evidence, Parameter

_SCANNED = ("get_queryset", "get_object", "dispatch", "setup", "get_context_data", "initial", "get_form_kwargs")
_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")


def parameters_of(view: Unwrapped, method: str, slots: Sequence[Slot], route: str, app: str) -> tuple[Parameter, ...]:
    """Return the parameters of a route, each with the model that the view selects with it for `method`."""
    if not slots:
        return ()
    found = _source_lookups(view, method, slots)
    return tuple(_parameter(view, slot, found, route, app) for slot in slots)


def _parameter(view: Unwrapped, slot: Slot, found: Lookups, route: str, app: str) -> Parameter:
    plain = Parameter(name=slot.name, converter=slot.converter, pattern=slot.pattern)
    if slot.converter == "language":
        return replace(plain, evidence=Evidence.DECLARED)
    declared = _declared(view, plain)
    if declared is not None:
        model, field, evidence = declared
        return _bound(plain, model, field, _owner(model, found.ownerships), evidence)
    read = _read(plain, found)
    if read is not None:
        return read
    guessed: Guess | None = guess(slot.name, slot.converter, slot.pattern, route, app)
    if guessed is None:
        return plain
    owner = _owner(guessed.model, found.ownerships)
    return _bound(plain, guessed.model, guessed.field, owner, Evidence.ASSUMED)


def _bound(plain: Parameter, model: type[models.Model], field: str, owner: str | None, evidence: Evidence) -> Parameter:
    return replace(plain, model=model._meta.label, model_field=field, owner_field=owner, evidence=evidence)


def _declared(view: Unwrapped, parameter: Parameter) -> tuple[type[models.Model], str, Evidence] | None:
    """Look the parameter up in what generic views, DRF views and the admin declare."""
    if view.view_class is None:
        return _of_admin(view, parameter)
    attributes = _Attributes(view)
    model, evidence = class_model(view)
    if model is None:
        return None
    if attributes.get("lookup_field") is not None:
        lookup = str(attributes.get("lookup_field"))
        if parameter.name != (attributes.get("lookup_url_kwarg") or lookup):
            return None
        resolved = resolve_path(model, lookup)
        return (resolved[0], resolved[1], evidence) if resolved else None
    if parameter.name == attributes.get("pk_url_kwarg"):
        return model, "pk", evidence
    if parameter.name == attributes.get("slug_url_kwarg") and attributes.get("slug_field"):
        return model, str(attributes.get("slug_field")), evidence
    return None


class _Attributes:
    """Attributes of a class-based view, those given to `as_view` first."""

    def __init__(self, view: Unwrapped) -> None:
        self._view = view

    def get(self, name: str) -> Any:
        if name in self._view.initkwargs:
            return self._view.initkwargs[name]
        return getattr(self._view.view_class, name, None)


def class_model(view: Unwrapped) -> tuple[type[models.Model] | None, Evidence]:
    """Return the model of a generic or DRF view, and how it is known."""
    attributes = _Attributes(view)
    for name in ("queryset", "model", "form_class", "serializer_class"):
        value = attributes.get(name)
        if name == "queryset":
            value = getattr(value, "model", None)
        elif name in ("form_class", "serializer_class"):
            meta = getattr(value, "_meta", None) or getattr(value, "Meta", None)
            value = getattr(meta, "model", None)
        if isinstance(value, type) and issubclass(value, models.Model):
            overridden = name in ("form_class", "serializer_class") or _overrides_queryset(view.view_class)
            return value, Evidence.INFERRED if overridden else Evidence.DECLARED
    found = _model_of_get_queryset(view.view_class)
    return found, Evidence.INFERRED


def _overrides_queryset(view_class: type | None) -> bool:
    method = getattr(view_class, "get_queryset", None)
    return method is not None and not (method.__module__ or "").startswith(_FRAMEWORKS)


def _model_of_get_queryset(view_class: type | None) -> type[models.Model] | None:
    function = plain_function(getattr(view_class, "get_queryset", None))
    if function is None or not _overrides_queryset(view_class):
        return None
    return returned_model(function, view_class)


def _of_admin(view: Unwrapped, parameter: Parameter) -> tuple[type[models.Model], str, Evidence] | None:
    owner = getattr(view.target, "__self__", None)
    model = getattr(owner, "model", None)
    if parameter.name == "object_id" and isinstance(model, type) and issubclass(model, models.Model):
        return model, "pk", Evidence.DECLARED
    return None


def _source_lookups(view: Unwrapped, method: str, slots: Sequence[Slot]) -> Lookups:
    names = tuple((slot.name, slot.name) for slot in slots if not slot.name.isdigit())
    model = class_model(view)[0] if view.view_class is not None else None
    total = Lookups()
    for function in _functions(view, method):
        mapping = names or _positional(function, slots)
        total += lookups_of(function, view.bound_to, mapping, model)
    return total


def _functions(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    for wrapper in view.wrappers:
        if not (wrapper.__globals__.get("__name__") or "").startswith(_FRAMEWORKS):
            yield wrapper
    if view.path_view is not None:
        for operation in view.path_view.operations:
            function = plain_function(operation.view_func)
            if method in operation.methods and function is not None:
                yield from layers_of_method(function)
        return
    if view.view_class is None:
        function = plain_function(view.target)
        if function is not None:
            yield function
        return
    handlers = [handler_of(view.view_class, method.lower(), view.actions, view.initkwargs)]
    for candidate in (*handlers, *(getattr(view.view_class, name, None) for name in _SCANNED)):
        for layer in layers_of_method(candidate):
            if not layer.__module__.startswith(_FRAMEWORKS) or layer.__code__.co_freevars == ("func",):
                yield layer


def _positional(function: types.FunctionType, slots: Sequence[Slot]) -> tuple[tuple[str, str], ...]:
    """Pair unnamed groups with the arguments behind the request."""
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    skipped = 2 if arguments[:1] in (("self",), ("cls",)) else 1
    return tuple((name, slot.name) for name, slot in zip(arguments[skipped:], slots, strict=False))


def _read(plain: Parameter, found: Lookups) -> Parameter | None:
    best: tuple[int, Parameter] | None = None
    for lookup in found.lookups:
        if lookup.parameter != plain.name:
            continue
        resolved = resolve_path(lookup.model, lookup.path)
        if resolved is None:
            continue
        model, field, relation = resolved
        owner = _owner(model, found.ownerships) or _inherited_owner(lookup.model, relation, found.ownerships)
        depth = len(relation)
        if best is None or depth < best[0]:
            best = depth, _bound(plain, model, field, owner, Evidence.INFERRED)
    return best[1] if best is not None else None


def _owner(model: type[models.Model], ownerships: Sequence[Ownership]) -> str | None:
    for one in ownerships:
        if one.model is model:
            return _as_relation(model, one.path)
    return None


def _inherited_owner(child: type[models.Model], relation: str, ownerships: Sequence[Ownership]) -> str | None:
    """Return `owner` when the view filters the child by `project__owner` and `project` is the relation."""
    for one in ownerships:
        if relation and one.model is child and one.path.startswith(f"{relation}__"):
            return one.path.removeprefix(f"{relation}__")
    return None


def _as_relation(model: type[models.Model], path: str) -> str:
    """Write `owner_id` and `owner__pk` as `owner`."""
    path = re.sub(r"__(pk|id|exact|in)$", "", path)
    resolved = resolve_path(model, path)
    return resolved[2] if resolved is not None and resolved[1] == "pk" and resolved[2] else path
