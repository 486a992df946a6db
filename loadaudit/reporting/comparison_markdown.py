"""A comparison as Markdown that fits a pull request: the verdict first, all the rest folded."""

from collections.abc import Sequence
from typing import TextIO

from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import Comparison, Series, Verdict
from loadaudit.reporting.comparison_words import (
    ChangeRow,
    change_rows,
    common_text,
    condition_rows,
    evidence_text,
    other_lines,
    reach_text,
    summary_text,
    total_rows,
)
from loadaudit.reporting.markdown_text import code, plain, table

_SHOWN = 10
"""Rows of each table that are not folded, so that a comment stays under 60 lines."""


def write_comparison_markdown(series: Series, stream: TextIO) -> None:
    """Write the last run against the first."""
    comparison = series.whole
    names = [plain(one.info.label or one.info.id) for one in series.runs]
    stream.write(f"## {_('Load audit')}: {names[0]} → {names[-1]}\n\n")
    stream.write(f"**{plain(summary_text(comparison))}**\n\n")
    rows = list(condition_rows(comparison.differences))
    if any(one.serious for one, _row in rows):
        stream.write(f"{_('The runs were made under different conditions:')}\n\n")
    serious = [tuple(map(plain, row)) for one, row in rows if one.serious]
    if serious:
        stream.write(table(("", names[0], names[-1]), serious[:_SHOWN]) + "\n")
    if text := evidence_text(series.runs):
        stream.write(f"{plain(text)}\n\n")
    stream.write(_changes(comparison, Verdict.WORSE, _("Worse")))
    stream.write(_changes(comparison, Verdict.BETTER, _("Better")))
    if text := common_text(comparison):
        stream.write(f"{plain(text)}\n\n")
    if text := reach_text(comparison):
        stream.write(f"{plain(text)}\n\n")
    folded = table(
        ("", *names), [tuple(map(plain, row)) for row in total_rows(series.runs)], right=range(1, len(names) + 1)
    )
    others = [tuple(map(plain, row)) for one, row in rows if not one.serious]
    if others:
        folded += "\n" + table(("", names[0], names[-1]), others)
    for title, lines in other_lines(comparison):
        folded += f"\n**{plain(title)}**\n\n" + "".join(f"- {code(line)}\n" for line in lines)
    stream.write(_details(_("Figures, coverage, findings"), folded))


def _changes(comparison: Comparison, verdict: Verdict, title: str) -> str:
    rows = change_rows(comparison.operations, verdict)
    if not rows:
        return ""
    shown = f"### {title}\n\n{_table(rows[:_SHOWN])}\n"
    if len(rows) <= _SHOWN:
        return shown
    return shown + _details(_("%(count)s more") % {"count": len(rows) - _SHOWN}, _table(rows[_SHOWN:])) + "\n"


def _table(rows: Sequence[ChangeRow]) -> str:
    headings = (_("Operation"), _("Figure"), _("Before"), _("After"), _("Change"), "p")
    cells = [
        (
            code(one.operation_id),
            plain(one.figure),
            plain(one.first),
            plain(one.second),
            plain(one.change),
            plain(one.p),
        )
        for one in rows
    ]
    return table(headings, cells, right=range(2, 6))


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{plain(summary)}</summary>\n\n{body}\n</details>\n"
