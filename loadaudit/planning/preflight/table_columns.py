"""Columns that an import misses in the table that was sent as a file, and the table with them."""

import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.values import suggested
from loadaudit.planning.preflight.corrections import said_of
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import Payload, Upload

_OF_A_TABLE = re.compile(r"\b(?:columns?|headers?|csv)\b", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)'([^\W\d][\w .-]{0,40})'(?!\w)|`([^\W\d][\w .-]{0,40})`")
"""An apostrophe inside a word quotes nothing."""

_LISTED = re.compile(r"\b(?:columns?|headers?)\b[^:.,'\"]*: *([^\W\d][\w ]*(?:, ?[^\W\d][\w ]*)*)", re.IGNORECASE)
_NO_NAME = re.compile(r"^\W|csv$", re.IGNORECASE)
_MOST_COLUMNS = 40
_DELIMITERS = ",;\t|"


def with_columns(payload: Payload | None, answer: Answer | None, day: date) -> Payload | None:
    """Return a body whose table has the columns that an answer misses in it; None where it misses none.

    A view that takes rows by the names of their columns fails with a KeyError, if it does not name them itself.
    """
    # A table that the project itself gave stays as it is.
    uploads = payload.uploads if payload is not None and not payload.origin.startswith(DECLARED) else ()
    tables = [one for one in uploads if one.filename.endswith(".csv") and not one.path]
    names = list(dict.fromkeys(_missing(answer))) if tables and answer is not None and answer.status >= 400 else []
    made = {one: _with(one, names, day) for one in tables} if names else {}
    if payload is None or all(one == other for one, other in made.items()):
        return None
    return replace(payload, uploads=tuple(made.get(one, one) for one in payload.uploads))


def _missing(answer: Answer) -> Iterator[str]:
    exception = answer.trace.exception if answer.trace is not None else None
    said = said_of(answer)
    if exception is not None and exception.type == "KeyError":
        yield said.strip("'\"")
    elif _OF_A_TABLE.search(said):
        quoted = [first or second for first, second in _QUOTED.findall(said)]
        listed = [name.strip() for match in _LISTED.finditer(said) for name in match[1].split(",")]
        yield from (one for one in (*quoted, *listed) if one and not _NO_NAME.search(one))


def _with(upload: Upload, names: list[str], day: date) -> Upload:
    """Return a file with these columns behind its own, a usual value in each; as it is where it is no text."""
    try:
        content = base64.b64decode(upload.content).decode()
        delimiter = max(_DELIMITERS, key=content.partition("\n")[0].count)
        head, *rows = [*csv.reader(io.StringIO(content), delimiter=delimiter)] or [[]]
    except (ValueError, csv.Error):
        return upload
    new = [one for one in names if one not in head][: _MOST_COLUMNS - len(head)]
    values = [str(next(iter(suggested(one, day)), 1)) for one in new]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows(
        [[*head, *new], *([*row, *values] for row in rows)]
    )
    return replace(upload, content=base64.b64encode(text.getvalue().encode()).decode())
