"""Columns of the inventory's table: which ones there is room for, how wide they are, and where their text breaks.

A rich table of 10,000 rows takes three seconds and breaks a route in the middle of a word; these lines take one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext as _
from rich.cells import cell_len, chop_cells
from rich.text import Text

from loadaudit.records import Evidence, Operation
from loadaudit.reporting.inventory_words import access_text, body_summary, body_text, marked

_GAP = "  "
_PIECE = re.compile(r"[^/,. ]*(?:[/,.]+ ?| |$)")

Cell = tuple[str, Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, what stands in it, and how narrow it may become before it is left out."""

    heading: str
    cell: Callable[[Operation], Cell]
    least: int = 0
    """0: never narrower than its longest text."""
    most: int = 100
    optional: bool = False
    """Shown only where the others leave room."""


def _columns() -> tuple[Column, ...]:
    """Return all columns; of the optional ones the first get room first."""
    declared = Evidence.DECLARED
    return (
        Column(heading=_("Method"), cell=lambda one: (one.method, one.method_evidence)),
        Column(heading=_("Route"), cell=lambda one: (_route(one), declared), least=24),
        Column(heading=_("Category"), cell=lambda one: (one.category, one.category_evidence), least=10),
        Column(heading=_("Risk"), cell=lambda one: (one.risk.value, one.risk_evidence)),
        Column(heading=_("Access"), cell=lambda one: (access_text(one.access), one.access.evidence), least=16, most=26),
        Column(heading=_("Body"), cell=lambda one: (body_summary(one.body), one.body.evidence), optional=True),
        Column(heading=_("Kind"), cell=lambda one: (one.kind.value, one.kind_evidence), optional=True),
        Column(heading=_("Selects"), cell=_selects, least=20, most=40, optional=True),
        Column(heading=_("View"), cell=lambda one: (one.view, one.view_evidence), most=60, optional=True),
        Column(heading=_("Fields"), cell=_fields, least=30, optional=True),
    )


def lines(operations: Sequence[Operation], width: int) -> Iterator[Text]:
    """Yield the heading, a rule and the rows of a table that is, if at all possible, no wider than `width`."""
    columns = _columns()
    cells = [[_shown(column.cell(one)) for one in operations] for column in columns]
    widths = _widths(columns, cells, width)
    kept = [n for n, column_width in enumerate(widths) if column_width]
    widths = [widths[n] for n in kept]
    yield Text(_joined([columns[n].heading for n in kept], widths), style="bold")
    yield Text("─" * (sum(widths) + len(_GAP) * (len(widths) - 1)))
    for row in zip(*(cells[n] for n in kept), strict=True):
        yield from _row(row, widths)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Return how wide each column is, 0 for those that are left out."""
    longest = [
        min(column.most, max((cell_len(text) for text, _evidence in texts), default=0))
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


def _route(one: Operation) -> str:
    return f"{one.route} {_('(catch-all)')}" if one.catch_all else one.route


def _selects(one: Operation) -> Cell:
    found = [parameter for parameter in one.parameters if parameter.model]
    text = ", ".join(f"{parameter.model}.{parameter.model_field}" for parameter in found)
    sure = all(parameter.evidence is not Evidence.ASSUMED for parameter in found)
    return text, Evidence.DECLARED if sure else Evidence.ASSUMED


def _fields(one: Operation) -> Cell:
    return body_text(one.body).partition("(")[2].removesuffix(")"), one.body.evidence


def _shown(cell: Cell) -> Cell:
    text, evidence = cell
    return (marked(text, evidence) if text else "", evidence)


def _row(row: Sequence[Cell], widths: Sequence[int]) -> Iterator[Text]:
    styles = ["dim" if evidence is Evidence.ASSUMED else "" for _text, evidence in row]
    folded = [_folded(text, width) for (text, _evidence), width in zip(row, widths, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        line = Text(no_wrap=True)
        for n, part in enumerate(parts):
            line.append(part, styles[n] or None)
            line.append(" " * (widths[n] - cell_len(part)) + _GAP)
        line.rstrip()
        yield line


def _folded(text: str, width: int) -> list[str]:
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


def _joined(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text + " " * (width - cell_len(text)) for text, width in zip(texts, widths, strict=True))
    return _GAP.join(padded).rstrip()
