"""Fields of annotated classes: pydantic models, ninja schemas, dataclasses, typed dictionaries."""

import dataclasses
import datetime
import decimal
import enum
import ipaddress
import types
import typing
import uuid
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from loadaudit.inventory.bodies.fields.models import as_text, find_field, of_model_field
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.records import BodyField

_MAX_DEPTH = 5
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (decimal.Decimal, "number"),
    (datetime.datetime, "date-time"),
    (datetime.date, "date"),
    (datetime.time, "time"),
    (datetime.timedelta, "duration"),
    (uuid.UUID, "uuid"),
    (ipaddress.IPv4Address, "ip"),
    (ipaddress.IPv6Address, "ipv6"),
    (ipaddress.IPv4Network, "network"),
    (UploadedFile, "file"),
    (str, "string"),
    (bytes, "string"),
)
_NAMED = {
    **{"EmailStr": "email", "NameEmail": "email", "HttpUrl": "uri", "AnyUrl": "uri", "AnyHttpUrl": "uri"},
    **{"IPvAnyAddress": "ip", "IPvAnyNetwork": "network", "IPvAnyInterface": "network"},
}
_LIMITS = {
    "min_length": "min_length",
    "max_length": "max_length",
    "ge": "minimum",
    "gt": "minimum",
    "le": "maximum",
    "lt": "maximum",
    "pattern": "pattern",
}
_LISTS = (list, set, frozenset, tuple, typing.Sequence, typing.Iterable)


def is_annotated_class(candidate: object) -> bool:
    """Whether the object is a class whose annotations say what it holds."""
    return isinstance(candidate, type) and (
        is_pydantic(candidate) or dataclasses.is_dataclass(candidate) or typing.is_typeddict(candidate)
    )


def is_pydantic(candidate: object) -> bool:
    """Whether the object is a pydantic model, by its shape."""
    return isinstance(candidate, type) and isinstance(getattr(candidate, "__pydantic_fields__", None), Mapping)


@lru_cache(maxsize=1024)
def fields_of_class(made: Any, depth: int = 0) -> tuple[BodyField, ...]:
    """Return one body field per annotation of the class."""
    if depth > _MAX_DEPTH:
        return ()
    if is_pydantic(made):
        return tuple(_related(made, _of_pydantic(made, depth)))
    hints = quietly(lambda: typing.get_type_hints(made, include_extras=True)) or {}
    if typing.is_typeddict(made):
        required: frozenset[str] = getattr(made, "__required_keys__", frozenset())
        return tuple(of_annotation(name, hint, name in required, depth) for name, hint in hints.items())
    return tuple(_of_dataclass(made, hints, depth))


def _of_pydantic(made: Any, depth: int) -> Iterator[BodyField]:
    for name, info in made.__pydantic_fields__.items():
        yield of_pydantic_field(name, info, depth)


def of_pydantic_field(name: str, info: Any, depth: int = 0) -> BodyField:
    """Return the body field of a pydantic field, under the alias that the input uses."""
    alias = info.validation_alias if isinstance(info.validation_alias, str) else info.alias
    # django-ninja's PatchDict hands a dictionary of what was sent to the function, and takes what a schema takes.
    annotation = getattr(info.annotation, "_wrapped_model", None) or info.annotation
    plain = of_annotation(alias or name, annotation, bool(info.is_required()), depth)
    default = info.default
    text = as_text(default) if isinstance(default, (str, int, float, enum.Enum)) else None
    return _limited(dataclasses.replace(plain, default=text), info.metadata)


def _of_dataclass(made: Any, hints: Mapping[str, Any], depth: int) -> Iterator[BodyField]:
    for one in dataclasses.fields(made):
        if one.init:
            missing = dataclasses.MISSING
            required = one.default is missing and one.default_factory is missing
            plain = of_annotation(one.name, hints.get(one.name, Any), required, depth)
            known = isinstance(one.default, (str, int, float))
            yield dataclasses.replace(plain, default=as_text(one.default)) if known else plain


def _related(made: Any, found: Iterator[BodyField]) -> Iterator[BodyField]:
    """Name the rows that a ninja ModelSchema's fields select."""
    model = getattr(getattr(made, "Meta", None) or getattr(made, "Config", None), "model", None)
    for one in found:
        held = find_field(model, one.name) if isinstance(model, type) and issubclass(model, models.Model) else None
        if held is None or (held.primary_key and not held.is_relation):
            yield one
            continue
        known = of_model_field(held)
        yield dataclasses.replace(
            one,
            model=known.model,
            model_field=known.model_field,
            unique=known.unique,
            column=known.column,
            checked=known.checked,
            minimum=known.minimum if one.minimum is None else one.minimum,
            maximum=known.maximum if one.maximum is None else one.maximum,
            choices=one.choices or known.choices,
            max_length=one.max_length or known.max_length,
        )


def of_annotation(name: str, hint: Any, required: bool = True, depth: int = 0) -> BodyField:
    """Return the body field that an annotation describes."""
    plain = BodyField(name=name, type="any", required=required)
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is typing.Annotated:
        return _limited(of_annotation(name, arguments[0], required, depth), arguments[1:])
    if origin in (typing.Required, typing.NotRequired):
        return of_annotation(name, arguments[0], origin is typing.Required, depth)
    if origin in (typing.Union, types.UnionType):
        return _of_union(name, arguments, required, depth)
    if origin is typing.Literal:
        type_ = "integer" if all(type(one) is int for one in arguments) else "string"
        return dataclasses.replace(
            plain, type=type_, choices=tuple(as_text(one) for one in arguments if one is not None)
        )
    if isinstance(hint, typing.NewType):
        return of_annotation(name, hint.__supertype__, required, depth)
    held = origin if isinstance(origin, type) else hint
    if isinstance(held, type) and held is not typing.Any:
        return _of_class(plain, held, arguments, depth)
    return plain


def _of_union(name: str, arguments: tuple[Any, ...], required: bool, depth: int) -> BodyField:
    """Return the richest of the alternatives, with what tells it from the others as something that has to be sent."""
    found = [of_annotation(name, one, required, depth) for one in arguments if one is not type(None)]
    richest = max(found, key=lambda one: (len(one.fields), one.many, one.type not in ("any", "string")))
    if sum(bool(one.fields) for one in found) < 2:
        return richest
    inner = (dataclasses.replace(one, required=True) if len(one.choices) == 1 else one for one in richest.fields)
    return dataclasses.replace(richest, fields=tuple(inner))


def _of_class(plain: BodyField, made: Any, arguments: tuple[Any, ...], depth: int) -> BodyField:
    if issubclass(made, enum.Enum):
        values = [one.value for one in made]
        type_ = "integer" if values and all(isinstance(one, int) for one in values) else "string"
        return dataclasses.replace(plain, type=type_, choices=tuple(as_text(one) for one in values))
    if is_annotated_class(made):
        return dataclasses.replace(plain, type="object", fields=fields_of_class(made, depth + 1))
    for base in made.__mro__:
        if base.__name__ in _NAMED:
            return dataclasses.replace(plain, type=_NAMED[base.__name__])
    for kind, type_ in _TYPES:
        if issubclass(made, kind):
            return dataclasses.replace(plain, type=type_)
    if issubclass(made, Mapping):
        return dataclasses.replace(plain, type="object")
    if made in _LISTS or made.__module__ == "collections.abc":
        inside = of_annotation(plain.name, arguments[0], depth=depth) if arguments else plain
        return dataclasses.replace(inside, many=True, required=plain.required, default=None)
    return plain


def _limited(plain: BodyField, metadata: Any) -> BodyField:
    changes: dict[str, Any] = {}
    for one in metadata or ():
        for theirs, ours in _LIMITS.items():
            limit = getattr(one, theirs, None)
            if limit is not None and not callable(limit):
                changes[ours] = _as_limit(ours, limit)
    if plain.many:
        # The limits of a list are on its number of values.
        changes = {}
    return dataclasses.replace(plain, **changes)


def _as_limit(name: str, limit: Any) -> Any:
    if name == "pattern":
        return str(getattr(limit, "pattern", limit))
    number = quietly(lambda: float(limit))
    return int(number) if number is not None and name.endswith("length") else number
