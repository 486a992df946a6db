"""What an answer says of a table that was sent as a file: its columns, its first line, the values in it."""

import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.tables import lines_of, table
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.error_words import is_choice, least_items, named_value, wanted
from loadaudit.planning.preflight.files_as_read import value_for
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import BodyField, Payload, Upload

_OF_A_TABLE = re.compile(r"\b(?:columns?|head(?:ers?|ings?)?|csv|first (?:line|row))\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?<!\w)'([^\W\d][\w .-]{0,40})'(?!\w)|`([^\W\d][\w .-]{0,40})`|(?<!\w)\"([^\W\d][\w .-]{0,40})\"(?!\w)"
)
"""An apostrophe inside a word quotes nothing."""

_NAME = r"[^\W\d][\w-]*(?: [^\W\d][\w-]*)?"
_BETWEEN = r"(?:, ?(?:and |or )?| (?:and|or|&) )"
_LISTED = re.compile(
    rf"\b(?:columns?|headers?|headings?|fields?)\b[^:.,;|\t'\"]*: *({_NAME}(?:{_BETWEEN}{_NAME})*)", re.IGNORECASE
)
_ALONE = r"(?!(?:is|are|must|has|have|needs?)\b)[^\W\d][\w-]*"
_BEFORE_A_VERB = re.compile(
    rf"\bcolumns? (?:named |called )?({_ALONE}(?:{_BETWEEN}{_ALONE})*) (?:is|are|must|has|have|needs?|missing)\b",
    re.IGNORECASE,
)
_FIRST_LINE = re.compile(
    r"\b(?:first (?:line|row)|header(?: (?:line|row))?|headings?|columns?)\b[^:.;,|\t]*?"
    r"(?:\b(?:be|is|are|contain|like|read|say|have|with|of)\b|:)[: ]+['\"`]?"
    rf"(?P<names>{_NAME}(?:(?: ?[;|,\t] ?| and ){_NAME})+)",
    re.IGNORECASE,
)
"""All names of it, in their order."""

_COUNTED = re.compile(
    r"\b(?P<count>[2-9]|[1-3]\d) (?:columns|fields|values)\b(?:[^(]{0,20}\((?P<names>[^()]+)\))?", re.IGNORECASE
)
_OF_THE_FIRST = re.compile(r"\b(?:line|row) ?(?:no\.? ?|number |# ?)?[01]\b", re.IGNORECASE)
_UNKNOWN = re.compile(r"\b(?:unknown|unexpected|unsupported|superfluous|extra) (?:columns?|headers?)\b", re.IGNORECASE)
_OF_SOME = re.compile(rf"{_UNKNOWN.pattern}|\b(?:missing|lacks?|required|needed)\b", re.IGNORECASE)
"""The columns that a sentence names are not all."""

_NO_NUMBER = re.compile(
    r"\b(?:no|not an?|be an?|needs? to be an?) (?:valid )?(?:number|decimal|amount)\b", re.IGNORECASE
)
_NO_DATE = re.compile(r"\b(?:no|not an?|be an?) (?:valid )?date\b", re.IGNORECASE)
_DELIMITED = (("\t", r"\btab\b|\\t|\btsv\b"), (";", r"\bsemi-?colons?\b"), ("|", r"\bpipes?\b"), (",", r"\bcommas?\b"))
_WIDTH = re.compile(r"\bline\b[^.]*?(?<!\w)(\d{1,4}) (?:characters|chars|signs|digits)\b", re.IGNORECASE)
_NO_NAME = re.compile(r"^\W|csv$", re.IGNORECASE)
_ENDINGS = (".csv", ".txt", ".tsv", ".tab", ".psv", ".dat")
_MOST_COLUMNS = 40
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read from a file."""

    delimiter: str
    head: list[str]
    """Empty where its first line is a row."""
    rows: list[list[str]]


def with_columns(payload: Payload | None, answer: Answer | None, said: str, needs: Needs) -> Payload | None:
    """Return a body whose table is as an answer asks, of which `said` is what it says; None where it asks for nothing.

    A view that takes rows by the names of their columns fails with a KeyError, if it does not name them itself.
    """
    # A table that the project itself gave stays as it is.
    if payload is None or answer is None or payload.origin.startswith(DECLARED):
        return None
    exception = answer.trace.exception if answer.trace is not None else None
    key = said.strip("'\"") if exception is not None and exception.type == "KeyError" else ""
    tables = {one: _with(one, said, key, needs) for one in payload.uploads if is_table(one)}
    if all(one == other for one, other in tables.items()):
        return None
    return replace(payload, uploads=tuple(tables.get(one, one) for one in payload.uploads))


def is_table(one: Upload) -> bool:
    """Whether a file is called as a table and holds no file of the project's."""
    return one.filename.endswith(_ENDINGS) and not one.path


def table_in(upload: Upload) -> Table | None:
    """Return the table that a file holds; None where it is no text."""
    try:
        content = base64.b64decode(upload.content).decode()
        delimiter = max(_DELIMITERS, key=content.partition("\n")[0].count)
        head, *rows = [*csv.reader(io.StringIO(content), delimiter=delimiter)] or [[]]
    except (ValueError, csv.Error):
        return None
    return Table(delimiter=delimiter, head=head, rows=rows)


def with_table(upload: Upload, made: Table) -> Upload:
    """Return a file with another table in it."""
    return replace(upload, content=base64.b64encode(table(made.head, made.rows, made.delimiter)).decode())


def _with(upload: Upload, said: str, key: str, needs: Needs) -> Upload:
    """Return a file with what is asked for; as it is where it is no text."""
    if (before := table_in(upload)) is None:
        return upload
    made = _added(before, [key], needs) if key else _as_said(before, said, needs)
    return upload if made == before else with_table(upload, made)


def _as_said(before: Table, said: str, needs: Needs) -> Table:
    if before.rows and (least := least_items(said)) > len(before.rows):
        return replace(before, rows=[another(before.rows[0], number) for number in range(least)])
    if (counted := _COUNTED.search(said)) is not None:
        names = [one.strip() for one in re.split(r"[,;|]", counted["names"] or "") if one.strip()]
        return _of_columns(before, names, int(counted["count"]), said, needs)
    if _OF_A_TABLE.search(said):
        first = _FIRST_LINE.search(said)
        if first is not None and not _OF_SOME.search(said):
            return _with_first_line(before, first["names"], said, needs)
        names = [one for one in dict.fromkeys(columns_named(said)) if not _NO_NAME.search(one)]
        if _UNKNOWN.search(said):
            return _without(before, names)
        if any(one not in before.head for one in names):
            return _added(before, names, needs)
    return _with_values(before, said, needs)


def another(row: list[str], number: int) -> list[str]:
    """Return a row whose unique texts are not those of the first."""
    return [text.replace(UNIQUE_TEXT, f"{UNIQUE_TEXT}{number}") if number else text for text in row]


def columns_named(said: str) -> Iterator[str]:
    """Yield the columns that a sentence names, between quotes, behind a colon or before what is said of them."""
    yield from (next(filter(None, one)) for one in _QUOTED.findall(said))
    for pattern in (_LISTED, _BEFORE_A_VERB):
        for match in pattern.finditer(said):
            yield from (name.strip() for name in re.split(_BETWEEN, match[1]) if name.strip())


def _with_first_line(before: Table, text: str, said: str, needs: Needs) -> Table:
    found = next((one for one in ";|\t" if one in text), "," if re.search(r"\S,\S", text) else "")
    names = [one.strip() for one in re.split(r"[;|\t,]| and ", text) if one.strip()]
    delimiter = found or _delimiter_in(said) or before.delimiter
    known = dict(zip(before.head, before.rows[0], strict=False)) if before.rows else {}
    row = [known.get(one) or _text_for(one, "", needs) for one in names]
    return Table(delimiter=delimiter, head=names, rows=[row])


def _delimiter_in(said: str) -> str:
    """Return the delimiter that a sentence calls by its name."""
    return next((one for one, pattern in _DELIMITED if re.search(pattern, said, re.IGNORECASE)), "")


def _of_columns(before: Table, names: list[str], count: int, said: str, needs: Needs) -> Table:
    """Return a table of so many columns; without a head where the first line is taken for a row."""
    names = names if len(names) == count else [*before.head, *(f"column{one}" for one in range(count))][:count]
    row = [_text_for(one, "integer" if one.startswith("column") else "", needs) for one in names]
    delimiter = _delimiter_in(said) or before.delimiter
    is_headless = not before.head or (_OF_THE_FIRST.search(said) is not None and len(before.head) != count)
    return Table(delimiter=delimiter, head=[] if is_headless else names, rows=[row])


def _added(before: Table, names: list[str], needs: Needs) -> Table:
    new = [one for one in names if one not in before.head][: _MOST_COLUMNS - len(before.head)]
    values = [_text_for(one, "", needs) for one in new]
    rows = [[*row, *values] for row in before.rows or [[""] * len(before.head)]]
    return Table(delimiter=before.delimiter, head=[*before.head, *new], rows=rows)


def _without(before: Table, names: list[str]) -> Table:
    kept = [place for place, one in enumerate(before.head) if one not in names]
    rows = [[row[place] for place in kept if place < len(row)] for row in before.rows]
    return Table(delimiter=before.delimiter, head=[before.head[place] for place in kept], rows=rows)


def _with_values(before: Table, said: str, needs: Needs) -> Table:
    """Return a table with other values in the columns of which a sentence says that theirs are wrong."""
    kind = wanted(said) or ("number" if _NO_NUMBER.search(said) else "date" if _NO_DATE.search(said) else "")
    choice = named_value(said)
    if (width := _WIDTH.search(said)) is not None and len(before.head) == 1:
        return replace(before, head=[lines_of(int(width[1])).decode().strip()], rows=[])
    if not (kind or choice or is_choice(said)) or not before.rows:
        return before
    named = [one for one in before.head if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said, re.IGNORECASE)]
    values = {one: str(choice) if choice else _text_for(one, kind, needs) for one in named}
    rows = [[values.get(name, text) for name, text in zip(before.head, row, strict=False)] for row in before.rows]
    if rows == before.rows and named and _OF_THE_FIRST.search(said):
        # What stands there is taken for a row.
        return replace(before, head=[])
    return replace(before, rows=rows)


def _text_for(name: str, kind: str, needs: Needs) -> str:
    return str(value_for(BodyField(name=name, type=kind or "string"), needs))
