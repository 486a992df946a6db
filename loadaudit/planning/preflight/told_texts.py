"""Texts that an error writes out, or says the columns of: a table as text, and what was sent in another spelling."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.preflight.table_columns import columns_named

_OF_A_TABLE = re.compile(r"(?:^|[\W_])[ct]sv(?:$|[\W_])", re.IGNORECASE)
_LACKS = re.compile(r"\b(?:missing|required|lacks?|needs?|must (?:have|contain|include)|expected)\b", re.IGNORECASE)
_MARK = r"[0-9A-Za-z]{4,12}"
"""What stands for the mark in what was sent."""

_LONGEST = 2_000
_MOST_COLUMNS = 40


def told_texts(said: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield names of texts that were sent with what an error says they should be."""
    said = said[:_LONGEST]
    for name, held in sent.items():
        if not isinstance(held, str) or not held:
            continue
        if _OF_A_TABLE.search(name) and _LACKS.search(said):
            yield from ((name, table) for table in _with_columns(said, held, sent))
        elif UNIQUE_TEXT in held and " " in held:
            yield from ((name, text) for text in _spelled_out(said, held))


def _with_columns(said: str, held: str, sent: Container[str]) -> Iterator[str]:
    """Yield a table with the columns that an error misses, behind those that it has."""
    head = held.partition("\n")[0].split(",") if "\n" in held else []
    new = [one for one in columns_named(said) if one not in head and one not in sent]
    if new:
        head = [*head, *new][:_MOST_COLUMNS]
        yield "\n".join((",".join(head), ",".join(f"la-{UNIQUE_TEXT}" for _ in head), ""))


def _spelled_out(said: str, held: str) -> Iterator[str]:
    """Yield what was sent as an error repeats it with another sign for each blank: `a-b-7 != a b 7`."""
    words = [re.escape(one).replace(UNIQUE_TEXT, _MARK) for one in held.split(" ")]
    if not re.search(rf"(?<!\w){' '.join(words)}(?!\w)", said, re.IGNORECASE):
        return
    for sign in "-_":
        if match := re.search(rf"(?<!\w){sign.join(words)}(?!\w)", said, re.IGNORECASE):
            text = held.replace(" ", sign)
            before = text.partition(UNIQUE_TEXT)[0]
            # Small letters are told by how the error writes what stands before the mark.
            yield text if match[0].startswith(before) else text.replace(before, before.lower(), 1)
            return
