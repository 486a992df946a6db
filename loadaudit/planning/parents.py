"""Rows below other rows: which of those of an address leads to the others, by foreign keys or by their keys alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.planning.rows import Which, column_at, own_and_others, path_to
from loadaudit.records import Evidence, Identity, Parameter


def leaf_and_lookups(bound: Sequence[Parameter]) -> tuple[Parameter, dict[str, str]]:
    """Return the parameter whose model reaches most of the others, and the look-up path of each from there."""
    best: tuple[Parameter, dict[str, str]] = bound[-1], {}
    for leaf in reversed(bound):
        lookups = {}
        for parameter in bound:
            if _is_of_its_row(parameter, leaf):
                lookups[parameter.name] = str(parameter.model_field)
                continue
            path = "" if parameter is leaf else _path_between(leaf, parameter, bound)
            if path and holds_key(apps.get_model(str(leaf.model)), path):
                lookups[parameter.name] = path
            elif parameter is leaf or path:
                lookups[parameter.name] = f"{path}__{parameter.model_field}" if path else str(parameter.model_field)
        if len(lookups) > len(best[1]):
            best = leaf, lookups
    return best


def _is_of_its_row(parameter: Parameter, leaf: Parameter) -> bool:
    """Whether a parameter is another column of the leaf's row: one in which rows are alike tells no row of its own."""
    if parameter is leaf or parameter.model != leaf.model or parameter.model_field == leaf.model_field:
        return False
    column = column_at(apps.get_model(str(leaf.model)), str(parameter.model_field))
    return column is not None and not getattr(column, "unique", True)


def _path_between(child: Parameter, parent: Parameter, bound: Sequence[Parameter]) -> str:
    """Return the look-up path between the rows of two parameters: as the inventory read it, else the shortest."""
    known, path, current = {one.name: one for one in bound}, "", child
    for _ in bound:
        if current.parent is None or _is_keyed(current):
            break
        path = f"{path}__{current.parent_field}" if path else str(current.parent_field)
        if current.parent == parent.name:
            return path
        if current.parent not in known:
            break
        current = known[current.parent]
    if _is_keyed(current) and current.parent == parent.name:
        return f"{path}__{current.parent_field}" if path else str(current.parent_field)
    return path_to(apps.get_model(str(child.model)), apps.get_model(str(parent.model)))


def holds_key(model: type[models.Model], path: str) -> bool:
    """Whether a look-up path ends with a column that names a row by its key, and is no foreign key."""
    column = column_at(model, path)
    return column is not None and not column.is_relation


def _is_keyed(one: Parameter) -> bool:
    return one.parent is not None and holds_key(apps.get_model(str(one.model)), str(one.parent_field))


def of_the_kind(child: Parameter, bound: Sequence[Parameter], which: Which) -> Which:
    """Return which rows belong to rows of the parent's model, where one table holds those of rows of any model."""
    parent = next((one for one in bound if one.name == child.parent), None)
    model = apps.get_model(str(child.model))
    private: Sequence[Any] = model._meta.private_fields
    key = next((one for one in private if getattr(one, "fk_field", "") == child.parent_field), None)
    if parent is None or key is None:
        return which
    # Its model cannot be imported before the apps are.
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(apps.get_model(str(parent.model)))
    having = which.having if which.model is model else {}
    return replace(which, model=model, having={**having, key.ct_field: kind.pk})


Told = list[tuple[tuple[Any, ...], str]]
"""Rows, each with what its origin says of it."""


def of_own_parents(
    rows: Told, child: Parameter, bound: Sequence[Parameter], names: Sequence[str], identity: Identity
) -> tuple[Told, Told]:
    """Tell rows below the identity's own ones from others, where they name them by their keys.

    `names` are the parameters that the columns of the rows are for.
    """
    parent = next((one for one in bound if one.name == child.parent), None)
    if parent is None or parent.name not in names or not _is_keyed(child):
        return [], rows
    is_must = parent.owner_field is not None and parent.owner_evidence is not Evidence.ASSUMED
    owners = [str(parent.owner_field)] if is_must else []
    own, _ = own_and_others(apps.get_model(str(parent.model)), owners, ["pk"], identity)
    keys, position = {str(key) for (key,) in own}, names.index(parent.name)
    below = [one for one in rows if str(one[0][position]) in keys]
    return below, [one for one in rows if one not in below]
