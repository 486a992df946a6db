"""What an answer says of single columns of a table that was sent as a file: its rows are corrected as bodies are."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.table_columns import another, is_table, table_in, with_table
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import Body, BodyField, BodyKind, Operation, Outcome, Payload, PlannedPath

Correction = Callable[[Operation, Candidates, Try, int], tuple[PlannedPath, Payload | None] | None]

_NAMES_ONE = ("column", "field", "attribute", "attr", "key", "header", "name", "loc")
_SAYS = ("message", "error", "msg", "detail", "reason", "messages", "errors", "string")
_SHOWS_A_ROW = frozenset({"row", "data", "values", "record", "input", "value", "raw"})
"""Keys of what was sent, which an answer shows beside what is wrong with it."""

_AT_A_LINE = re.compile(r"^\W*(?:line|row|record|item)\W*\d+\W+(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
_BEFORE_A_COLUMN = re.compile(r"^\W*(?:(?:column|field)\W+)?")
_LONGEST_LINE = 300
"""Characters of a text that are read: who names a column does so at its beginning."""

_DEEPEST = 6
_MOST_TOLD = 200
_MOST_LOOKED_AT = 5_000
"""Values of an answer that are read, so that a whole table in it costs little."""


def with_told_columns(
    operation: Operation, candidates: Candidates, one: Try, variant: int, correction: Correction
) -> Payload | None:
    """Return a body whose table has other values in the columns of which an answer says what is wrong, row by row.

    None where it says nothing of that kind. A row is corrected as a JSON body would be. Raises NoRow as that does.
    """
    if one.payload is None or one.answer is None or one.payload.origin.startswith(DECLARED):
        return None
    document = one.answer.json()
    # What the form beside the file has under the same name may be meant as well.
    others = {each.name for each in operation.body.fields if each.type != "file"}
    for upload in one.payload.uploads if document is not None else ():
        table = table_in(upload) if is_table(upload) else None
        if table is None or not table.head or not table.rows:
            continue
        row = dict(zip(table.head, table.rows[0], strict=False))
        told = dict[str, str]()
        for name, said in islice(_told(document, row, 0, iter(range(_MOST_LOOKED_AT))), _MOST_TOLD):
            told |= {name: said} if name not in {*told, *others} else {}
        if not told:
            continue
        answer = replace(one.answer, content=json.dumps({name: [said] for name, said in told.items()}).encode())
        sent = Payload(kind=BodyKind.JSON, document=json.dumps(row), origin="row")
        fields = tuple(BodyField(name=name) for name in row)
        body = Body(kind=BodyKind.JSON, fields=fields, source=operation.body.source)
        alone = replace(one, payload=sent, answer=answer, outcome=Outcome.CLIENT_ERROR, idle=None)
        better = correction(replace(operation, body=body), candidates, alone, variant)
        if better is None or better[1] is None or better[1].kind is not BodyKind.JSON:
            continue
        made = json.loads(better[1].document)
        new = [_text(made.get(name, "")) for name in table.head] if isinstance(made, dict) else table.rows[0]
        rows = [another(new, number) for number in range(len(table.rows))]
        files = [
            with_table(each, replace(table, rows=rows)) if each is upload else each for each in one.payload.uploads
        ]
        return replace(one.payload, uploads=tuple(files))
    return None


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)


def _told(document: Any, row: Mapping[str, str], depth: int, left: Iterator[int]) -> Iterator[tuple[str, str]]:
    """Yield what a document says of columns, as `{"errors": [{"line": 2, "errors": {"email": ["…"]}}]}` does."""
    if depth > _DEEPEST or next(left, None) is None:
        return
    if isinstance(document, list):
        for each in document:
            yield from _told(each, row, depth + 1, left)
    elif isinstance(document, str):
        yield from _in_a_line(document, row)
    elif isinstance(document, dict):
        named = next((_column(document[key], row) for key in _NAMES_ONE if key in document), "")
        said = next((_said(document[key]) for key in _SAYS if key in document), "")
        if named and said:
            yield named, said
            return
        for name, value in islice(document.items(), _MOST_LOOKED_AT):
            if (column := _column(name, row)) and (text := _said(value)) and not _is_shown(text, row[column]):
                yield column, text
            elif name not in _SHOWS_A_ROW:
                yield from _told(value, row, depth + 1, left)


def _column(name: Any, row: Mapping[str, str]) -> str:
    """Return the column that a name means, however it is written; the last of a path counts."""
    last = name[-1] if isinstance(name, list) and name else name
    plain = in_snake_case(str(last)).lower().replace(" ", "_")
    return next((one for one in row if in_snake_case(one).lower().replace(" ", "_") == plain), "")


def _said(value: Any) -> str:
    """Return the text of an error, or of several; empty where it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return next((_said(value[key]) for key in _SAYS if key in value), "")
    if not isinstance(value, Sequence):
        return ""
    texts = [*map(_said, value)]
    return " ".join(texts) if all(texts) else ""


def _is_shown(text: str, sent: str) -> bool:
    """Whether a text is what was sent, and no error."""
    begins = sent.partition(UNIQUE_TEXT)[0]
    return text == sent or (bool(begins) and text.startswith(begins))


def _in_a_line(text: str, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a text says of the column that it names before a colon, perhaps behind a number of a line."""
    line = _AT_A_LINE.match(text[:_LONGEST_LINE])
    name, _, said = (line["rest"] if line is not None else text[:_LONGEST_LINE]).partition(":")
    # Cut and stripped apart: one pattern of both takes seconds for a text of blanks.
    named = re.sub(r"\W+$", "", _BEFORE_A_COLUMN.sub("", name))
    if said.strip() and named and (column := _column(named, row)):
        yield column, re.sub(r"^\W+(?=.)", "", said, flags=re.DOTALL)
