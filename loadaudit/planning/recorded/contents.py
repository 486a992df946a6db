"""What small files hold that tests upload, where it is a table or JSON: kept as bodies are, and made as they are."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from loadaudit.planning.payloads.tables import table
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.rows import models_of_project

Each = Callable[[Any, str], Any]
"""What is done to a value, by its name."""

_TABLES = re.compile(r"\.(?:csv|tsv)$|^(?:text|application)/(?:csv|tab-separated-values)$", re.IGNORECASE)
_DOCUMENTS = re.compile(r"\.(?:geo)?json$|^application/(?:[\w.-]+\+)?json$", re.IGNORECASE)
_LARGEST = 16 * 1024
_MOST_ROWS = 3
_MOST_COLUMNS = 40
_DELIMITERS = ",;\t|"
_NAME = re.compile(r"[^\W\d][\w .()/-]{0,40}")


def kept_of(filename: str, content_type: str, content: bytes, clean: Each) -> str:
    """Return what is kept of a file, as JSON of `clean` values: the head and first rows of a table, or a document.

    Empty where the file is large, of another kind, or its first line names no columns: nothing would tell what is
    somebody's in it.
    """
    if not content or len(content) > _LARGEST:
        return ""
    try:
        text = content.decode("utf-8-sig")
        if any(map(_DOCUMENTS.search, (filename, content_type))):
            document = json.loads(text)
            return "" if _has_nameless(document) else json.dumps({"document": clean(document, "")}, default=str)
        if any(map(_TABLES.search, (filename, content_type))):
            return _table_of(text, clean)
    except (ValueError, RecursionError, csv.Error):
        return ""
    return ""


def _table_of(text: str, clean: Each) -> str:
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    head, *rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row] or [[]]
    names = _names_of(head)
    is_named = len({*names}) == len(head) <= _MOST_COLUMNS and all(map(_NAME.fullmatch, head))
    if not rows or not is_named or not _are_columns(names):
        return ""
    # Of rows in a file nobody knows whether they are persons, and another name does as well.
    names = ["full_name" if one == "name" else one for one in names]
    kept = [[clean(cell, name) for name, cell in zip(names, row, strict=False)] for row in rows[:_MOST_ROWS]]
    return json.dumps({"delimiter": delimiter, "head": head, "rows": kept}, default=str)


def _names_of(head: Sequence[str]) -> list[str]:
    """Return the columns of a table as names in code: `First Name` as `first_name`."""
    names = [re.sub(r"[\W_]+", "_", in_snake_case(one)).strip("_").lower() for one in head]
    return [one.replace("e_mail", "email") for one in names]


def _are_columns(names: Sequence[str]) -> bool:
    """Whether a first line is a head: at least half of it is called like columns of the project's models.

    Else it may be a row with somebody's name and password.
    """
    known = {one.name for model in models_of_project().values() for one in model._meta.concrete_fields}
    return 2 * sum(one in known for one in names) >= len(names)


def _has_nameless(document: Any) -> bool:
    """Whether texts stand in a list of their own: no name tells whether they are somebody's."""
    if isinstance(document, list):
        return any(isinstance(one, str) or _has_nameless(one) for one in document)
    return isinstance(document, dict) and any(map(_has_nameless, document.values()))


def content_of(kept: str, make: Each) -> bytes:
    """Return a file that holds what was kept of one, with values that are made. Raises NoRow as `make` does."""
    held = json.loads(kept)
    if "document" in held:
        return json.dumps(make(held["document"], ""), default=str).encode()
    head = held["head"]
    names = _names_of(head)
    rows = [[str(make(cell, name)) for name, cell in zip(names, row, strict=False)] for row in held["rows"]]
    return table(head, rows, held["delimiter"])
