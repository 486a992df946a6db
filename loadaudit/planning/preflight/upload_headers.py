"""Headers of uploads in parts: which part of how much a body is (RFC 9110, section 14.4; tus 1.0.0)."""

import base64
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT, encode
from loadaudit.planning.preflight.asked_headers import headers_read, with_headers
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.view_code import view_at
from loadaudit.planning.resolving import row_at
from loadaudit.records import BodyKind, Operation, Payload, PlannedPath, Upload

AS_A_PART = ", as the part that is to come"
_BEGIN = re.compile(r"(?:^|[-_])(?:offset|start|position|received|uploaded|written|progress|expected|next)(?:[-_]|$)")
_TOTAL = re.compile(r"(?:^|[-_])(?:size|length|total|bytes)$|^total[-_](?:size|bytes|length)")
_PLACE = re.compile(r"(?:^|[-_])(?:chunk|part)[-_](?:index|number|no|id)$|^x[-_](?:chunk|part)$")
_COUNT = re.compile(r"(?:^|[-_])(?:chunks|parts)$|(?:chunk|part)s?[-_](?:count|total)$")
_NAME = re.compile(r"(?:^|[-_])file[-_]?name$")
_OF_PARTS = re.compile(r"^content-range$|^upload-|^tus-|chunk|(?:^|-)part(?:-|$)|file-?name|offset")
"""Names of headers, in lower case, that say what part of a file comes."""

_VERSION = "1.0.0"
_WHOLE = 16_384
"""Bytes that are sent at once: of more, the first part."""

_PART = 1_024
_NUMBERS = 2


def part_as_asked(operation: Operation, one: Try, variant: int) -> tuple[PlannedPath, Payload] | None:
    """Return an address with the headers that its code reads of a part, and the part; None where it reads none.

    Where the part begins and how much all of it is tells the row of the address, or the answer to a wrong one.
    Never raises.
    """
    if one.answer is None or one.payload is None or one.answer.status < HTTPStatus.BAD_REQUEST or one.works:
        return None
    try:
        read = [each for each in headers_read(view_at(one.path.path)) if _OF_PARTS.search(each.lower())]
        return _part(operation, one, one.payload, read, variant) if read else None
    except Exception:  # views and rows of the project may do anything when they are looked at
        return None


def _part(
    operation: Operation, one: Try, payload: Payload, read: list[str], variant: int
) -> tuple[PlannedPath, Payload] | None:
    begin, total = _numbers(operation, one, variant)
    content, kind = _content(payload)
    names = {each.lower() for each in read}
    if total is not None and "upload-length" not in names:
        rest = max(0, total - begin)
        content = b"x" * (rest if rest <= _WHOLE else _PART)
    if payload.kind is not BodyKind.OTHER or content != _content(payload)[0]:
        # A part is bytes, whatever was sent before.
        kind = kind if payload.uploads else "application/octet-stream"
        part = Upload(field="", filename="", content_type=kind, content=base64.b64encode(content).decode())
        payload = Payload(
            kind=BodyKind.OTHER, uploads=(part,), origin=f"{payload.origin.partition(', ')[0]}{AS_A_PART}"
        )
    whole = total if total is not None else begin + len(content)
    lines = tuple(f"{name}: {value}" for name in read if (value := _value(name.lower(), begin, len(content), whole)))
    again = with_headers(one.path, lines)
    return None if again.headers == one.path.headers and payload == one.payload else (again, payload)


def _value(name: str, begin: int, size: int, whole: int) -> str:
    if name == "content-range":
        return f"bytes {begin}-{begin + size - 1}/{whole}" if size else ""
    if name == "upload-metadata":
        return f"filename {base64.b64encode(b'loadaudit.bin').decode()}"
    if name.startswith("tus-"):
        return _VERSION if name in ("tus-resumable", "tus-version") else ""
    if name == "upload-checksum":
        return ""
    if _NAME.search(name):
        return f"{UNIQUE_TEXT}.bin"
    if _PLACE.search(name):
        return "0"
    if _COUNT.search(name):
        return "1"
    return str(begin) if _BEGIN.search(name) else str(whole) if _TOTAL.search(name) else ""


def _content(payload: Payload) -> tuple[bytes, str]:
    made = encode(payload, 1)
    return made.content, made.content_type


def _numbers(operation: Operation, one: Try, variant: int) -> tuple[int, int | None]:
    """Return where the part begins, and how much all of it is, where that is known."""
    columns = dict(_columns(operation, one.path.path))
    totals = [value for name, value in columns.items() if _TOTAL.search(name)]
    begins = [value for name, value in columns.items() if _BEGIN.search(name)]
    document = one.answer.json() if one.answer is not None else None
    told = [
        value
        for name, value in (document.items() if isinstance(document, dict) else ())
        if type(value) is int and _BEGIN.search(str(name).lower())
    ]
    known = [*told, *begins] if variant >= _NUMBERS or one.path.headers else [*begins, *told]
    return next(iter(known), 0), next(iter(totals), None)


def _columns(operation: Operation, path: str) -> Iterator[tuple[str, int]]:
    """Yield the whole numbers of the row of an address by the names of their columns."""
    rows = (row_at(one, path) for one in reversed(operation.parameters) if one.model)
    row: Any = next((one for one in rows if one is not None), None)
    for column in row._meta.concrete_fields if row is not None else ():
        value = getattr(row, column.attname)
        if type(value) is int and not column.is_relation and not column.primary_key:
            yield column.name, value
