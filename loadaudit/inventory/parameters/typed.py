"""Kinds of parameters: what the annotations of a view and an OpenAPI document say that a part of its address is."""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from loadaudit.inventory.bodies.fields.annotated import of_annotation
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.records import BodyField, Parameter

_MOST = 12
_TELLS_NOTHING = frozenset({"any", "string", "object", "file"})
_NEVER_A_ROW = frozenset({"date", "date-time", "time", "duration", "boolean"})
"""What selects no row by its key, whatever model the name of a parameter suggests."""

_HAND_ON_TEXT = frozenset({"str", "slug", "path", "regex"})
"""Path converters that leave it to the view to make something else of the text."""

NOT_SAID = BodyField(name="")


def said_of(name: str, functions: Iterable[types.FunctionType]) -> BodyField:
    """Return what the view's functions say of a parameter by its annotation, the innermost first."""
    for function in reversed(tuple(functions)):
        if name in getattr(function, "__annotations__", ()):
            found = _of(name, function)
            if found is not None:
                return found
    return NOT_SAID


def is_no_key(said: BodyField) -> bool:
    """Whether what is said of a parameter rules out that it is the key of a row."""
    return said.type in _NEVER_A_ROW or len(said.choices) > 1


def with_kind(plain: Parameter, said: BodyField) -> Parameter:
    """Return the parameter with what is said of it; choices only where it selects no row and more are listed."""
    # What another converter makes of the text does not tell how the text is written.
    is_text = plain.converter in _HAND_ON_TEXT
    type_ = "" if said.type in _TELLS_NOTHING or said.many or not is_text else said.type
    listed = tuple(one for one in said.choices if one and "/" not in one)[:_MOST]
    if plain.model or not is_text or len(listed) <= len(plain.choices):
        listed = ()
    if not (type_ or listed or said.example):
        return plain
    return replace(
        plain, type=type_ or plain.type, choices=listed or plain.choices, example=said.example or plain.example
    )


def with_documented(parameters: Sequence[Parameter], said: Mapping[str, BodyField]) -> tuple[Parameter, ...]:
    """Return the parameters with what a document says of them, where the code does not tell the kind."""
    told = ((one, said.get(one.name)) for one in parameters)
    return tuple(
        one if other is None else with_kind(one, replace(other, type=one.type or other.type)) for one, other in told
    )


@lru_cache(maxsize=1024)
def _of(name: str, function: types.FunctionType) -> BodyField | None:
    hints: dict[str, Any] | None = quietly(lambda: typing.get_type_hints(function, include_extras=True))
    return of_annotation(name, hints[name]) if hints is not None and name in hints else None
