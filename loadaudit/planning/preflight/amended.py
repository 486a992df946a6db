"""Bodies that were sent, with some of their values made anew."""

import json
from dataclasses import replace
from typing import Any

from loadaudit.planning.payloads.data_tables import as_table_asks
from loadaudit.records import BodyKind, Pair, Payload

CORRECTED = ", corrected by the server's answer"
"""Ends the origin of a body that was changed by what the server said about the one before."""

OF_ITS_ROW = ", for its own row"
"""Stands in the origin of a body that names what hangs on the row of its address."""


def of_its_row(payload: Payload) -> Payload:
    """Return a body that is known to be one for its own address alone."""
    plain = payload.origin.removesuffix(CORRECTED)
    ending = CORRECTED if payload.origin.endswith(CORRECTED) else ""
    return replace(payload, origin=f"{plain.removesuffix(OF_ITS_ROW)}{OF_ITS_ROW}{ending}")


def sent_values(payload: Payload, without: set[str]) -> dict[str, Any]:
    """Return the values of a body by name, some left out; of a list with one object those of that."""
    if payload.kind is BodyKind.JSON:
        document = json.loads(payload.document)
        alone = document[0] if isinstance(document, list) and len(document) == 1 else document
        values = alone if isinstance(alone, dict) else {}
    else:
        values = {one.name: one.value for one in payload.pairs}
    return {name: value for name, value in values.items() if name not in without}


def amended(payload: Payload, made: Payload, named: set[str], unwanted: set[str]) -> Payload:
    """Return a body with the named fields as they were made anew; a form keeps all others as they were."""
    origin = f"{payload.origin.removesuffix(CORRECTED)}{CORRECTED}"
    if payload.kind not in (BodyKind.FORM, BodyKind.MULTIPART) or made.kind is BodyKind.JSON:
        return replace(made, origin=origin)
    kept = tuple(one for one in payload.pairs if one.name not in named)
    new = tuple(one for one in made.pairs if one.name in named and one.name not in unwanted)
    pairs = as_table_asks([(one.name, one.value) for one in (*kept, *new)])
    texts = {one.name for one in new}
    uploads = {one.field: one for one in (*payload.uploads, *made.uploads) if one.field not in texts}
    return replace(
        payload,
        kind=BodyKind.MULTIPART if uploads else payload.kind,
        pairs=tuple(Pair(name=name, value=value) for name, value in pairs),
        uploads=tuple(uploads.values()),
        origin=origin,
    )
