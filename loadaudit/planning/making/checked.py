"""What check constraints of a model ask of its columns: one before another one, none below a number."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models

_BELOW = frozenset({"lt", "lte"})
_ABOVE = frozenset({"gt", "gte"})
_STRICT = frozenset({"lt", "gt"})
_VIOLATED = re.compile(
    r"[Cc]onstraint [“\"](?P<name>[^”\"]+)[”\"] is violated|CHECK constraint failed: (?P<sqlite>[^\n\"\]]+)"
    r"|violates check constraint \\?[\"“](?P<postgresql>[^”\"\\]+)"
)
"""As Django, SQLite and PostgreSQL say it."""


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


def asked_by_checks(model: type[models.Model], only: str = "") -> list[Order | Bound]:
    """Return what all conditions of a model's check constraints ask, `only` those of the one that has this name."""
    found: list[Order | Bound] = []
    for one in model._meta.constraints:
        if isinstance(one, models.CheckConstraint) and one.name == (only or one.name):
            # Django 5.1 has given the condition another name.
            condition: Any = getattr(one, "condition", None) or getattr(one, "check", None)
            found += _asked_in(condition)
    # What stands at a bound may be the lower of two.
    return sorted(found, key=lambda one: isinstance(one, Order))


def better_values(model: type[models.Model], values: dict[str, Any], only: str = "") -> dict[str, Any]:
    """Return values that columns have to have instead of these, as far as check constraints compare them."""
    found: dict[str, Any] = {}
    for one in asked_by_checks(model, only):
        known = values | found
        if isinstance(one, Bound):
            current = known.get(one.name)
            name, value = one.name, _beside(one.value, 1 if one.strict else 0, back=one.highest)
            is_right = current is None or _follows(one.value, current, one.strict, back=one.highest)
        else:
            lower, upper = known.get(one.lower), known.get(one.upper)
            name, value = one.upper, _beside(lower, 1)
            is_right = lower is None or upper is None or _follows(lower, upper, one.strict)
        if not is_right and value is not None:
            found[name] = value
    return found


def told_by_checks(said: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what was sent of which an error says that a check constraint forbids it, with values that it takes."""
    for name in {
        (one["name"] or one["sqlite"] or one["postgresql"]).strip() for one in _VIOLATED.finditer(_as_said(said))
    }:
        for model in apps.get_models():
            columns = {one.name: one for one in model._meta.concrete_fields if one.name in sent}
            if not any(one.name == name for one in model._meta.constraints):
                continue
            try:
                values = {key: column.to_python(sent[key]) for key, column in columns.items()}
                better = better_values(model, values, name)
            except Exception:  # fields are the project's own code, and not every value has one beside it
                continue
            for key, value in better.items():
                if key in sent:
                    yield key, value if isinstance(sent[key], int | float) else str(value)


def _as_said(said: str) -> str:
    # JSON may write Django's quotation marks by their numbers.
    return said.replace("\\u201c", "“").replace("\\u201d", "”")


def obey_checks(row: models.Model, fixed: Collection[str]) -> None:
    """Give a new row values that its model's check constraints take, those that are `fixed` left as they are."""
    columns = {one.name: row.__dict__.get(one.attname) for one in row._meta.concrete_fields}
    for name, value in better_values(type(row), columns).items():
        if name not in fixed:
            setattr(row, name, value)


def _asked_in(condition: Any) -> Iterator[Order | Bound]:
    """Yield what a condition asks in any case; what is one of several ways, or negated, is left open."""
    if not isinstance(condition, models.Q) or condition.negated:
        return
    if condition.connector != models.Q.AND and len(condition.children) > 1:
        return
    for child in condition.children:
        if not isinstance(child, tuple):
            yield from _asked_in(child)
            continue
        name, _, look_up = child[0].rpartition("__")
        strict, value = look_up in _STRICT, child[1]
        if look_up not in _BELOW | _ABOVE or "__" in name:
            continue
        if isinstance(value, models.F):
            other = str(getattr(value, "name", ""))
            lower, upper = (name, other) if look_up in _BELOW else (other, name)
            yield Order(lower, upper, strict)
        elif not hasattr(value, "resolve_expression"):
            yield Bound(name, value, strict, highest=look_up in _BELOW)


def _follows(lower: Any, upper: Any, strict: bool, *, back: bool = False) -> bool:
    """Whether a value comes behind another, or before it on the way `back`."""
    if back:
        lower, upper = upper, lower
    try:
        return bool(lower < upper if strict else lower <= upper)
    except TypeError:
        return True


def _beside(value: Any, steps: int, *, back: bool = False) -> Any:
    """Return the value some steps behind another, or None where nobody knows what a step is."""
    step = -steps if back else steps
    if isinstance(value, datetime):
        return value + timedelta(hours=step)
    if isinstance(value, date):
        return value + timedelta(days=step)
    if isinstance(value, timedelta):
        return value + timedelta(minutes=step)
    return value + step if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
