"""What scripts of the DataTables library ask for the rows of a table with: columns and search in brackets."""

from collections.abc import Sequence

_PLACE = {"draw": "1", "start": "0", "length": "10"}
_COLUMN = {"data": "", "name": "", "searchable": "false", "orderable": "false"}
_SEARCH = {"value": "", "regex": "false"}
_IN_BRACKETS = {
    **{f"columns[0][{key}]": value for key, value in _COLUMN.items()},
    **{f"{of}[{key}]": value for of in ("columns[0][search]", "search") for key, value in _SEARCH.items()},
}
"""One column by which nothing is ordered or looked for, so that the view need not know it."""

_WHOLE = frozenset({"columns", "order", "search"})
"""Names that code takes the keys in brackets together under."""


def as_table_asks(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of a query or a form, those of DataTables as these send them; all others stay as they are.

    Source: https://datatables.net/manual/server-side, "Sent parameters".
    """
    names = {name for name, _ in pairs}
    if "draw" not in names or not names & {"start", "length"}:
        return list(pairs)
    others = [(name, value) for name, value in pairs if name not in _PLACE and name not in _WHOLE]
    return [*_PLACE.items(), *others, *((name, value) for name, value in _IN_BRACKETS.items() if name not in names)]
