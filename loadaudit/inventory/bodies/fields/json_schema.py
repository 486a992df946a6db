"""Fields of a JSON Schema, as OpenAPI documents and validators write them."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from loadaudit.inventory.bodies.fields.models import CHOICES_MOST, as_text
from loadaudit.records import BodyField

_MAX_DEPTH = 6
_FORMATS = frozenset({"date", "date-time", "time", "duration", "uuid", "email", "uri", "ipv6"})
_CALLED = {"url": "uri", "iri": "uri", "ipv4": "ip", "ip": "ip", "idn-email": "email"}
_FILES = frozenset({"binary", "base64", "byte"})


def fields_of_schema(
    schema: object, document: Mapping[str, Any], depth: int = 0, example: object = None
) -> tuple[tuple[BodyField, ...], bool]:
    """Return the fields of an object's schema, and whether the schema is of a list of such objects.

    `example` is one of what the schema describes, where something outside of it gives one.
    """
    plain = _resolved(schema, document)
    example = example if example is not None else _example(plain)
    if plain.get("type") == "array" or ("items" in plain and "properties" not in plain):
        first = example[0] if isinstance(example, list) and example else None
        return fields_of_schema(plain.get("items"), document, depth + 1, first)[0], True
    required = frozenset(one for one in plain.get("required") or () if isinstance(one, str))
    properties = plain.get("properties")
    if not isinstance(properties, Mapping) or depth > _MAX_DEPTH:
        return (), False
    held = example if isinstance(example, Mapping) else {}
    found = (
        _field(str(name), one, name in required, document, depth, held.get(name)) for name, one in properties.items()
    )
    return tuple(one for one in found if one is not None), False


def _field(
    name: str, schema: object, required: bool, document: Mapping[str, Any], depth: int, example: object
) -> BodyField | None:
    plain = _resolved(schema, document)
    if plain.get("readOnly"):
        return None
    type_ = _type(plain)
    example = example if example is not None else _example(plain)
    if type_ == "array":
        first = example[0] if isinstance(example, list) and example else None
        inside = _field(name, plain.get("items"), required, document, depth + 1, first)
        return BodyField(
            name=name,
            type=inside.type if inside else "any",
            required=required,
            many=True,
            choices=inside.choices if inside else (),
            example=inside.example if inside else None,
            fields=inside.fields if inside else (),
        )
    return BodyField(
        name=name,
        type=type_,
        required=required,
        choices=_choices(plain),
        default=_plain_text(plain.get("default")),
        example=_plain_text(example),
        min_length=_whole(plain.get("minLength")),
        max_length=_whole(plain.get("maxLength")),
        minimum=_number(plain.get("minimum", plain.get("exclusiveMinimum"))),
        maximum=_number(plain.get("maximum", plain.get("exclusiveMaximum"))),
        pattern=str(plain.get("pattern") or ""),
        fields=fields_of_schema(plain, document, depth + 1, example)[0] if type_ == "object" else (),
    )


def _example(plain: Mapping[str, Any]) -> object:
    """Return the schema's own example: one in OpenAPI 3.0, the first of a list in JSON Schema and OpenAPI 3.1."""
    several = plain.get("examples")
    return plain.get("example", several[0] if isinstance(several, list) and several else None)


def _plain_text(value: object) -> str | None:
    if isinstance(value, (date, time)):
        # YAML reads a day that stands there without quotes as one.
        return value.isoformat()
    return as_text(value) if isinstance(value, (str, int, float)) else None


def _choices(plain: Mapping[str, Any]) -> tuple[str, ...]:
    values = [plain["const"]] if "const" in plain else plain.get("enum")
    known = [as_text(one) for one in values if one not in (None, "")] if isinstance(values, list) else []
    return tuple(known)[:CHOICES_MOST]


def _type(plain: Mapping[str, Any]) -> str:
    type_, format_ = plain.get("type"), plain.get("format")
    if isinstance(type_, list):
        type_ = next((one for one in type_ if one != "null"), None)
    if type_ == "string":
        if format_ in _FILES or plain.get("contentMediaType") == "application/octet-stream":
            return "file"
        return _CALLED.get(str(format_), str(format_) if format_ in _FORMATS else "string")
    if type_ == "number" or type_ == "integer" or type_ == "boolean" or type_ == "array":
        return str(type_)
    if type_ == "file":
        return "file"
    if type_ == "object" or "properties" in plain:
        return "object"
    values = plain.get("enum")
    return "string" if isinstance(values, list) and all(isinstance(one, str) for one in values) else "any"


def _resolved(schema: object, document: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    """Follow references, and merge what `allOf` demands and the first alternative that is not null."""
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return {}
    if isinstance(schema.get("$ref"), str):
        target = _resolved(_referred(schema["$ref"], document), document, depth + 1)
        return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    merged: dict[str, Any] = dict(schema)
    parts: list[object] = list(schema.get("allOf") or ())
    for word in ("anyOf", "oneOf"):
        parts += [one for one in schema.get(word) or () if not (isinstance(one, Mapping) and _is_nothing(one))][:1]
    for one in parts:
        _merge(merged, _resolved(one, document, depth + 1))
    return merged


def _is_nothing(schema: Mapping[str, Any]) -> bool:
    return (
        schema.get("type") == "null"
        or schema.get("enum") in ([None], [""])
        or str(schema.get("$ref", "")).endswith(("/NullEnum", "/BlankEnum"))
    )


def _merge(merged: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if key == "properties":
            merged[key] = {**value, **merged.get(key, {})}
        elif key == "required" and isinstance(value, list):
            merged[key] = [*_listed(merged.get(key)), *value]
        else:
            merged.setdefault(key, value)


def _listed(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _referred(pointer: str, document: Mapping[str, Any]) -> object:
    found: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
