"""What check constraints of a model ask of its columns, read from the model alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Any

from django.db import models

_BELOW = frozenset({"lt", "lte"})
_ABOVE = frozenset({"gt", "gte"})
_STRICT = frozenset({"lt", "gt"})
_NOT = {"lt": "gte", "lte": "gt", "gt": "lte", "gte": "lt"}
_LOOK_UPS = _BELOW | _ABOVE | {"exact", "in", "range", "isnull"}
_MOST_WAYS = 32


@dataclass(frozen=True, slots=True)
class Order:
    """That a column comes before another one, or both the same where it is not `strict`."""

    lower: str
    upper: str
    strict: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """That a column is not below a value, or above it where it is `strict`; `highest` is a bound on the other side."""

    name: str
    value: Any
    strict: bool
    highest: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """That a column has one of several values, or none of them."""

    name: str
    values: tuple[Any, ...]
    none: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """That a column is NULL, or is not."""

    name: str
    empty: bool


@dataclass(frozen=True, slots=True)
class Unlike:
    """That two columns are not the same."""

    name: str
    other: str


Asked = Order | Bound | OneOf | Empty | Unlike
Ways = tuple[tuple[Asked, ...], ...]
"""Ways of meeting a constraint, each with all that it asks; one that asks for nothing is met by anything."""

_OPEN: Ways = ((),)


@lru_cache(maxsize=1024)
def asked_by_checks(model: type[models.Model], only: str = "") -> tuple[Ways, ...]:
    """Return what each check constraint of a model asks, `only` the one that has this name.

    What a condition computes, or looks up in another table, is left open.
    """
    found = []
    for one in (each for kind in (model, *model._meta.parents) for each in kind._meta.constraints):
        if isinstance(one, models.CheckConstraint) and one.name == (only or one.name):
            # Django 5.1 has given the condition another name.
            found.append(tuple(_ways(getattr(one, "condition", None) or getattr(one, "check", None), negated=False)))
    return tuple(found)


def checked_column(field: "models.Field[Any, Any]") -> str | None:
    """Return the label of a field's model and its name where check constraints have a say in its values."""
    model: Any = getattr(field, "model", None)
    if not isinstance(model, type) or not issubclass(model, models.Model) or model._meta.abstract:
        return None
    return f"{model._meta.label}.{field.name}" if field.name in _names_checked(model) else None


@lru_cache(maxsize=1024)
def _names_checked(model: type[models.Model]) -> frozenset[str]:
    asked = (one for ways in asked_by_checks(model) for way in ways for one in way)
    return frozenset(name for one in asked for name in names_of(one))


def names_of(one: Asked) -> tuple[str, ...]:
    """Return the names of the columns that something is asked of."""
    if isinstance(one, Order):
        return one.lower, one.upper
    return (one.name, one.other) if isinstance(one, Unlike) else (one.name,)


def bounds_of(field: "models.Field[Any, Any]") -> Iterator[tuple[str, float]]:
    """Yield the least and the most that check constraints let through whatever else holds: `min_value`, `max_value`."""
    for one in _asked_of(field):
        # Numbers beyond what JSON's readers can tell apart limit nothing.
        if isinstance(one, Bound) and isinstance(one.value, int | float | Decimal) and -(2**53) < one.value < 2**53:
            step = _step_of(field) if one.strict else 0.0
            limit = float(one.value)
            yield ("max_value", limit - step) if one.highest else ("min_value", limit + step)


def listed_by_checks(field: "models.Field[Any, Any]") -> tuple[Any, ...]:
    """Return the values of which check constraints let a column have one; empty where it may have others."""
    lists = [one.values for one in _asked_of(field) if isinstance(one, OneOf) and not one.none]
    return next(iter(lists), ())


def _asked_of(field: "models.Field[Any, Any]") -> Iterator[Asked]:
    if checked_column(field) is not None:
        for ways in asked_by_checks(field.model):
            yield from (one for one in ways[0] if len(ways) == 1 and getattr(one, "name", "") == field.name)


def _step_of(field: Any) -> float:
    """Return by how much a value beside a limit differs from it."""
    if isinstance(field, models.DecimalField):
        return float(10.0 ** -(field.decimal_places or 0))
    return 0.01 if isinstance(field, models.FloatField) else 1.0


def _ways(condition: Any, *, negated: bool) -> Ways:
    """Return the ways of meeting a condition, or its contrary."""
    if isinstance(condition, tuple):
        return (tuple(_asked(condition[0], condition[1], negated=negated)),)
    if not isinstance(condition, models.Q) or condition.connector == models.Q.XOR:
        return _OPEN
    negated = negated != condition.negated
    parts = [_ways(one, negated=negated) for one in condition.children]
    if negated == (condition.connector == models.Q.AND) and len(parts) > 1:
        found = tuple(way for ways in parts for way in ways)
        # Without some of its ways a constraint would seem violated that is met.
        return found if len(found) <= _MOST_WAYS else _OPEN
    count = 1
    for ways in parts:
        count *= len(ways)
    if count > _MOST_WAYS:
        return _OPEN
    return tuple(tuple(one for way in chosen for one in way) for chosen in product(*parts))


def _asked(look_up: str, value: Any, *, negated: bool) -> Iterator[Asked]:
    name, _, how = look_up.partition("__")
    how = how or "exact"
    if isinstance(value, models.Value):
        value = value.value
    if how not in _LOOK_UPS:
        return
    if negated:
        how = _NOT.get(how, how)
    if isinstance(value, models.F):
        yield from _between(name, how, str(getattr(value, "name", "")), negated=negated)
    elif hasattr(value, "resolve_expression"):
        return
    elif how in _BELOW | _ABOVE:
        yield Bound(name, value, how in _STRICT, highest=how in _BELOW)
    elif how == "range" and not negated and not any(hasattr(one, "resolve_expression") for one in value):
        low, high = value
        yield from (Bound(name, low, strict=False), Bound(name, high, strict=False, highest=True))
    elif how == "isnull":
        yield Empty(name, bool(value) != negated)
    elif how in ("in", "exact") and value is not None:
        values = tuple(value) if how == "in" else (value,)
        if not any(hasattr(one, "resolve_expression") for one in values):
            yield OneOf(name, values, negated)


def _between(name: str, how: str, other: str, *, negated: bool) -> Iterator[Asked]:
    if not other or "__" in other:
        return
    if how in _BELOW | _ABOVE:
        lower, upper = (name, other) if how in _BELOW else (other, name)
        yield Order(lower, upper, how in _STRICT)
    elif how == "exact" and negated:
        yield Unlike(name, other)
