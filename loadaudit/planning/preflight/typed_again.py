"""What of the row of an address has to be typed once more: `Type the name of the project to confirm.`"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadaudit.load.payloads import is_marked
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation

_ASKS = re.compile(r"\b(?:re-?)?(?:typ(?:e|ing)|enter|repeat|writ(?:e|ing)|confirm)\b", re.IGNORECASE)
_CONFIRMS = re.compile(
    r"\bconfirm|\bmust match\b|\bdoes not match\b|\bto (?:delete|remove|go on|continue)\b", re.IGNORECASE
)
_LONGEST = 300


def typed_again(
    operation: Operation, path: str, said: str, sent: Mapping[str, Any], variant: int
) -> Iterator[Complaint]:
    """Yield a text that was sent with what a row has in a column that an error names, each variant another one.

    Nothing where the error asks for no confirmation, or names no column of the row.
    """
    said = said[:_LONGEST].lower()
    if not (_ASKS.search(said) and _CONFIRMS.search(said)):
        return
    rows = [row for one in operation.parameters if one.model and (row := row_at(one, path)) is not None]
    known = [
        value
        for row in reversed(rows)
        for column in row._meta.concrete_fields
        if re.search(rf"\b{re.escape(column.name.replace('_', ' '))}\b", said)
        and isinstance(value := getattr(row, column.attname, None), str)
    ]
    texts = [name for name, value in sent.items() if isinstance(value, str)]
    texts.sort(key=lambda name: (not _CONFIRMS.search(name), not is_marked(sent[name])))
    pairs = [(name, value) for name in texts for value in known if sent[name] != value]
    if pairs:
        name, value = pairs[(variant - 1) % len(pairs)]
        yield Complaint(field=name, value=value)
