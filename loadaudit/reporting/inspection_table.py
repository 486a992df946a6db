"""An inspection on a rich console: readable at 80 columns and without colour."""

import re

from django.utils.translation import gettext as _
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from loadaudit.reporting.inspection_page import Change, Executed, InspectionPage
from loadaudit.reporting.layout import indented, plain_table

_STATEMENT_CHARS = 500
_COLUMNS = re.compile(
    r"(SELECT (?:DISTINCT )?)((?:\"[^\"]*\"\.\"[^\"]*\"(?: AS \"[^\"]*\")?, ){4,}\S+)( FROM .*)", re.DOTALL
)
_BAR = 24
"""Columns of the longest bar."""


def print_inspection(page: InspectionPage, console: Console) -> None:
    """Print where the time and the statements went."""
    console.print(Text(page.title, style="bold"))
    for line in page.lines:
        console.print(Text(line, style="" if page.works else "yellow"))
    _print_changes(page.changes, console)
    _print_time(page, console)
    _print_statements(page, console)
    if page.slowest:
        console.print(Text(page.slowest, style="bold"))
        for line in (shortened(page.slowest_sql), *page.plan):
            console.print(indented(line, 2))
        console.print()
    if page.traceback:
        console.print(Text(_("Exception"), style="bold"))
        console.print(indented(page.traceback.rstrip(), 2))
        console.print()
    for note in page.notes:
        console.print(Text(note, style="dim"))
    console.print(Text(_("Change the code, then compare:")))
    console.print(Text(f"  {page.command}"), soft_wrap=True)


def _print_time(page: InspectionPage, console: Console) -> None:
    console.print()
    console.print(Text(_("Time: %s") % page.total, style="bold"))
    longest = max((one.share for one in page.parts), default=0.0)
    table = plain_table()
    table.show_header = False
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for part in page.parts:
        bar = "█" * max(1, round(_BAR * part.share / longest))
        table.add_row(Text(part.word), part.duration, part.percent, Text(bar, style="cyan"))
    if page.parts:
        console.print(table)
    console.print(Text(page.time_note, style="dim"))
    console.print()
    for name, text in page.panels:
        console.print(Text(f"{name}: {text}"))
    console.print()


def _print_statements(page: InspectionPage, console: Console) -> None:
    console.print(Text(page.statements_title, style="bold"))
    for one in page.statements:
        _print_executed(one, console)
    if page.more_statements:
        console.print(indented(_("… and %d more, which took less") % page.more_statements, 2))
    console.print()


def _print_executed(one: Executed, console: Console) -> None:
    head = Text(f"{one.count}  ", style="bold yellow" if one.repeated else "bold")
    console.print(Padding(head + Text(one.figures), (0, 0, 0, 2), expand=False))
    console.print(indented(shortened(one.sql), 4))
    console.print(indented(one.place, 4, style="cyan"))
    if one.source:
        console.print(indented(one.source, 6, style="dim"))


def shortened(sql: str) -> str:
    """Return a statement with the first of its columns alone, and no more of it than a reader takes in."""
    columns = _COLUMNS.match(sql)
    if columns is not None and (count := columns[2].count(", ")):
        first = columns[2].split(", ", 1)[0]
        sql = f"{columns[1]}{first}, {_('%d more columns') % count}{columns[3]}"
    return sql if len(sql) <= _STATEMENT_CHARS else f"{sql[:_STATEMENT_CHARS]}…"


def _print_changes(changes: tuple[Change, ...], console: Console) -> None:
    if not changes:
        return
    console.print()
    table = plain_table()
    table.add_column("", no_wrap=True)
    table.add_column(_("Before"), justify="right", no_wrap=True)
    table.add_column(_("After"), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in changes:
        verdict = "" if one.better is None else (_("better") if one.better else _("worse"))
        table.add_row(one.word, one.before, one.after, Text(verdict, style="green" if one.better else "red"))
    console.print(table)
