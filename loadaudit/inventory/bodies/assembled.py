"""A body put together from what following the source has found."""

from loadaudit.inventory.bodies.drf import kind_by_parsers
from loadaudit.inventory.bodies.reading.frame import Reading
from loadaudit.inventory.bodies.reading.values import Part, Shape, fields_of
from loadaudit.records import Body, BodyField, BodyKind, Evidence, weakest


def body_from(reading: Reading, *, readable: bool) -> Body:
    """Return the body that the reading describes; none when nothing is looked at."""
    root = reading.root
    fields, many = _fields(reading)
    if not (fields or many):
        return _without_fields(reading, readable=readable)
    return Body(
        kind=_kind(reading, fields),
        fields=fields,
        many=many,
        source=", ".join(dict.fromkeys([*(one.source for one in root.parts), *_beside(reading)])),
        evidence=_evidence(root.parts) if root.parts else Evidence.INFERRED,
    )


def is_by_class(reading: Reading) -> bool:
    """Whether a form, a serializer or a class says what the body holds, and not only single keys."""
    return bool(reading.root.parts)


def _fields(reading: Reading) -> tuple[tuple[BodyField, ...], bool]:
    root = reading.root
    unknown = "string" if reading.kinds <= {"form"} else "any"
    files = tuple(fields_of(Shape(keys=reading.files), "file"))
    if root.is_list and root.element is not None and not root.parts:
        return (*fields_of(root.element, unknown), *files), True
    return (*fields_of(root, unknown), *files), any(one.many for one in root.parts)


def _beside(reading: Reading) -> list[str]:
    named = {one.name for part in reading.root.parts for one in part.fields}
    return ["source"] if reading.root.keys.keys() - named or reading.files or not reading.root.parts else []


def _evidence(parts: list[Part]) -> Evidence:
    return weakest(one.evidence for one in parts)


def _without_fields(reading: Reading, *, readable: bool) -> Body:
    if reading.root.parts:
        # A form without fields wants nothing but the request itself.
        return Body(source=reading.root.parts[0].source, evidence=_evidence(reading.root.parts))
    if not reading.kinds:
        return Body(evidence=Evidence.INFERRED if readable else Evidence.ASSUMED)
    return Body(kind=_kind(reading, ()), source="source", evidence=Evidence.INFERRED)


def _kind(reading: Reading, fields: tuple[BodyField, ...]) -> BodyKind:
    has_file = any(one.type == "file" for one in fields)
    if "data" in reading.kinds and reading.view.view_class is not None:
        return kind_by_parsers(reading.view, has_file=has_file)
    if has_file:
        return BodyKind.MULTIPART
    if "form" in reading.kinds and (reading.root.parts or "json" not in reading.kinds):
        return BodyKind.FORM
    return BodyKind.JSON if reading.kinds & {"json", "data"} else BodyKind.OTHER
