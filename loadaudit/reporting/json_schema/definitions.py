"""JSON schemas of records: what `codec.to_plain` makes of them, with the texts behind their fields."""

import ast
import inspect
import itertools
import textwrap
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from loadaudit.reporting.json_report import FORMAT_VERSION

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
FLAG: Schema = {"type": "boolean"}


class Definitions:
    """Schemas by the name of their record, made when first asked for."""

    def __init__(self) -> None:
        self.made: dict[str, Schema] = {}

    def of(self, hint: Any) -> Schema:
        """Return the schema of what `codec.to_plain` makes of a value with this type hint."""
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in arguments]}
        if origin in (tuple, Sequence, list):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin in (Mapping, dict):
            return self._mapping(*arguments)
        if is_dataclass(hint):
            return self._record(typing.cast(type, hint))
        if isinstance(hint, type) and issubclass(hint, Enum):
            return {"enum": [one.value for one in hint]}
        return _PLAIN[hint]

    def _mapping(self, key: Any, value: Any) -> Schema:
        schema: Schema = {"type": "object", "additionalProperties": self.of(value)}
        if isinstance(key, type) and issubclass(key, Enum):
            schema["propertyNames"] = {"enum": [str(one.value) for one in key]}
        return schema

    def _record(self, cls: type) -> Schema:
        if cls.__name__ not in self.made:
            self.made[cls.__name__] = {}
            hints, texts = typing.get_type_hints(cls), _descriptions(cls)
            properties = {
                one.name: {**self.of(hints[one.name]), **described(texts.get(one.name, ""))} for one in fields(cls)
            }
            self.made[cls.__name__] = {**object_of(properties), **described(inspect.getdoc(cls) or "")}
        return {"$ref": f"#/$defs/{cls.__name__}"}

    def document(self, name: str, title: str, properties: Schema) -> Schema:
        """Return the schema (JSON Schema, draft 2020-12) of a document with these keys and its version."""
        version = {"const": FORMAT_VERSION, "description": "Raised when a key changes its meaning or goes."}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:loadaudit:{name}:{FORMAT_VERSION}",
            "title": title,
            **object_of({"format_version": version, **properties}),
            "$defs": dict(sorted(self.made.items())),
        }

    def extended(self, cls: type, **further: Schema) -> Schema:
        """Return the schema of a record with further keys beside its own."""
        self.of(cls)
        return object_of({**self.made[cls.__name__]["properties"], **further})


def coverage_counts() -> Schema:
    """Return the keys of a row of the coverage table."""
    counted = ("operations", "attempted", "reached", "succeeded", "loaded", "excluded", "held_back")
    return {**dict.fromkeys(counted, COUNT), "coverage_percent": optional({"type": "number"})}


def object_of(properties: Schema) -> Schema:
    """Return the schema of an object that has all of these keys, and may have more."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_of(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def optional(schema: Schema) -> Schema:
    """Return the schema of something that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def described(text: str) -> Schema:
    """Return a description to merge into a schema, or nothing."""
    return {"description": " ".join(text.split())} if text else {}


def _descriptions(cls: type) -> dict[str, str]:
    """Return what the source says of each field: the text behind it."""
    body = typing.cast(ast.ClassDef, ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]).body
    return {
        before.target.id: after.value.value
        for before, after in itertools.pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }
