"""What an error says of a list as a whole: that it must name all rows below an address, or that one item is marked."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.judge import Try, tables_read
from loadaudit.planning.resolving import row_at
from loadaudit.records import BodyField, Operation

_WHOLE = re.compile(
    r"\b(?:all|every|each|exactly|complete|entire|full|whole|missing|mismatch|(?:not|does ?n.t) match)\b", re.IGNORECASE
)
_ONE_MARKED = re.compile(r"\b(?:exactly|at least|only)? ?(?:one|1) (?P<words>[\w ]{0,60})", re.IGNORECASE)
_MOST = 200


def whole_lists(operation: Operation, one: Try, said: str, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield lists that were sent, each with the keys of all rows below that of the address, where an error wants them.

    An order is taken only if it names each child once. Which children shows in the tables that were read. Never raises.
    """
    lists = {name: value for name, value in sent.items() if _is_of_keys(value)}
    if not lists or not _WHOLE.search(said):
        return
    with suppress(Exception):  # managers are the project's own code
        keys = next(_keys_below(operation, one), None)
        for name, value in lists.items() if keys else ():
            whole = keys if not value or isinstance(value[0], int) else [*map(str, keys or ())]
            if whole != value:
                yield Complaint(field=name, value=whole, of_row=True)


def one_marked(said: str, sent: Mapping[str, Any], fields: tuple[BodyField, ...]) -> Iterator[Complaint]:
    """Yield the mark of the first item of a list, where an error says that one has it: `One choice must be correct.`"""
    words = {word for match in _ONE_MARKED.finditer(said.lower()) for word in match["words"].split()}
    for field in fields if words else ():
        items = sent.get(field.name)
        marks = [one for one in field.fields if one.type == "boolean" and words.intersection(one.name.split("_"))]
        if marks and isinstance(items, list) and items and all(isinstance(one, dict) for one in items):
            marked = [bool(one.get(marks[0].name)) for one in items]
            if not any(marked):
                yield Complaint(field=field.name, place=(field.name, 0, marks[0].name), value=True)


def _is_of_keys(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, (int, str)) and not isinstance(one, bool) for one in value)


def _keys_below(operation: Operation, one: Try) -> Iterator[list[Any]]:
    """Yield the keys of the rows that belong to one of the address and whose table was read, the innermost first."""
    rows = [row for each in operation.parameters if (row := row_at(each, one.path.path)) is not None]
    read = tables_read(one)
    for row in reversed(rows):
        for link in type(row)._meta.related_objects:
            model: Any = link.related_model
            if link.one_to_many and model._meta.db_table in read:
                found = model._base_manager.filter(**{link.field.name: row}).order_by("pk")
                yield [
                    each if isinstance(each, int) else str(each) for each in found.values_list("pk", flat=True)[:_MOST]
                ]
