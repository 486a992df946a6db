"""What a GET has answered → what is written: a row with one harmless field changed, or as it was, or one like it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from loadaudit.inventory.bodies.fields.models import writable_fields
from loadaudit.planning.payloads.bodies import encoded
from loadaudit.planning.payloads.changes import WITH_A_CHANGE, kept_by, with_a_change
from loadaudit.planning.payloads.values import differing
from loadaudit.planning.resolving import model_named
from loadaudit.records import Body, BodyField, BodyKind, Operation, Payload

ECHO = "what its GET answers, written back"
WHOLE = f"{ECHO} whole"
"""With keys beside those that were read in code."""

COPY = "a new row like one that its list shows"
_MOST_COPIES = 2
_MOST_LISTED = 20
_MOST_ROWS = 2
"""Rows of a list that are written back together."""


def echoes(body: Body, document: object, path: str = "", columns: Iterable[BodyField] = ()) -> Iterator[Payload]:
    """Yield what a GET of the same row has answered as a body, as far as the body takes it, the changed one first.

    A text of which another value, or a part of the path, is made stays: the row would move to another address.
    `columns` are what the row's model knows of its fields. A body that is a list gets rows of the list that is shown.
    """
    if body.many:
        yield from _of_list(body, document, path)
        return
    if not isinstance(document, dict):
        return
    names = {one.name for one in body.fields}
    files = {one.name for one in body.fields if one.type == "file"}
    kept = {name: value for name, value in document.items() if (not names or name in names) and name not in files}
    if not kept:
        return
    body, columns = replace(body, kind=BodyKind.JSON), list(columns)
    stays = kept_by(document.values(), path)
    if change := with_a_change(body.fields, kept, stays, columns):
        yield replace(encoded(body, change), origin=f"{ECHO}{WITH_A_CHANGE}")
    yield replace(encoded(body, kept), origin=ECHO)
    if body.source == "source" and len(kept) < len(document):
        # Keys that were read in code may not be all that it wants, nor all that it writes.
        change = with_a_change(body.fields, document, stays) or with_a_change((), document, stays, columns)
        if change:
            yield replace(encoded(body, change), origin=f"{WHOLE}{WITH_A_CHANGE}")
        yield replace(encoded(body, document), origin=WHOLE)


def _of_list(body: Body, document: object, path: str) -> Iterator[Payload]:
    """Yield some rows of a list with a field of each changed, as they were, and with all that is shown of them."""
    names = {one.name for one in body.fields if one.type != "file"}
    rows = _listed(document)[:_MOST_ROWS]
    kept = [{name: value for name, value in row.items() if not names or name in names} for row in rows]
    if not any(kept):
        return
    stays = [kept_by(row.values(), path) for row in rows]
    of_list = list(zip(kept, stays, strict=True))
    made = (with_a_change(body.fields, row, same) or row for row, same in of_list)
    # No two of them may get one text, where that has to be unique.
    changed = [differing(one, number) if number else one for number, one in enumerate(made)]
    # Which row is meant a key tells, which a serializer may take past its fields.
    whole = [
        {**row, **{name: value for name, value in change.items() if name in row}}
        for row, change in zip(rows, changed, strict=True)
    ]
    tried = ((changed, f"{ECHO}{WITH_A_CHANGE}"), (kept, ECHO), (whole, f"{WHOLE}{WITH_A_CHANGE}"), (rows, WHOLE))
    sent: list[object] = []
    for one, origin in tried:
        if one not in sent:
            sent.append(one)
            yield Payload(kind=BodyKind.JSON, document=json.dumps(one, default=str), origin=origin)


def copies(body: Body, document: object, made: Mapping[str, Any]) -> Iterator[Payload]:
    """Yield bodies that make a row like those of a list: what several values have to do with each other is right there.

    Rows that lack what is required are none. What no two rows may have is as it was `made`, and one text is another.
    """
    names = {one.name for one in body.fields if one.type != "file"}
    required = {one.name for one in body.fields if one.required}
    found = 0
    for row in _listed(document):
        kept = {name: value for name, value in row.items() if name in names}
        if not kept or not required <= kept.keys() | made.keys() or not _has_all_within(body, kept):
            continue
        own = {one.name: made[one.name] for one in body.fields if one.unique and one.name in made}
        change = with_a_change(body.fields, {**kept, **own}, lambda value: False) or {**kept, **own}
        yield replace(encoded(replace(body, kind=BodyKind.JSON), change), origin=COPY)
        if (found := found + 1) >= _MOST_COPIES:
            return


def _has_all_within(body: Body, row: Mapping[str, Any]) -> bool:
    """Whether a row of a list shows what it has of other rows within: some lists tell their keys alone."""
    within = [row.get(one.name) for one in body.fields if one.fields]
    return all(isinstance(one, dict | list) and one for one in within)


def _listed(document: object) -> list[dict[str, Any]]:
    """Return the rows of a list, or of the one in an object with counts and links beside it."""
    if isinstance(document, dict):
        document = next((one for one in document.values() if isinstance(one, list)), None)
    rows = document[:_MOST_LISTED] if isinstance(document, list) else []
    return [one for one in rows if isinstance(one, dict)]


def columns_behind(operation: Operation) -> tuple[BodyField, ...]:
    """Return what the model of the row that an operation's address names knows of its fields."""
    model = model_named(operation.parameters)
    return writable_fields(model) if model is not None else ()
