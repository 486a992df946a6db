"""Tables of operations at the width of a terminal."""

import io

import pytest
from rich.console import Console

from loadaudit.reporting.lane_layout import print_lane_table
from loadaudit.reporting.lane_tables import LaneTable
from loadaudit.reporting.layout import plain_table

LONG = "PATCH /projects/<int:project_id>/items/<int:item_id>/notes/<int:note_id>/"


def printed(*cells: str, width: int, headings: tuple[str, ...] = ("Operation", "Requests", "p95")) -> list[str]:
    """Return the lines of a table with one row."""
    stream = io.StringIO()
    table = LaneTable(title="", headings=headings, rows=(cells,))
    print_lane_table(table, Console(file=stream, width=width, no_color=True), plain_table())
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    return lines


def test_in_columns_where_they_fit() -> None:
    """One line for each operation."""
    assert printed(LONG, "20", "140 ms", width=100)[-1].split() == [*LONG.split(), "20", "140", "ms"]


def test_an_id_is_never_cut_to_pieces() -> None:
    """It stands on a line of its own, its figures below their headings."""
    heads, name, figures = printed(LONG, "20", "140 ms", width=80)
    assert name == LONG
    assert heads.index("Requests") + len("Requests") == figures.index("20") + len("20")
    assert heads.endswith("p95")
    assert figures.endswith("140 ms")


@pytest.mark.parametrize("width", [40, 80])
def test_long_texts_are_named(width: int) -> None:
    """Where not even the figures fit beside each other."""
    holder = 'UPDATE "budgets_item" SET "quantity" = ?, "price" = ? WHERE "budgets_item"."id" = ? (idle in transaction)'
    lines = printed(LONG, "stock", holder, "3", width=width, headings=("Waited", "For", "Held by", "Seen"))
    text = " ".join(line.strip() for line in lines)
    assert "For: stock Held by: UPDATE" in text
    assert text.endswith("Seen: 3")
