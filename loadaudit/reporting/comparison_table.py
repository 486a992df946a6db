"""A comparison on a rich console: readable at 80 columns and without colour."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.analysis.comparison.result import Comparison, RunFigures, Series, Verdict
from loadaudit.reporting import units
from loadaudit.reporting.comparison_figures import FigureTable, category_table, figure_lines, operation_table
from loadaudit.reporting.comparison_trends import change_point_lines, shown_trends, sparkline, trend_title
from loadaudit.reporting.comparison_words import (
    INTERVAL_RUNS,
    change_rows,
    common_text,
    condition_rows,
    evidence_text,
    other_lines,
    reach_text,
    summary_text,
    total_rows,
)
from loadaudit.reporting.layout import heading, indented, plain_table

_NAMED = 15


def print_comparison(series: Series, console: Console, *, everything: bool = False) -> None:
    """Print conditions, figures of the runs, and what got worse or better; of several runs also the course.

    With `everything` also the figures of each category and operation, whether they changed or not.
    """
    _print_conditions(series, console)
    _print_totals(series.runs, console)
    if len(series.runs) > 2:
        _print_course(series, console)
    if everything:
        _print_figures(_("Categories"), category_table(series.whole), console)
        _print_figures(_("All operations"), operation_table(series.whole), console)
    print_changes(series.whole, console)
    if not everything:
        console.print(Text(_("Figures of every category and operation: --all."), style="dim"))


def _print_conditions(series: Series, console: Console) -> None:
    rows = list(condition_rows(series.differences))
    heading(console, _("Not the same in all runs"))
    if not rows:
        console.print(Text(_("Nothing that is recorded.")))
    else:
        table = plain_table()
        for name in ("", *_names(series.runs)):
            table.add_column(name, overflow="fold")
        for one, row in rows:
            table.add_row(*(Text(cell, style="yellow" if one.serious else "") for cell in row))
        console.print(table)
    if any(one.serious for one, _row in rows):
        console.print(Text(_("The figures below are of different conditions."), style="yellow"))
    if text := evidence_text(series.runs):
        console.print(Text(text, style="yellow"))
    console.print()


def _print_totals(runs: Sequence[RunFigures], console: Console) -> None:
    table = plain_table()
    for name in ("", *_names(runs)):
        table.add_column(name, overflow="fold", justify="right" if name else "left")
    for row in total_rows(runs):
        table.add_row(*map(Text, row))
    console.print(table)
    if len(runs) <= INTERVAL_RUNS and any(one.low or one.high for run in runs for one in run.quantiles.values()):
        console.print(Text(_("In brackets: 95 % confidence, from blocks of time."), style="dim"))
    console.print()


def _print_course(series: Series, console: Console) -> None:
    """Print the course of the whole run and of operations, those that changed most first."""
    heading(console, _("Median over the runs"))
    table = plain_table()
    for name in (_("Operation"), "", *_names(series.runs)):
        table.add_column(name, overflow="fold", justify="left" if name == _("Operation") or not name else "right")
    for trend in shown_trends(series, _NAMED):
        changed = {one.position for one in trend.changes}
        cells = [
            Text(f"{units.duration(value)}{' *' if at in changed else ''}", style="bold" if at in changed else "")
            for at, value in enumerate(trend.values)
        ]
        table.add_row(Text(trend_title(trend)), Text(sparkline(trend.values)), *cells)
    console.print(table)
    console.print(Text(_("*: changed beyond noise from this run on."), style="dim"))
    for line in change_point_lines(series, _NAMED):
        console.print(indented(line, 2))
    console.print()


def _print_figures(title: str, table: FigureTable, console: Console) -> None:
    heading(console, title)
    for name, figures in figure_lines(table):
        console.print(indented(name, 2))
        console.print(indented(figures, 6))
    console.print()


def print_changes(comparison: Comparison, console: Console) -> None:
    """Print what got worse or better, what moved everything, and findings and operations that came and went."""
    for verdict, title, style in (
        (Verdict.WORSE, _("Worse"), "red"),
        (Verdict.BETTER, _("Better"), "green"),
    ):
        rows = change_rows(comparison.operations, verdict)
        heading(console, title)
        if not rows:
            console.print(Text(_("Nothing beyond noise.")))
        for row in rows[:_NAMED]:
            console.print(indented(row.operation_id, 2))
            text = f"{row.figure}: {row.first} → {row.second} ({row.change}, p {row.p})"
            console.print(indented(text, 6, style=style))
        if len(rows) > _NAMED:
            console.print(indented(_("… and %(count)s more") % {"count": units.count(len(rows) - _NAMED)}, 2))
        console.print()
    if text := common_text(comparison):
        console.print(Text(text, style="yellow"))
    if text := reach_text(comparison):
        console.print(Text(text, style="dim"))
    for title, lines in other_lines(comparison):
        heading(console, title)
        for line in lines[:_NAMED]:
            console.print(indented(line, 2))
        if len(lines) > _NAMED:
            console.print(indented(_("… and %(count)s more") % {"count": units.count(len(lines) - _NAMED)}, 2))
        console.print()
    console.print(Text(_("Operations: %(counts)s") % {"counts": summary_text(comparison)}, style="bold"))


def _names(runs: Sequence[RunFigures]) -> list[str]:
    return [one.info.label or one.info.id for one in runs]
