"""A comparison as Markdown that fits a pull request: conditions, the verdict, all the rest folded."""

from collections.abc import Sequence
from typing import TextIO

from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import Comparison, Series, Verdict
from loadaudit.reporting import units
from loadaudit.reporting.comparison_figures import FigureTable, category_table, operation_table
from loadaudit.reporting.comparison_trends import change_point_lines, shown_trends, sparkline, trend_title
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

_COURSES = 30
_OPERATIONS = 100
"""Rows of all operations: a comment of GitHub may have 65,536 characters."""
_SHOWN = 10
"""Rows of each table that are not folded, so that a comment stays under 60 lines."""


def write_comparison_markdown(series: Series, stream: TextIO, *, everything: bool = False) -> None:
    """Write the last run against the first: conditions before any number, what changed, all the rest folded.

    Of operations that did not change there are as many as a comment has room for, with `everything` all.
    """
    comparison = series.whole
    names = [plain(one.info.label or one.info.id) for one in series.runs]
    stream.write(f"## {_('Load audit')}: {names[0]} → {names[-1]}\n\n")
    rows = [(one.serious, tuple(map(plain, row))) for one, row in condition_rows(series.differences)]
    serious, others = ([row for is_serious, row in rows if is_serious is wanted] for wanted in (True, False))
    if rows:
        title = _("The runs were made under different conditions:") if serious else _("Not the same in all runs:")
        stream.write(f"{title}\n\n{table(('', *names), (serious + others)[:_SHOWN])}\n")
    if text := evidence_text(series.runs):
        stream.write(f"{plain(text)}\n\n")
    stream.write(f"**{plain(summary_text(comparison))}**\n\n")
    stream.write(_changes(comparison, Verdict.WORSE, _("Worse")))
    stream.write(_changes(comparison, Verdict.BETTER, _("Better")))
    for text in filter(None, (common_text(comparison), reach_text(comparison))):
        stream.write(f"{plain(text)}\n\n")
    count = None if everything else _OPERATIONS
    for title, figures in (
        (_("Categories"), category_table(comparison)),
        (_("All operations"), operation_table(comparison)),
    ):
        stream.write(_details(title, _figures(figures, count)) + "\n")
    stream.write(
        _details(_("Conditions, figures, coverage, findings"), _folded(series, names, (serious + others)[_SHOWN:]))
    )


def _folded(series: Series, names: Sequence[str], conditions: Sequence[tuple[str, ...]]) -> str:
    columns = range(1, len(names) + 1)
    parts = [table(("", *names), [tuple(map(plain, row)) for row in total_rows(series.runs)], right=columns)]
    if conditions:
        parts.append(table(("", *names), conditions))
    if series.trends:
        courses = [
            (code(trend_title(one)), sparkline(one.values), *(units.duration(value) for value in one.values))
            for one in shown_trends(series, _COURSES)
        ]
        parts.append(table((_("Median over the runs"), "", *names), courses, right=range(2, len(names) + 2)))
        parts += [f"- {plain(line)}\n" for line in change_point_lines(series, _COURSES)]
    for title, lines in other_lines(series.whole):
        parts.append(f"**{plain(title)}**\n\n" + "".join(f"- {code(line)}\n" for line in lines))
    return "\n".join(parts)


def _figures(figures: FigureTable, count: int | None) -> str:
    with_verdict = any(row.verdict for row in figures.rows)
    headings = ("", *([_("Verdict")] if with_verdict else []), *figures.headings)
    rows = [
        (code(row.title), *([plain(row.verdict)] if with_verdict else []), *map(plain, row.cells))
        for row in figures.rows[:count]
    ]
    left = len(figures.rows) - len(rows)
    more = _("… and %(count)s more, with --all") % {"count": units.count(left)} if left else ""
    return table(headings, rows) + (f"\n{plain(more)}\n" if more else "")


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
