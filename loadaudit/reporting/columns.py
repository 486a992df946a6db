"""Tables of many rows on the terminal: which columns there is room for, how wide they are, where their text breaks.

A rich table of 10,000 rows takes three seconds and breaks a route in the middle of a word; these lines take one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Generic, TypeVar

from rich.cells import cell_len, chop_cells
from rich.text import Text

_GAP = "  "
_LEAST = 20
"""Room for a text below a row, however narrow the terminal is."""
_PIECE = re.compile(r"[^/,. ]*(?:[/,.]+ ?| |$)")

Cell = tuple[str, str]
"""A text and its style."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """One column: its heading, what stands in it, and how narrow it may become before it is left out."""

    heading: str
    cell: Callable[[Row], Cell]
    least: int = 0
    """0: never narrower than its longest text."""
    most: int = 100
    optional: bool = False
    """Shown only where the others leave room."""
    is_number: bool = False


def lines(
    columns: Sequence[Column[Row]], rows: Sequence[Row], width: int, below: Callable[[Row], Cell] | None = None
) -> Iterator[Text]:
    """Yield the heading, a rule and the rows of a table that is, if at all possible, no wider than `width`.

    What `below` returns of a row stands under it, behind the first column, where it is not empty.
    """
    cells = [[column.cell(one) for one in rows] for column in columns]
    widths = _widths(columns, cells, width)
    kept = [n for n, column_width in enumerate(widths) if column_width]
    columns, widths = [columns[n] for n in kept], [widths[n] for n in kept]
    yield from _row([(column.heading, "bold") for column in columns], columns, widths)
    yield Text("─" * (sum(widths) + len(_GAP) * (len(widths) - 1)))
    indent = widths[0] + len(_GAP)
    for one, row in zip(rows, zip(*(cells[n] for n in kept), strict=True), strict=True):
        yield from _row(row, columns, widths)
        text, style = below(one) if below is not None else ("", "")
        for part in folded(text, max(width - indent, _LEAST)) if text else ():
            yield Text(" " * indent + part, style, no_wrap=True)


def _widths(columns: Sequence[Column[Row]], cells: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Return how wide each column is, 0 for those that are left out."""
    longest = [
        min(column.most, max((cell_len(text) for text, _style in texts), default=0))
        for column, texts in zip(columns, cells, strict=True)
    ]
    widths = [
        0 if column.optional else max(cell_len(column.heading), found)
        for column, found in zip(columns, longest, strict=True)
    ]
    excess = sum(widths) + len(_GAP) * (sum(map(bool, widths)) - 1) - width
    # The last columns give way first: a route is what is looked for.
    for n in reversed(range(len(columns))):
        if excess > 0 and columns[n].least and widths[n] > columns[n].least:
            given = min(excess, widths[n] - columns[n].least)
            widths[n] -= given
            excess -= given
    for n, column in enumerate(columns):
        # A column without a word in it takes no room.
        if not column.optional or not longest[n]:
            continue
        wanted, room = max(cell_len(column.heading), longest[n]), -excess - len(_GAP)
        found = wanted if room >= wanted else room if column.least and room >= column.least else 0
        widths[n] = found
        excess += found + len(_GAP) if found else 0
    return widths


def _row(row: Sequence[Cell], columns: Sequence[Column[Row]], widths: Sequence[int]) -> Iterator[Text]:
    parts = [folded(text, width) for (text, _style), width in zip(row, widths, strict=True)]
    for line_parts in zip_longest(*parts, fillvalue=""):
        line = Text(no_wrap=True)
        for n, part in enumerate(line_parts):
            padding = " " * (widths[n] - cell_len(part))
            if columns[n].is_number:
                line.append(padding)
            line.append(part, row[n][1] or None)
            line.append(_GAP if columns[n].is_number else padding + _GAP)
        line.rstrip()
        yield line


def folded(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most `width`, which end behind a slash, a comma, a dot or a space."""
    if cell_len(text) <= width:
        return [text]
    found, current = [], ""
    for piece in _PIECE.findall(text):
        if current and cell_len(current + piece.rstrip()) > width:
            found.append(current.rstrip())
            current = "  "
        current += piece
        if cell_len(current.rstrip()) > width:
            *full, current = chop_cells(current, width)
            found += full
    return [*found, current.rstrip()]
