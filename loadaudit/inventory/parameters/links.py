"""Which parameter's row belongs to another's: read where the source says so, else by the only foreign key there is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from django.apps import apps
from django.db import models

from loadaudit.inventory.parameters.lookups import Link, Lookup, Lookups
from loadaudit.inventory.source.relations import resolve_path
from loadaudit.records import Evidence, Parameter

_MAX_DEPTH = 3


def linked(parameters: Sequence[Parameter], found: Lookups) -> tuple[Parameter, ...]:
    """Return the parameters, each with the closest one whose row its own belongs to.

    Inferred where a look-up names both; assumed where only the models are related, by one foreign key and no other.
    """
    if sum(one.model is not None for one in parameters) < 2:
        return tuple(parameters)
    return tuple(_with_parent(child, parameters[:n], parameters, found) for n, child in enumerate(parameters))


def _with_parent(
    child: Parameter, before: Sequence[Parameter], others: Sequence[Parameter], found: Lookups
) -> Parameter:
    if child.model is None:
        return child
    model = apps.get_model(child.model)
    names = {one.name for one in others if one.model is not None and one is not child}
    named = {one.name for one in others if one.name in names and one.model_field == "pk"}
    read = sorted(_read(model, found, names), key=lambda one: one[1].count("__")) or [*_by_key(model, found, named)]
    if read:
        parent, path = read[0]
        return replace(child, parent=parent, parent_field=path, parent_evidence=Evidence.INFERRED)
    for one in reversed(before):
        path = _only_path(model._meta.label, one.model) if one.model is not None else ""
        if path:
            return replace(child, parent=one.name, parent_field=path, parent_evidence=Evidence.ASSUMED)
    return child


def _read(model: type[models.Model], found: Lookups, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each parent's parameter with the path to it, as look-ups of the child name them."""
    named: tuple[Link | Lookup, ...] = (*found.links, *found.lookups)
    for one in named:
        if one.model is model and one.parameter in names:
            resolved = resolve_path(model, one.path)
            if resolved is not None and resolved[2]:
                yield one.parameter, resolved[2]


def _by_key(model: type[models.Model], found: Lookups, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each parent's parameter with the column of a child that holds the parent's key without a foreign key."""
    for one in found.links:
        if one.model is model and one.parameter in names:
            resolved = resolve_path(model, one.path)
            if resolved is not None and resolved[1] != "pk" and "__" not in resolved[1] and not resolved[2]:
                yield one.parameter, resolved[1]


@lru_cache(maxsize=1024)
def _only_path(child: str, parent: str) -> str:
    """Return the shortest way from one label's model to another's along foreign keys; empty if none or two as short."""
    frontier: list[tuple[str, type[models.Model]]] = [("", apps.get_model(child))]
    wanted = apps.get_model(parent)
    for _ in range(_MAX_DEPTH):
        following: list[tuple[str, type[models.Model]]] = []
        for path, current in frontier:
            for field in current._meta.concrete_fields:
                related = field.related_model
                if field.is_relation and isinstance(related, type) and not _is_parent_link(field):
                    following.append((f"{path}__{field.name}" if path else field.name, related))
        reached = [path for path, one in following if one is wanted or issubclass(one, wanted)]
        if reached:
            return reached[0] if len(reached) == 1 else ""
        frontier = following
    return ""


def _is_parent_link(field: object) -> bool:
    """Whether a field only joins the tables of a model and of the one that it inherits from."""
    return bool(getattr(getattr(field, "remote_field", None), "parent_link", False))
