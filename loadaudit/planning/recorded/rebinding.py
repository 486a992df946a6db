"""Recorded requests → bodies and queries of a run: rows of the tests become rows of the run, secrets are made."""

import base64
import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.apps import apps

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_TEXT
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.files import KINDS, upload
from loadaudit.planning.payloads.values import NOTHING, Needs, apart, value_of
from loadaudit.planning.recorded.contents import content_of
from loadaudit.planning.recorded.redaction import MADE, MARK, ROW
from loadaudit.planning.recorded.shapes import like
from loadaudit.planning.recorded.store import Recorded
from loadaudit.records import BodyField, BodyKind, Operation, Pair, Payload, Upload

RECORDED = "recorded"
"""How the origin of a body begins that a test sent."""

_SAME_TEXT, _SAME_NUMBER = "abc123", "123"
"""In an address, where nothing has to be unique."""

_OF_ONE_REQUEST = re.compile(r"idempoten|request-id|correlation|trace-id", re.IGNORECASE)
UNIQUE_ID = f"00000000-0000-4000-8000-{UNIQUE_NUMBER}000"
_TEST_CARD = "4111111111111111"
"""The number that payment services give for tests."""
_HAS_LETTERS = re.compile(r"[Aa!]")
_TELLS_NOTHING = ("string", "any")

_KEY = re.compile(r"^(?P<name>\w+?)_(?:id|pk|uuid)(?P<many>s?)$")


def recorded_payloads(operation: Operation, entries: Sequence[Recorded], needs: Needs) -> Iterator[Payload]:
    """Yield the bodies that tests sent for an operation; one that names a row where there is none is left out."""
    fields = {one.name: one for one in operation.body.fields}
    for one in (entry for entry in entries if entry.values is not None):
        origin = f"{RECORDED} from {one.source}" if one.source else RECORDED
        try:
            if one.kind is BodyKind.JSON:
                document = _bound(one.values, "", fields, needs)
                if isinstance(document, dict):
                    document |= apart(fields.values(), document, needs)
                yield Payload(kind=BodyKind.JSON, document=json.dumps(document, default=str), origin=origin)
            else:
                pairs = [Pair(name=name, value=str(_scalar(value, name, fields, needs))) for name, value in one.values]
                marks = apart(fields.values(), {each.name: each.value for each in pairs}, needs)
                pairs = [replace(each, value=marks.get(each.name, each.value)) for each in pairs]
                held = (*one.contents, *[""] * len(one.uploads))
                uploads = tuple(
                    _with_content(_file_like(each, fields.get(each.field)), kept, needs)
                    for each, kept in zip(one.uploads, held, strict=False)
                )
                yield Payload(kind=one.kind, pairs=tuple(pairs), uploads=uploads, origin=origin)
        except NoRow:
            continue


def unused(operation: Operation, entries: Sequence[Recorded], needs: Needs) -> str:
    """Return why no body that tests sent for an operation can be sent, or empty."""
    kept = [one for one in entries if one.values is not None]
    if not kept or any(True for _ in recorded_payloads(operation, kept, needs)):
        return ""
    rows = {row["model"]: None for one in kept for row in ROW.finditer(json.dumps(one.values, default=str))}
    return f"there is no row of {', '.join(rows)}" if rows else "there is no row that it has to name"


def _file_like(recorded: Upload, field: BodyField | None) -> Upload:
    """Return a small file of the recorded kind, whose content was not kept."""
    if recorded.content:
        return recorded
    ending = recorded.filename.rpartition(".")[2]
    by_type = next((each for each, (kind, _) in KINDS.items() if kind == recorded.content_type), "")
    known = ending if ending in KINDS else by_type
    made = replace(upload(known) if known else upload(recorded.field, field), field=recorded.field)
    filename = f"{made.filename.partition('.')[0]}{recorded.filename}" if ending else made.filename
    return replace(made, filename=filename, content_type=recorded.content_type)


def _with_content(made: Upload, kept: str, needs: Needs) -> Upload:
    """Return a file with what was kept of one that a test sent, with rows of the run and values of its own."""
    if not kept:
        return made
    content = content_of(kept, lambda value, name: _bound(value, name, {}, needs))
    return replace(made, content=base64.b64encode(content).decode())


def recorded_queries(entries: Sequence[Recorded], needs: Needs) -> Iterator[str]:
    """Yield the query strings that tests sent; one that names a row where there is none is left out."""
    for one in entries:
        with contextlib.suppress(NoRow):
            pairs = [(pair.name, str(_queried(pair, needs))) for pair in one.query]
            if pairs:
                yield urlencode(pairs).replace(UNIQUE_TEXT, _SAME_TEXT).replace(UNIQUE_NUMBER, _SAME_NUMBER)


def recorded_headers(entries: Sequence[Recorded], sent: Sequence[str], needs: Needs) -> tuple[str, ...]:
    """Return the lines of headers that all tests of an operation sent, but those of names that were `sent`."""
    had = {one.partition(":")[0].lower() for one in sent}
    found: dict[str, str] = {}
    for pair in (pair for one in entries for pair in one.headers if pair.name.lower() not in had):
        with contextlib.suppress(NoRow):
            value = UNIQUE_ID if _OF_ONE_REQUEST.search(pair.name) else str(_scalar(pair.value, pair.name, {}, needs))
            found.setdefault(pair.name, f"{pair.name}: {value}")
    return tuple(found.values())


def recorded_look_ups(recorded: Mapping[str, Sequence[Recorded]]) -> dict[str, dict[str, tuple[str, str]]]:
    """Return the models and columns whose rows the tests named in addresses: by route and parameter."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for id_, entries in recorded.items():
        for pair in (pair for one in entries for pair in one.path):
            if (row := ROW.fullmatch(pair.value)) is not None:
                found.setdefault(id_.partition(" ")[2], {}).setdefault(pair.name, (row["model"], row["field"]))
    return found


def _queried(pair: Pair, needs: Needs) -> Any:
    """Return the value of a query; there a row is also named by its model alone: `?project=7`."""
    model = _model_named(f"{pair.name}_id") if pair.value.isdigit() else ""
    if model:
        return _made(BodyField(name=pair.name, model=model, model_field="pk"), needs)
    return _scalar(pair.value, pair.name, {}, needs)


def _bound(value: Any, name: str, fields: Mapping[str, BodyField], needs: Needs) -> Any:
    if isinstance(value, dict):
        inner = {one.name: one for one in (fields[name].fields if name in fields else ())} or fields
        return {MARK.sub(_SAME_TEXT, key): _bound(entry, key, inner, needs) for key, entry in value.items()}
    if isinstance(value, list):
        # Several rows were several ones.
        seen = Counter[str]()
        each: list[Any] = []
        for entry in value:
            is_row = isinstance(entry, str) and ROW.fullmatch(entry) is not None
            turn = replace(needs, variant=needs.variant + seen[entry]) if is_row and seen[entry] else needs
            made = _bound(entry, name, fields, turn)
            if is_row and seen[entry] and made in each:
                # The user has fewer of its own: the next are others'. None is named twice.
                made = _bound(entry, name, fields, replace(turn, rows=needs.others or needs.rows))
            seen.update([entry] if is_row else [])
            each += [made] if not (is_row and seen[entry] > 1 and made in each) else []
        return each
    return _scalar(value, name, fields, needs)


def _scalar(value: Any, name: str, fields: Mapping[str, BodyField], needs: Needs) -> Any:
    """Return a value as it was recorded, unless it named a row, has to be unique, or was taken out."""
    field = fields.get(name)
    if value in (None, ""):
        return value
    row = ROW.fullmatch(value) if isinstance(value, str) else None
    is_own = field is not None and row is not None and field.column == f"{row['model']}.{row['field']}"
    if row is not None and not (is_own and field is not None and field.unique):
        # What is written into the unique column itself is a new value, whatever row had the one of the tests.
        return _of_row(row, name, needs)
    if (text := _in_its_form(value, field)) is not None:
        return text
    if field is not None and (field.model or field.unique):
        return _made(BodyField(**_without_many(field)), needs)
    if isinstance(value, str) and MARK.search(value):
        return _made_anew(value, name, field, needs)
    model = _model_named(name) if field is None and not isinstance(value, (bool, float)) else ""
    return _made(BodyField(name=name, model=model, model_field="pk"), needs) if model else value


def _in_its_form(value: Any, field: BodyField | None) -> str | None:
    """Return a text with the form of one that was taken out, which tells more than most fields do."""
    shaped = MARK.fullmatch(value) if isinstance(value, str) else None
    if shaped is None or shaped["of"] != "=" or not (shaped["check"] or _HAS_LETTERS.search(shaped["layout"])):
        return None
    if field is not None and (field.model or field.choices or field.pattern):
        return None
    return like(shaped["layout"], shaped["check"] or "")


def _of_row(row: "re.Match[str]", name: str, needs: Needs) -> Any:
    """Return what a row of the run has in the column in which a row of the tests had the value."""
    found = _made(BodyField(name=name, model=row["model"], model_field=row["field"]), needs)
    return found if row["of"] else str(found)


def _made_anew(value: str, name: str, field: BodyField | None, needs: Needs) -> Any:
    """Return a value for one that was taken out: what is known of its field goes before what its mark tells."""
    whole = MARK.fullmatch(value)
    if whole is None:
        return MARK.sub(_SAME_TEXT, value)
    if field is not None and (value == MADE or field.type not in _TELLS_NOTHING or field.choices or field.pattern):
        return _made(BodyField(**_without_many(field)), needs)
    if whole["layout"]:
        digits = re.sub("9", lambda digit: str(1 + digit.start() % 9), whole["layout"])
        return float(digits) if whole["of"] == "~" and "." in digits else int(digits) if whole["of"] == "~" else digits
    if whole["kind"] == "card":
        return _TEST_CARD
    return _made(BodyField(name=name, type=whole["kind"] or "string"), needs)


def _without_many(field: BodyField) -> dict[str, Any]:
    return {name: getattr(field, name) for name in field.__slots__ if name != "many"}


def _made(field: BodyField, needs: Needs) -> Any:
    found = value_of(field, needs)
    if found is NOTHING:
        raise NoRow(f"a recorded body has to name a row of {field.model}")
    return found


def _model_named(name: str) -> str:
    """Return the label of the only model that a key such as `project_id` can mean, or empty."""
    match = _KEY.match(name)
    if match is None:
        return ""
    wanted = match["name"].replace("_", "").lower()
    found = [model._meta.label for model in apps.get_models() if model._meta.model_name == wanted]
    return found[0] if len(found) == 1 else ""
