"""What small files hold that tests upload, where it is a table or JSON: kept as bodies are, and made as they are."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

from loadaudit.planning.payloads.tables import table

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
            return json.dumps({"document": clean(json.loads(text), "")}, default=str)
        if any(map(_TABLES.search, (filename, content_type))):
            return _table_of(text, clean)
    except (ValueError, RecursionError, csv.Error):
        return ""
    return ""


def _table_of(text: str, clean: Each) -> str:
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    head, *rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row] or [[]]
    is_named = len({*head}) == len(head) <= _MOST_COLUMNS and all(map(_NAME.fullmatch, head))
    if not rows or not is_named:
        return ""
    # Of rows in a file nobody knows whether they are persons, and another name does as well.
    names = ["full_name" if one.lower() == "name" else one for one in head]
    kept = [[clean(cell, name) for name, cell in zip(names, row, strict=False)] for row in rows[:_MOST_ROWS]]
    return json.dumps({"delimiter": delimiter, "head": head, "rows": kept}, default=str)


def content_of(kept: str, make: Each) -> bytes:
    """Return a file that holds what was kept of one, with values that are made. Raises NoRow as `make` does."""
    held = json.loads(kept)
    if "document" in held:
        return json.dumps(make(held["document"], ""), default=str).encode()
    head = held["head"]
    rows = [[str(make(cell, name)) for name, cell in zip(head, row, strict=False)] for row in held["rows"]]
    return table(head, rows, held["delimiter"])
