"""How tables, headings and paragraphs look on the terminal."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def plain_table() -> Table:
    """Return a table whose only lines are those under the heading and above a section."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, highlight=False)


def heading(console: Console, text: str) -> None:
    """Print the heading of a part."""
    console.print(Text(text, style="bold underline"))


def print_lines(lines: Iterable[Text], console: Console) -> None:
    """Print lines that are as wide as they should be, so that rich need not measure them, and an empty one."""
    console.print(Text("\n").join(lines), soft_wrap=True)
    console.print()


def indented(text: str, columns: int, *, style: str = "") -> Padding:
    """Return a text that keeps its indentation where it wraps."""
    return Padding(Text(text, style=style, overflow="fold"), (0, 0, 0, columns), expand=False)
