"""Tables of where the time went."""

from pathlib import Path

from loadaudit.reporting.time_tables import parts_text, time_tables
from tests.reporting.samples import everything, nothing


def test_the_operations_that_took_most(tmp_path: Path) -> None:
    """One row each, with the typical and the slowest request."""
    (table,) = time_tables(everything(tmp_path))
    assert table.rows
    assert all(len(row) == len(table.headings) for row in table.rows)


def test_without_traces_there_is_no_table(tmp_path: Path) -> None:
    """Nothing is known about the time then."""
    assert time_tables(nothing(tmp_path)) == ()


def test_parts_are_named_by_size() -> None:
    """Small ones are left out, but never what is unexplained and counts."""
    parts = {"queue": 10, "database": 40, "python": 20, "http": 11, "cache": 9, "waiting": 1, "unexplained": 9}
    assert parts_text(parts) == "database 40 %, Python 20 %, other services 11 %, queue 10 %, unexplained 9 %"
    assert parts_text({"database": 0}) == "–"
