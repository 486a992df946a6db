"""Values of the kind that a view's signature or an OpenAPI document says a parameter is: days, moments, keys."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from loadaudit.planning.making.fitting import fits
from loadaudit.planning.rows import DATE_PARTS
from loadaudit.records import Parameter

WORDS = {"date": "date", "date-time": "moment", "time": "time of day"}
"""Kinds of which any may do, and how reasons call them."""

_MADE: Mapping[str, Callable[[date], str]] = {
    "date": lambda day: day.isoformat(),
    "date-time": lambda day: f"{day.isoformat()}T10:00:00",
    "time": lambda day: "10:00:00",
    "duration": lambda day: "01:00:00",
    "uuid": lambda day: "00000000-0000-4000-8000-000000000001",
    "integer": lambda day: "1",
    "number": lambda day: "1",
    "boolean": lambda day: "true",
}
_READ: Mapping[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "integer": int,
    "number": float,
}


def is_date_part(one: Parameter) -> bool:
    """Whether a parameter is called like a part of a date, and nothing says that it is something else."""
    return one.name in DATE_PARTS and one.type in ("", "integer")


def of_kinds(parameters: Sequence[Parameter], day: date) -> dict[str, object]:
    """Return a value for each parameter whose kind is known; choices and parts of dates have values of their own."""
    made = ((one, _made(one, day)) for one in parameters if not (one.choices or is_date_part(one)))
    return {one.name: text for one, text in made if text and fits(one.pattern or "[^/]+", text)}


def examples_of(parameters: Sequence[Parameter]) -> dict[str, object]:
    """Return the examples of parameters that a document gives."""
    return {one.name: one.example for one in parameters if one.example and fits(one.pattern or "[^/]+", one.example)}


def suiting(parameters: Sequence[Parameter], values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return the values, with made ones in the place of those that are not of their parameter's kind."""
    wrong = [one for one in parameters if one.name in values and not _is_of_kind(one, values[one.name])]
    return {**values, **of_kinds(wrong, day)}


def is_of_a_day(one: Parameter) -> bool:
    """Whether a parameter is a day, a moment or a time, of which any may do."""
    return one.type in WORDS and not (one.model and one.model_field)


def _made(one: Parameter, day: date) -> str:
    make = _MADE.get(one.type)
    return make(day) if make is not None else ""


def _is_of_kind(one: Parameter, value: object) -> bool:
    read = _READ.get(one.type)
    try:
        return read is None or read(str(value)) is not None
    except ValueError:
        return False
