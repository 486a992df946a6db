"""Texts and tables in Markdown that nothing inside them can break."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_SPACE = re.compile(r"\s+")
_TICKS = re.compile(r"`+")


def plain(text: str) -> str:
    """Return `text` on one line with everything escaped that Markdown or HTML would interpret."""
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", text).strip()).replace("&", "&amp;")


def code(text: str) -> str:
    """Return `text` as a code span that may stand in a table cell."""
    text = _SPACE.sub(" ", text).strip()
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    pad = " " if "`" in text else ""
    # GitHub's tables end a cell at a bar even inside a code span, and take the backslash away again.
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def block(text: str, language: str = "") -> str:
    """Return `text` as a fenced block."""
    fence = "`" * max(3, max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> str:
    """Return a table of cells that are Markdown already; the columns numbered in `right` are right-aligned."""
    aligned = set(right)
    rule = ["--:" if column in aligned else "---" for column in range(len(headings))]
    lines = [headings, rule, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
