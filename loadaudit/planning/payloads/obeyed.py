"""Values that a model's check constraints take, beside those that are there: for rows and for bodies."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.duration import duration_string

from loadaudit.inventory.bodies.fields.checks import Asked, Bound, Empty, OneOf, Order, Unlike, Ways, asked_by_checks
from loadaudit.inventory.bodies.fields.models import as_text
from loadaudit.load.payloads import is_marked
from loadaudit.planning.payloads.values import NOTHING, Needs, value_of
from loadaudit.records import BodyField

Make = Callable[[str, Any], Any]
"""Name of a column and a value that it must not have → one for it, or NOTHING."""

_ROUNDS = 4
"""What is changed for one constraint may break another: the upper of two goes up first, then the lower one down."""


def better_values(
    model: type[models.Model],
    values: Mapping[str, Any],
    only: str = "",
    make: Make | None = None,
    fixed: Collection[str] = (),
) -> dict[str, Any]:
    """Return values that columns have to have instead of these, as far as check constraints can be read.

    `only` those of the constraint that has this name.
    """
    return met(asked_by_checks(model, only), values, make, fixed)


def met(
    asked: Sequence[Ways], values: Mapping[str, Any], make: Make | None = None, fixed: Collection[str] = ()
) -> dict[str, Any]:
    """Return the values that have to be others so that all is met that is asked, as far as there are any.

    `values` of which nobody knows are not there, and right; those that are `fixed` stay. Of several ways the one that
    changes least is gone.
    """
    found: dict[str, Any] = {}
    for number in range(_ROUNDS):
        known = {**values, **found}
        for ways in asked:
            changes = _least_changes(ways, known, make, fixed, down=number % 2 == 1)
            found |= changes
            known |= changes
        if all(any(all(_holds(one, known) for one in way) for way in ways) for ways in asked):
            break
    return {name: value for name, value in found.items() if name not in values or values[name] != value}


def obeying(
    fields: Iterable[BodyField],
    values: Mapping[str, Any],
    needs: Needs,
    shown: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """Return the values of a body as the check constraints of the models that it writes want them.

    `fields` are those that it may have. One that is to be NULL has none; what has to be sent in any case stays. `shown`
    are the texts that a page offers for fields.
    """
    found = dict(values)
    by_model: dict[str, dict[str, BodyField]] = {}
    for one in fields:
        label, _, name = (one.checked or "").rpartition(".")
        if label and not one.many:
            by_model.setdefault(label, {})[name] = one
    for label, columns in by_model.items():
        try:
            model = apps.get_model(label)
            make = partial(_made, columns, needs, shown or {})
            fixed = [name for name, one in columns.items() if one.name in needs.given or one.name in needs.known]
            better = better_values(model, _known(model, columns, found), make=make, fixed=fixed)
        except Exception:  # fields are the project's own code
            continue
        for name, value in better.items():
            if value is None:
                found.pop(columns[name].name, None)
            else:
                found[columns[name].name] = as_sent(value)
    return found


def as_sent(value: Any) -> Any:
    """Return a column's value as a body has it."""
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_string(value)
    return value if isinstance(value, bool | int | float | str) else as_text(value)


def _known(model: type[models.Model], columns: Mapping[str, BodyField], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what columns will have, as far as it is known: marks stand for values that differ."""
    found: dict[str, Any] = {}
    for name, one in columns.items():
        column: Any = model._meta.get_field(name)
        value = values.get(one.name)
        if value in (None, ""):
            if one.name in values or not (column.has_default() or one.default):
                found[name] = None if column.null or not column.empty_strings_allowed else ""
            continue
        is_text = isinstance(column, models.CharField | models.TextField)
        if is_marked(value) and not is_text:
            continue
        try:
            found[name] = (column.target_field if column.is_relation else column).to_python(value)
        except Exception:  # not every text is a value, and fields are the project's own code
            continue
    return found


def _made(
    columns: Mapping[str, BodyField], needs: Needs, shown: Mapping[str, list[str]], name: str, unlike: Any
) -> Any:
    """Return what the field of a column may have that is not the same as another value, or NOTHING."""
    if name not in columns:
        return NOTHING
    one = columns[name]
    if one.name in shown:
        return next((text for text in shown[one.name] if text != str(unlike)), NOTHING)
    tries = (value_of(one, replace(needs, variant=needs.variant + number)) for number in range(3))
    return next((value for value in tries if value is not NOTHING and str(value) != str(unlike)), NOTHING)


def _least_changes(
    ways: Ways, known: Mapping[str, Any], make: Make | None, fixed: Collection[str], *, down: bool
) -> dict[str, Any]:
    """Return what has to change so that one of the ways is met; nothing where one is, or where none can be."""
    if any(all(_holds(one, known) for one in way) for way in ways):
        return {}
    possible = [found for way in ways if (found := _changes(way, known, make, fixed, down=down)) is not None]
    return min(possible, key=len, default={})


def _changes(
    way: tuple[Asked, ...], known: Mapping[str, Any], make: Make | None, fixed: Collection[str], *, down: bool
) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    # What stands at a bound may be the lower of two.
    for one in sorted(way, key=lambda each: isinstance(each, Order)):
        present = {**known, **found}
        if not _holds(one, present):
            rights = (_right(one, present, make, down=each) for each in (down, not down))
            name, value = next(((name, value) for name, value in rights if name not in fixed), ("", NOTHING))
            if value is NOTHING:
                return None
            found[name] = value
    return found


def _holds(one: Asked, known: Mapping[str, Any]) -> bool:
    """Whether values are as is asked, or not known; a database takes NULL for right where it is compared."""
    if isinstance(one, Empty):
        return one.name not in known or (known[one.name] is None) == one.empty
    if isinstance(one, Order):
        lower, upper = known.get(one.lower), known.get(one.upper)
        return lower is None or upper is None or _follows(lower, upper, one.strict)
    if isinstance(one, Unlike):
        present = known.get(one.name)
        return present is None or present != known.get(one.other)
    present = known.get(one.name)
    if present is None:
        return True
    if isinstance(one, Bound):
        return _follows(one.value, present, one.strict, back=one.highest)
    return (present in one.values) != one.none


def _right(one: Asked, known: Mapping[str, Any], make: Make | None, *, down: bool) -> tuple[str, Any]:
    """Return the name of a column and the value that it has to have, or NOTHING."""
    if isinstance(one, Order):
        name, beside = (one.lower, known[one.upper]) if down else (one.upper, known[one.lower])
        return name, _beside(beside, 1, back=down)
    if isinstance(one, Bound):
        return one.name, _beside(one.value, 1 if one.strict else 0, back=one.highest)
    if isinstance(one, OneOf) and not one.none:
        return one.name, one.values[0] if one.values else NOTHING
    if isinstance(one, Empty) and one.empty:
        return one.name, None
    unlike = known.get(one.name)
    if isinstance(one, Unlike):
        name = one.name if down else one.other
        return name, make(name, unlike) if make else NOTHING
    made = make(one.name, unlike) if make else NOTHING
    return one.name, _beside(unlike, 1) if made is NOTHING and unlike is not None else made


def _follows(lower: Any, upper: Any, strict: bool, *, back: bool = False) -> bool:
    """Whether a value comes behind another, or before it on the way `back`."""
    if back:
        lower, upper = upper, lower
    try:
        return bool(lower < upper if strict else lower <= upper)
    except TypeError:
        return True


def _beside(value: Any, steps: int, *, back: bool = False) -> Any:
    """Return the value some steps behind another, or NOTHING where nobody knows what a step is."""
    try:
        return _moved(value, -steps if back else steps)
    except ArithmeticError:
        # Nothing comes behind the last day that there is, which often stands for no end.
        return NOTHING


def _moved(value: Any, step: int) -> Any:
    if isinstance(value, datetime):
        return value + timedelta(hours=step)
    if isinstance(value, date):
        return value + timedelta(days=step)
    if isinstance(value, timedelta):
        return value + timedelta(minutes=step)
    if isinstance(value, time):
        return value.replace(hour=value.hour + step) if 0 <= value.hour + step < 24 else NOTHING
    return value + step if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else NOTHING
