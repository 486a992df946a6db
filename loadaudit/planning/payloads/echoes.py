"""What a GET of a row has answered → what is written back: with one harmless field changed, then as it was."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from loadaudit.inventory.bodies.fields.models import writable_fields
from loadaudit.planning.payloads.bodies import encoded
from loadaudit.planning.payloads.changes import WITH_A_CHANGE, kept_by, with_a_change
from loadaudit.planning.resolving import model_named
from loadaudit.records import Body, BodyField, BodyKind, Operation, Payload

ECHO = "what its GET answers, written back"
WHOLE = f"{ECHO} whole"
"""With keys beside those that were read in code."""


def echoes(body: Body, document: object, path: str = "", columns: Iterable[BodyField] = ()) -> Iterator[Payload]:
    """Yield what a GET of the same row has answered as a body, as far as the body takes it, the changed one first.

    A text of which another value, or a part of the path, is made stays: the row would move to another address.
    `columns` are what the row's model knows of its fields.
    """
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


def columns_behind(operation: Operation) -> tuple[BodyField, ...]:
    """Return what the model of the row that an operation's address names knows of its fields."""
    model = model_named(operation.parameters)
    return writable_fields(model) if model is not None else ()
