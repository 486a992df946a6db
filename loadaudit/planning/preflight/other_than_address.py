"""Another row than that of the address, where an error says that the two of a request must not be the same."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation, Parameter

_SAME = re.compile(
    r"\b(?:(?:can ?no|must no|may no|should no)t|can't|mustn't|shouldn't) be (?:the same|identical|equal)\b"
    r"|\bmust (?:be different|differ)\b|\b(?:to|with|from|of|into|as|under|on|in) (?:it|them)sel(?:f|ves)\b"
    r"|\bits own (?:parent|child|ancestor|descendant)\b",
    re.IGNORECASE,
)
_LONGEST = 2_000
_MOST = 3


def other_than_address(
    operation: Operation, path: str, said: str, sent: Mapping[str, Any], variant: int
) -> Iterator[Complaint]:
    """Yield what names the row of the address, with another of the rows: `Cannot link a product to itself`.

    Never raises.
    """
    if not _SAME.search(said[:_LONGEST]):
        return
    with suppress(Exception):  # managers and converters are the project's own code
        innermost = [one for one in reversed(operation.parameters) if one.model]
        rows = [(one, row) for one in innermost if (row := row_at(one, path)) is not None]
        for name, held in sent.items():
            value = held[0] if isinstance(held, list) and len(held) == 1 else held
            # Rows of two kinds may have the same text: what a field is called tells them apart, else the innermost.
            alike = sorted(rows, key=lambda pair: not _is_called_like(name, pair[0]))
            means = ((row, column) for one, row in alike if (column := _column(operation, one, row, name, value)))
            others = next((_others(row, column)[:_MOST] for row, column in means), [])
            if others:
                other = others[(variant - 1) % len(others)]
                yield Complaint(field=name, choice=True, value=[other] if isinstance(held, list) else other)


def _is_called_like(name: str, one: Parameter) -> bool:
    return name.lower().endswith((f"_{one.name}", f"_{one.model_field}"))


def _column(operation: Operation, one: Parameter, row: Any, name: str, value: Any) -> str:
    """Return the column by which a value means the row of the address; numbers only in what names such a row."""
    key = row._meta.pk.attname
    known = {each.name: each.model for each in operation.body.fields}
    is_named = known.get(name) == one.model or name.lower().endswith(("_id", "_pk", row._meta.model_name))
    columns = [key] if is_named else []
    # An address may go by a column of another row.
    is_own = one.model_field not in (None, "pk") and "__" not in str(one.model_field)
    columns += [row._meta.get_field(str(one.model_field)).attname] if is_own else []
    same = (each for each in columns if value not in (None, "") and str(getattr(row, each)) == str(value))
    return next((each for each in same if is_named or isinstance(getattr(row, each), str)), "")


def _others(row: Any, column: str) -> list[Any]:
    rows = type(row)._base_manager.exclude(pk=row.pk).order_by("pk").values_list(column, flat=True)[: 4 * _MOST]
    values = dict.fromkeys(one for one in rows if one not in (None, "", getattr(row, column)))
    return [one if isinstance(one, int) else str(one) for one in values]
