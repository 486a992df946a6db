"""Records to plain JSON values and back, by their type hints."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return `value` with dataclasses as dictionaries, tuples as lists and enums as their values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(entry) for entry in value]
    return value


def from_plain(cls: type[T], value: Any) -> T:
    """Return an instance of the record `cls` from what `to_plain` made of it.

    Keys that `cls` does not know are ignored, so that a newer writer can add fields. Raises TypeError or
    ValueError when a needed key is missing or an enum has no such value.
    """
    decode = _decoder(typing.cast(Any, cls))
    return typing.cast(T, value if decode is None or value is None else decode(value))


@cache
def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    """Return what makes a value of its hint out of a plain one; None where that is the plain one.

    Once for each hint: a folder of a thousand runs has as many records of the same kind.
    """
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [one for one in typing.get_args(hint) if one is not type(None)]
        return _decoder(inner[0]) if len(inner) == 1 else None
    if origin is tuple:
        entry = _decoder(typing.get_args(hint)[0])
        return tuple if entry is None else lambda value: tuple(None if one is None else entry(one) for one in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(_record, hint)
    return hint if isinstance(hint, type) and issubclass(hint, Enum) else None


def _record(cls: type, value: Mapping[str, Any]) -> Any:
    decoders = _decoders(cls)
    return cls(
        **{
            name: entry if entry is None or (decode := decoders[name]) is None else decode(entry)
            for name, entry in value.items()
            if name in decoders
        }
    )


@cache
def _decoders(cls: type) -> Mapping[str, Callable[[Any], Any] | None]:
    # Apart from `_decoder`, since a record may hold records of its own kind.
    return {name: _decoder(hint) for name, hint in typing.get_type_hints(cls).items()}
