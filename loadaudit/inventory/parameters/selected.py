"""Parameters of a route and the model rows that they select: declared, read from source, or guessed by name."""

import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.methods.given import PLAIN, handed_by
from loadaudit.inventory.methods.given import Given as RouteGiven
from loadaudit.inventory.parameters.choices import choices_of
from loadaudit.inventory.parameters.declared import (
    FRAMEWORKS,
    Declared,
    class_model,
    declared_row,
    formats_of,
    row_checks,
    row_of_viewset,
    versions_of,
)
from loadaudit.inventory.parameters.links import linked
from loadaudit.inventory.parameters.lookups import NO_LOOKUPS, Given, Lookups, Ownership
from loadaudit.inventory.parameters.naming import Guess, guess
from loadaudit.inventory.parameters.reading import lookups_of
from loadaudit.inventory.parameters.typed import is_no_key, said_of, with_kind
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.relations import resolve_path
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, Slot
from loadaudit.records import Evidence, Parameter

_SCANNED = ("get_queryset", "get_object", "dispatch", "setup", "get_context_data", "initial", "get_form_kwargs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What a route hands to its view besides the parameters."""

    held: tuple[tuple[str, Any], ...] = ()
    """Extra arguments: models, managers and plain values."""
    route: RouteGiven | None = None
    """What rules out branches of the view."""


NOTHING_HANDED = Handed()


def handed_over(one: RoutedEndpoint, view: Unwrapped) -> Handed:
    """Return what the route hands over, where it hands over anything besides its parameters."""
    extra = {**view.keywords, **one.endpoint.default_args}
    if not extra:
        return NOTHING_HANDED
    held = ((name, value) for name, value in extra.items() if type(value) in PLAIN or _is_of_model(value))
    return Handed(held=tuple(held), route=handed_by(one, view))


def _is_of_model(value: object) -> bool:
    return isinstance(value, models.Manager) or (isinstance(value, type) and issubclass(value, models.Model))


def parameters_of(
    view: Unwrapped, method: str, slots: Sequence[Slot], route: str, app: str, handed: Handed = NOTHING_HANDED
) -> tuple[Parameter, ...]:
    """Return the parameters of a route, each with the model that the view selects with it for `method`."""
    if not slots:
        return ()
    functions = tuple(_functions(view, method))
    found = _source_lookups(view, method, slots, handed, functions)
    called = _called_by(functions, slots)
    by_name = {slot.name: _guessed(slot, called.get(slot.name, ""), route, app) for slot in slots}
    said = {slot.name: said_of(called.get(slot.name, slot.name), functions) for slot in slots}
    # No key of a row has such a type, so that the name suggests no model.
    by_name |= {name: None for name, one in said.items() if is_no_key(one)}
    plain = [_parameter(view, method, slot, found, by_name[slot.name], functions) for slot in slots]
    return linked([with_kind(one, said[one.name]) for one in plain], found)


def _called_by(functions: tuple[types.FunctionType, ...], slots: Sequence[Slot]) -> dict[str, str]:
    """Return what the view calls groups without a name, by their number; empty where one has a name."""
    if not all(slot.name.isdigit() for slot in slots):
        return {}
    pairs = [_positional(function, slots) for function in functions]
    # The innermost that takes them one by one: decorators pass all of them on.
    named = next((one for one in reversed(pairs) if len(one) == len(slots)), ())
    return {slot: name for name, slot in named}


def _guessed(slot: Slot, called: str, route: str, app: str) -> Guess | None:
    """Return the model that a name suggests: the group's own, what the view calls it, or the segment before it."""
    plain = guess(slot.name, slot.converter, slot.pattern, route, app)
    if not called:
        return plain
    there = route.replace(f"<{slot.name}>", f"<{called}>")
    found = guess(called, slot.converter, slot.pattern, there, app)
    if found is None and plain is not None:
        # `/build/<3>/`, and the view calls it `version` or `build_version`: a column of what the segment says.
        columns = {one.name for one in plain.model._meta.concrete_fields}
        named = next((one for one in (called, called.rpartition("_")[2]) if one in columns), "")
        return Guess(model=plain.model, field=named) if named else plain
    return found


def plain_parameter(slot: Slot) -> Parameter:
    """Return the parameter as the URLconf declares it, without a model."""
    return _plain(slot.name, slot.converter, slot.pattern)


def _parameter(
    view: Unwrapped,
    method: str,
    slot: Slot,
    found: Lookups,
    guessed: Guess | None,
    functions: tuple[types.FunctionType, ...],
) -> Parameter:
    plain = plain_parameter(slot)
    if slot.converter == "language":
        return replace(plain, evidence=Evidence.DECLARED)
    named = formats_of(view, slot.name, slot.pattern) or versions_of(view, slot.name, slot.pattern)
    if named:
        return replace(plain, choices=named, evidence=Evidence.DECLARED)
    declared, read = declared_row(view, method, slot.name), _read(slot, found)
    # What the source looks up with the parameter itself is nearer than what the class names for it.
    if declared is not None and (read is None or declared[2] is Evidence.DECLARED or read.model == _label(declared)):
        model, field, evidence = declared
        return _bound(slot, model, field, _owner(model, found.ownerships), evidence)
    if read is not None:
        return read
    if (handed_on := row_of_viewset(view, slot.name)) is not None:
        return _bound(slot, handed_on[0], handed_on[1], _owner(handed_on[0], found.ownerships), handed_on[2])
    choices = choices_of(slot.name, slot.pattern, functions, view.bound_to)
    # A row may well be compared with one word that is none, such as `new`.
    if guessed is None or len(choices) > 1:
        return replace(plain, choices=choices) if choices else plain
    owner = _owner(guessed.model, found.ownerships)
    return _bound(slot, guessed.model, guessed.field, owner, Evidence.ASSUMED)


@lru_cache(maxsize=1024)
def _plain(name: str, converter: str, pattern: str) -> Parameter:
    return Parameter(name=name, converter=converter, pattern=pattern)


# Many routes have the same parameters, and so share one record.
@lru_cache(maxsize=1024)
def _bound(slot: Slot, model: type[models.Model], field: str, owner: Ownership | None, evidence: Evidence) -> Parameter:
    return replace(
        plain_parameter(slot),
        model=model._meta.label,
        model_field=field,
        owner_field=owner.path if owner is not None else None,
        # It is always read in source: nothing that a class declares filters by the user.
        owner_evidence=Evidence.INFERRED if owner is not None and owner.alone else Evidence.ASSUMED,
        evidence=evidence,
    )


def _label(declared: Declared) -> str:
    return str(declared[0]._meta.label)


def _source_lookups(
    view: Unwrapped, method: str, slots: Sequence[Slot], handed: Handed, functions: tuple[types.FunctionType, ...]
) -> Lookups:
    names = tuple((slot.name, slot.name) for slot in slots if not slot.name.isdigit())
    model = class_model(view)[0] if view.view_class is not None else None
    total = NO_LOOKUPS
    for function in functions:
        mapping = names or _positional(function, slots)
        given = Given(parameters=mapping, model=model, held=handed.held, route=handed.route)
        total += lookups_of(function, view.bound_to, given)
    if model is not None:
        for check in row_checks(view, method):
            *_, row = ("", *Scope(check).arguments)
            total += lookups_of(check, None, Given(model=model, rows=((row, model),)))
    return total


def _functions(view: Unwrapped, method: str) -> Iterator[types.FunctionType]:
    for wrapper in view.wrappers:
        if not (wrapper.__globals__.get("__name__") or "").startswith(FRAMEWORKS):
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
    yield from _readable(handler_of(view.view_class, method.lower(), view.actions, view.initkwargs))
    yield from _scanned(methods_owner(view.view_class))


@lru_cache(maxsize=1024)
def _scanned(view_class: type) -> tuple[types.FunctionType, ...]:
    """Return the methods of a class that run for each request, whatever its method."""
    return tuple(layer for name in _SCANNED for layer in _readable(getattr(view_class, name, None)))


def _readable(candidate: object) -> Iterator[types.FunctionType]:
    for layer in layers_of_method(candidate):
        if not layer.__module__.startswith(FRAMEWORKS) or layer.__code__.co_freevars == ("func",):
            yield layer


def _positional(function: types.FunctionType, slots: Sequence[Slot]) -> tuple[tuple[str, str], ...]:
    """Pair unnamed groups with the arguments behind the request."""
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    skipped = 2 if arguments[:1] in (("self",), ("cls",)) else 1
    return tuple((name, slot.name) for name, slot in zip(arguments[skipped:], slots, strict=False))


def _read(slot: Slot, found: Lookups) -> Parameter | None:
    best: tuple[int, Parameter] | None = None
    for lookup in found.lookups:
        if lookup.parameter != slot.name:
            continue
        resolved = resolve_path(lookup.model, lookup.path)
        if resolved is None:
            continue
        model, field, relation = resolved
        owner = _owner(model, found.ownerships) or _inherited_owner(lookup.model, relation, found.ownerships)
        depth = len(relation)
        if best is None or depth < best[0]:
            best = depth, _bound(slot, model, field, owner, Evidence.INFERRED)
    return best[1] if best is not None else None


def _owner(model: type[models.Model], ownerships: Sequence[Ownership]) -> Ownership | None:
    # A filter that a view hands around may be of another model than that which was read for it.
    own = [one for one in ownerships if one.model is model and resolve_path(model, one.path) is not None]
    return _surest([replace(one, path=_as_relation(model, one.path)) for one in own])


def _inherited_owner(child: type[models.Model], relation: str, ownerships: Sequence[Ownership]) -> Ownership | None:
    """Return `owner` when the view filters the child by `project__owner` and `project` is the relation."""
    start = f"{relation}__"
    below = [one for one in ownerships if relation and one.model is child and one.path.startswith(start)]
    return _surest([replace(one, path=one.path.removeprefix(start)) for one in below])


def _surest(found: Sequence[Ownership]) -> Ownership | None:
    return next((one for one in found if one.alone), found[0] if found else None)


def _as_relation(model: type[models.Model], path: str) -> str:
    """Write `owner_id` and `owner__pk` as `owner`."""
    path = re.sub(r"__(pk|id|exact|in)$", "", path)
    resolved = resolve_path(model, path)
    return resolved[2] if resolved is not None and resolved[1] == "pk" and resolved[2] else path
