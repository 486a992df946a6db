"""The list of runs on the terminal."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadaudit.analysis.result import RunSummary
from loadaudit.reporting import units
from loadaudit.reporting.layout import plain_table
from loadaudit.reporting.wording import state_text

_WIDEST = 10_000
"""Columns of a terminal that nobody has."""


def print_runs(summaries: Sequence[RunSummary], console: Console) -> None:
    """Print a row per run file, also for one that cannot be read."""
    if not summaries:
        console.print(Text(_("There are no runs yet. Make one with: manage.py loadaudit run")))
        return
    rows = [_cells(summary) for summary in summaries]
    console.print(_fitting(rows, console) or _table(rows))


def _fitting(rows: Sequence[tuple[Text, ...]], console: Console) -> Table | None:
    """Return a table whose columns are one cell of many lines each, where no line has to be broken.

    It looks the same as one of many rows, and a thousand of them take rich a third of the time.
    """
    if any("\n" in cell.plain for row in rows for cell in row):
        return None
    table = _table([tuple(Text("\n").join(column) for column in zip(*rows, strict=True))])
    # Measured by itself: rich cuts what it measures to the width that there is.
    wanted = console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum
    return table if wanted <= console.width else None


def _table(rows: Sequence[tuple[Text, ...]]) -> Table:
    shown = plain_table()
    shown.add_column(_("Run"), overflow="fold", ratio=2)
    shown.add_column(_("Time"), overflow="fold")
    for heading in (_("Size"), _("Users"), _("Requests"), _("Coverage")):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column(_("State"), overflow="fold", ratio=1)
    for row in rows:
        shown.add_row(*row)
    return shown


def _cells(summary: RunSummary) -> tuple[Text, ...]:
    info = summary.info
    if info is None:
        empty = Text(units.NONE)
        name = Text(summary.path.rpartition("/")[2])
        return name, empty, Text(units.size(summary.size_bytes)), empty, empty, empty, Text(summary.problem)
    # Seconds and the offset are left to `--format json`.
    time = info.started_at.replace("T", " ")[:16]
    return (
        Text(info.label or info.id),
        Text(time),
        Text(units.size(summary.size_bytes)),
        Text(units.count(info.users) if info.users else units.NONE),
        Text(units.count(summary.requests)),
        Text(units.coverage(summary.coverage) if summary.coverage else units.NONE),
        Text(_("running"), style="green")
        if summary.running
        else Text(state_text(info), style="yellow" if info.cut_short else ""),
    )
