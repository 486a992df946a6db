"""A table of operations on a console: in columns where they fit, else each operation on a line of its own."""

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loadaudit.reporting.lane_tables import LaneTable

_GAP = 2
_INDENT = 4


def print_lane_table(one: LaneTable, console: Console, table: Table) -> None:
    """Print the rows; `table` is an empty one in the style of the report.

    An id in a column of a few characters cannot be read or copied.
    """
    widths = _widths(one)
    rest = sum(widths[1:]) + _GAP * len(widths[1:])
    if not one.operations or widths[0] + rest <= console.width:
        _print_columns(one, console, table)
    elif _INDENT + rest <= console.width:
        _print_under(one, console, widths)
    else:
        _print_named(one, console)


def _widths(one: LaneTable) -> list[int]:
    columns = zip(one.headings, *one.rows, strict=True)
    return [max(map(cell_len, column)) for column in columns]


def _print_columns(one: LaneTable, console: Console, table: Table) -> None:
    for number, name in enumerate(one.headings):
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in one.rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_under(one: LaneTable, console: Console, widths: list[int]) -> None:
    """Print each operation, and its figures in columns below it."""
    for cells, style in ((one.headings, "bold"), *((row, "") for row in one.rows)):
        if not style:
            console.print(Text(cells[0], overflow="fold"))
        figures = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        console.print(Text(" " * _INDENT + (" " * _GAP).join(figures), style=style))


def _print_named(one: LaneTable, console: Console) -> None:
    """Print each operation, and below it each figure with its name."""
    for row in one.rows:
        console.print(Text(row[0], overflow="fold"))
        for name, cell in zip(one.headings[1:], row[1:], strict=True):
            text = Text(f"{name}: {cell}", overflow="fold")
            console.print(Padding(text, (0, 0, 0, _INDENT), expand=False))
