"""What of the row of an address has to be typed once more: `Type the name of the project to confirm.`"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from loadaudit.load.payloads import is_marked
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation
from loadaudit.runfile.redaction import is_secret_name

_ASKS = re.compile(r"\b(?:re-?)?(?:typ(?:e|ing)|enter|repeat|writ(?:e|ing)|confirm)\b", re.IGNORECASE)
_CONFIRMS = re.compile(
    r"\bconfirm|\bmust match\b|\bdoes not match\b|\bto (?:delete|remove|go on|continue)\b", re.IGNORECASE
)
_LONGEST = 300
_SHORTEST = 6
"""Letters of a name that may be two words."""


def typed_again(
    operation: Operation, path: str, said: str, of_fields: Sequence[Complaint], sent: Mapping[str, Any], variant: int
) -> Iterator[Complaint]:
    """Yield a text that was sent with what a row has in a column that an error names, each variant another one.

    Nothing where the error asks for no confirmation, or names no column of the row. `of_fields` is what it says of
    single fields: `confirm` with `The title does not match.`
    """
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    for one in of_fields:
        if one.field in texts and one.value is None and one.said:
            own = {one.field: texts[one.field]}
            if found := [*_typed(operation, path, f"{one.field}: {one.said}", own, variant)]:
                yield from found
                return
    yield from _typed(operation, path, said, texts, variant)


def _typed(operation: Operation, path: str, said: str, sent: Mapping[str, str], variant: int) -> Iterator[Complaint]:
    said = said[:_LONGEST].lower()
    if not (_ASKS.search(said) and _CONFIRMS.search(said)):
        return
    rows = [row for one in operation.parameters if one.model and (row := row_at(one, path)) is not None]
    found = [
        (match[0], value)
        for row in [*reversed(rows), *(other for row in reversed(rows) for other in _leading_to(row))]
        for column in row._meta.concrete_fields
        # What is kept of a password is none, and a token would be sent where nothing hides it.
        if not is_secret_name(column.name)
        and (match := re.search(rf"\b{_spelled(column.name)}\b", said))
        and isinstance(value := getattr(row, column.attname, None), str)
        and value
    ]
    # A `user name` is meant before the row's own `name`.
    known = [value for _, value in sorted(found, key=lambda one: -len(one[0]))]
    texts = sorted(sent, key=lambda name: (not _CONFIRMS.search(name), not is_marked(sent[name])))
    pairs = [(name, value) for name in texts for value in known if sent[name] != value]
    if pairs:
        name, value = pairs[(variant - 1) % len(pairs)]
        yield Complaint(field=name, value=value)


def _spelled(column: str) -> str:
    """Return an expression of how people write the name of a column: `user name` and `user-name` of `username`."""
    plain = column.lower().replace("_", "")
    return "[ _-]?".join(map(re.escape, plain)) if len(plain) >= _SHORTEST else re.escape(plain)


def _leading_to(row: Any) -> Iterator[Any]:
    """Yield the rows that a row hangs on, as the account of a profile."""
    for column in row._meta.concrete_fields:
        if column.is_relation and getattr(row, column.attname, None) is not None:
            with suppress(Exception):  # what it leads to may be gone, and its manager is the project's own
                yield getattr(row, column.name)
