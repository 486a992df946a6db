"""Uploads that look as the code which opens them reads them."""

import base64
import gzip
from dataclasses import replace
from typing import Any

from loadaudit.planning.payloads.tables import (
    CELL,
    begun_with,
    content,
    ending_of,
    text_with,
    type_of,
    usual_endings,
    workbook_of,
)
from loadaudit.planning.payloads.texts import example
from loadaudit.planning.payloads.values import NOTHING, Needs, several, value_of
from loadaudit.planning.preflight.opened.layouts import Layout, layout_of
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import BodyField, Operation, Payload, Upload

AS_READ = ", its file as the code reads it"


def as_read(operation: Operation, path: str, payload: Payload | None, needs: Needs) -> Payload | None:
    """Return a body whose files are as the code behind an operation reads them; None where they were, or nothing tells.

    What the project gave stays as it is.
    """
    if payload is None or payload.origin.startswith(DECLARED) or AS_READ in payload.origin:
        return None
    uploads = tuple(_as_read(operation, path, one, needs) for one in payload.uploads)
    if uploads == payload.uploads:
        return None
    return replace(payload, uploads=uploads, origin=f"{payload.origin}{AS_READ}")


def _as_read(operation: Operation, path: str, upload: Upload, needs: Needs) -> Upload:
    layout = layout_of(operation, path, upload.field) if not upload.path else None
    if layout is None:
        return upload
    told = (layout.columns, layout.members, layout.root, layout.width, layout.begins)
    if not any(told) or not _suits(layout, operation, upload.field):
        return upload
    fact = next((one for one in operation.body.fields if one.name == upload.field), BodyField(name=upload.field))
    endings = (*(f".{one.lstrip('.')}" for one in fact.choices if "/" not in one), *layout.endings)
    kind_begun = begun_with(layout.begins) if layout.kind == "text" else ""
    ending = f".{kind_begun}" if kind_begun else ending_of(layout.kind, endings, layout.root)
    ending += ".gz" if layout.is_packed else ""
    types = [one for one in fact.choices if "/" in one]
    kind = type_of(ending)
    return replace(
        upload,
        filename=f"{upload.filename.partition('.')[0]}{ending}",
        content_type=kind if not types or kind in types else types[0],
        content=base64.b64encode(written(layout, needs)).decode(),
    )


def _suits(layout: Layout, operation: Operation, name: str) -> bool:
    """Whether what is known of a field's kinds has that of the layout: a view may open one of two files."""
    choices = next((one.choices for one in operation.body.fields if one.name == name), ())
    endings = usual_endings(layout.kind)
    types = {type_of(one) for one in endings} | {"text/plain", "application/octet-stream", "application/vnd.ms-excel"}
    return not (choices and endings) or any(f".{one.lstrip('.')}" in endings or one in types for one in choices)


def written(layout: Layout, needs: Needs) -> bytes:
    """Return the content of a file of a layout."""
    if layout.kind == "text":
        return text_with(layout.begins, layout.contains)
    if layout.kind == "xlsx" and layout.columns and all(map(_is_a_cell, layout.columns)):
        return workbook_of({one.name: value_for(one, needs) for one in layout.columns})
    made = content(
        layout.kind,
        {one.name: value_for(one, needs) for one in layout.columns},
        delimiter=layout.delimiter,
        has_head=layout.has_head,
        is_list=layout.is_list,
        under=layout.under,
        around={one.name: value_for(one, needs) for one in layout.around},
        members=layout.members,
        root=layout.root,
        width=layout.width,
    )
    # In what is packed no mark can be found.
    made = example(made.decode()).encode() if layout.is_packed else made
    if layout.kind == "csv" and layout.encoding != "utf-8":
        made = made.decode().encode(layout.encoding, errors="replace")
    return gzip.compress(made, mtime=0) if layout.is_packed else made


def _is_a_cell(column: BodyField) -> bool:
    return CELL.fullmatch(column.name) is not None


def value_for(column: BodyField, needs: Needs) -> Any:
    """Return a value for a column; where it has to name a row and there is none, a usual text."""
    if column.type == "object" and column.fields and not column.many:
        return {one.name: value_for(one, needs) for one in column.fields}
    if column.many and column.type == "number" and column.min_length:
        return several(replace(column, many=False), needs, column.min_length)
    value = value_of(column, needs)
    return value_of(BodyField(name=column.name), needs) if value is NOTHING else value
