"""Body facts of the inventory → payloads, the most careful one first."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.obeyed import obeying
from loadaudit.planning.payloads.values import NOTHING, Needs, apart, value_of
from loadaudit.records import Body, BodyField, BodyKind, Operation, Pair, Payload, Upload

_IS_A_FILE = re.compile(r"(^|[_-])(file|image|photo|picture|avatar|upload|attachment)$", re.IGNORECASE)
"""Names of fields for files, where nothing else is known of them; JSON has none."""

_OWN = re.compile(r"(current|old|existing)_?p(?:ass|wd)|uid|token$|key$", re.IGNORECASE)

_ONLY_SOME = 3
"""Optional fields that a partial update carries when none is required."""


NOT_KNOWN = Payload(kind=BodyKind.JSON, document="{}", origin="no body is known")


class NoRow(LookupError):
    """A required field has to name a row, and there is none."""


def is_bodiless(operation: Operation) -> bool:
    """Whether an operation is sent without a body: a DELETE too, unless its code reads one, if only by a serializer
    whose fields nobody knows before it is made.
    """
    if operation.method in SAFE_METHODS:
        return True
    body = operation.body
    return operation.method == "DELETE" and body.kind is BodyKind.NONE and not body.source.startswith("serializer ")


def payloads_of(body: Body, method: str, needs: Needs) -> Iterator[Payload]:
    """Yield what may be sent: required fields only, then all fields. Raises NoRow when a required row is missing."""
    if body.kind is BodyKind.NONE and body.source.startswith("form "):
        # A form whose fields nobody knows before it is made.
        yield Payload(kind=BodyKind.FORM, origin=body.source)
        return
    if body.kind is BodyKind.NONE:
        yield NOT_KNOWN
        return
    if body.kind is BodyKind.OTHER:
        yield Payload(kind=BodyKind.OTHER, document="loadaudit", origin=body.source or "raw")
        # Views of an API that want nothing refuse a type that they have no parser for.
        yield Payload(kind=BodyKind.JSON, document="{}", origin=body.source or "raw")
        return
    # What an account or a mail tells is what the operation is about, such as the password that is to be changed.
    required = [
        one
        for one in body.fields
        if one.required or one.name in needs.given or (_OWN.match(one.name) and one.name in needs.known)
    ]
    simple = [one for one in body.fields if one.type not in ("file", "object") and not one.model and not one.many]
    # What takes a file is there for it, whatever its source says.
    is_upload = method == "POST" and body.kind is BodyKind.MULTIPART
    files = [one for one in body.fields if one.type == "file" and is_upload]
    few = required or [*simple[: _ONLY_SOME if method == "PATCH" else len(simple)], *files]
    choices = [few, list(body.fields)]
    plain = [one for one in simple if one.name not in needs.known][:_ONLY_SOME]
    if plain and not any(one.required for one in body.fields):
        # Where nothing is required each field is a wish of its own, and some of them exclude each other.
        choices.append(plain)
    if not (required or files) and method == "POST" and body.kind is BodyKind.JSON:
        # And some name what the project does not have.
        choices.append([])
    sent: list[Payload] = []
    for fields in choices:
        made = payload_of(body, fields, needs, partial=method == "PATCH")
        if made not in sent:
            sent.append(made)
            yield made


def payload_of(body: Body, fields: Sequence[BodyField], needs: Needs, *, partial: bool = False) -> Payload:
    """Return a payload with these fields. Raises NoRow when a required one has to name a row and there is none.

    Of a `partial` update the row keeps what is not sent.
    """
    values = {}
    for one in fields:
        if one.type == "file":
            continue
        value = value_of(one, needs)
        if value is not NOTHING:
            values[one.name] = value
        elif one.required:
            raise NoRow(f"its body has to name a row of {one.model} ({one.name}), and there is none to name: add one")
    values |= apart(fields, values, needs)
    values = obeying(fields if partial else body.fields, values, needs)
    values |= {name: value for name, value in needs.given.items() if name not in values}
    uploads = tuple(upload(one.name, one) for one in fields if one.type == "file")
    return encoded(body, values, uploads)


def encoded(body: Body, values: Mapping[str, Any], uploads: tuple[Upload, ...] = ()) -> Payload:
    """Return values as the body's kind wants them."""
    origin = body.source or "its fields"
    if body.kind is BodyKind.JSON and not uploads:
        document: Any = [values] if body.many else values
        return Payload(kind=BodyKind.JSON, document=json.dumps(document, default=str), origin=origin)
    kind = BodyKind.MULTIPART if uploads or body.kind is BodyKind.MULTIPART else BodyKind.FORM
    return Payload(kind=kind, pairs=pairs_of(values), uploads=uploads, origin=origin)


def pairs_of(values: Mapping[str, Any]) -> tuple[Pair, ...]:
    """Return values as a form sends them: a list repeats its name, but one of objects; a box that is off is not sent.

    Objects are JSON in one text, as scripts send them and views parse them.
    """
    pairs: list[Pair] = []
    for name, value in values.items():
        is_list = isinstance(value, list | tuple) and not any(isinstance(one, dict) for one in value)
        for one in value if is_list else [value]:
            if one is False or one is None:
                continue
            text = "on" if one is True else json.dumps(one) if isinstance(one, dict | list | tuple) else str(one)
            pairs.append(Pair(name=name, value=text))
    return tuple(pairs)


def with_rows_named(body: Body, names: Sequence[str]) -> Body:
    """Return the body with the named fields required: the server asked for them."""
    known = {one.name for one in body.fields}
    is_form = body.kind in (BodyKind.FORM, BodyKind.MULTIPART)
    fields = [replace(one, required=True) if one.name in names else one for one in body.fields]
    fields += [
        BodyField(name=name, type="file" if is_form and _IS_A_FILE.search(name) else "any", required=True)
        for name in names
        if name not in known
    ]
    return replace(body, fields=tuple(fields))
