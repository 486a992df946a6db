"""Files with a row of a table, or with objects, from names and values: text, workbooks, JSON, XML, archives."""

import csv
import io
import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from loadaudit.planning.payloads.archives import WORKBOOK, packed, workbook
from loadaudit.planning.payloads.files import KINDS

_ENDINGS = {
    "csv": (".csv", ".txt", ".tsv", ".tab", ".psv", ".dat"),
    "xlsx": (".xlsx", ".xlsm"),
    "json": (".json", ".geojson", ".txt"),
    "jsonl": (".jsonl", ".ndjson", ".json", ".txt", ".log"),
    "zip": (".zip",),
    "lines": (".txt", ".dat", ".asc"),
    "text": (".txt",),
}
"""What names of such files end in, the usual one first."""

CELL = re.compile(r"[A-Z][1-9]\d?")
"""Name of a cell among the first of a sheet."""

_TYPES = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".xlsx": WORKBOOK, ".jsonl": "application/x-ndjson"}


def ending_of(kind: str, named: tuple[str, ...], root: str = "") -> str:
    """Return what the name of a file of a kind ends in: one that code names for such files, else the usual one."""
    if kind == "xml":
        return next(
            (one for one in named if one in (".xml", f".{root.lower()}")), f".{root.lower()}" if root else ".xml"
        )
    usual = _ENDINGS.get(kind, (f".{kind}",))
    return next((one for one in usual if one in named), named[0] if kind == "text" and named else usual[0])


def usual_endings(kind: str) -> tuple[str, ...]:
    """Return what names of such files usually end in; empty where anything may do."""
    return _ENDINGS.get(kind, ()) if kind in ("csv", "xlsx", "json", "jsonl", "zip") else ()


def type_of(ending: str) -> str:
    """Return the type of the content of files whose names end so."""
    known = _TYPES.get(ending) or KINDS.get(ending.removeprefix("."), ("",))[0]
    return known or mimetypes.types_map.get(ending) or "text/plain"


def table(names: list[str], rows: list[list[Any]], delimiter: str = ",") -> bytes:
    """Return lines of text with a head, unless there are no names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", delimiter=delimiter)
    writer.writerows([*([names] if names else []), *rows])
    return text.getvalue().encode()


def workbook_of(cells: Mapping[str, Any]) -> bytes:
    """Return a workbook with these values in cells by their names, such as `B2`."""
    places = {(int(name[1:]) - 1, ord(name[0]) - ord("A")): value for name, value in cells.items()}
    height, width = (1 + max(one[side] for one in places) for side in (0, 1))
    return workbook([[places.get((row, column), "") for column in range(width)] for row in range(height)])


def begun_with(beginning: bytes) -> str:
    """Return the kind of file whose small one begins so, or empty."""
    return next((one for one, (_, text) in KINDS.items() if beginning and text.startswith(beginning)), "")


def text_with(beginning: bytes, inside: Sequence[bytes]) -> bytes:
    """Return a file that begins so and has these texts in it: a small one of its kind, where there is one."""
    kind = begun_with(beginning)
    known = KINDS[kind][1] if kind else beginning + b"\n"
    return known + b"".join(one + b"\n" for one in inside if one not in known)


def lines_of(width: int) -> bytes:
    """Return a line of so many digits, which are a text and a number wherever the line is cut."""
    return ("1".zfill(width) + "\n").encode()


def content(
    kind: str,
    values: Mapping[str, Any],
    *,
    delimiter: str = ",",
    has_head: bool = True,
    is_list: bool = False,
    under: str = "",
    around: Mapping[str, Any] | None = None,
    members: tuple[str, ...] = (),
    root: str = "",
    width: int = 0,
) -> bytes:
    """Return a file of a kind with one row, or one object, of these values by their names; of lines with digits."""
    if kind == "lines":
        return lines_of(width)
    names = [*values] if has_head else []
    if kind == "csv":
        return table(names, [[*values.values()]], delimiter)
    if kind == "xlsx":
        return workbook([*([names] if names else []), [*values.values()]])
    if kind == "xml":
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())
        name = root or "loadaudit"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{inner}</{name}>\n'.encode()
    if kind == "zip":
        inside = {"csv": "csv", "jsonl": "jsonl"}
        return packed(
            (one, _member(one, inside.get(one.rpartition(".")[2], "json"), values)) for one in members or ("data.json",)
        )
    document: Any = {**(around or {}), under: [dict(values)]} if under else [dict(values)] if is_list else dict(values)
    return (json.dumps(document, default=str) + "\n").encode()


def _member(name: str, kind: str, values: Mapping[str, Any]) -> bytes:
    ending = name.rpartition(".")[2]
    if ending in ("json", "csv", "jsonl"):
        return content(kind, values)
    return KINDS[ending][1] if ending in KINDS else b"loadaudit\n"
