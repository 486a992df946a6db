"""The list of runs on the terminal."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.analysis.result import RunSummary
from loadaudit.reporting import units
from loadaudit.reporting.terminal import plain_table
from loadaudit.reporting.wording import state_text


def print_runs(summaries: Sequence[RunSummary], console: Console) -> None:
    """Print a row per run file, also for one that cannot be read."""
    if not summaries:
        console.print(Text(_("There are no runs yet. Make one with: manage.py loadaudit run")))
        return
    shown = plain_table()
    shown.add_column(_("Run"), overflow="fold", ratio=2)
    shown.add_column(_("Time"), overflow="fold")
    for heading in (_("Size"), _("Users"), _("Requests"), _("Coverage")):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column(_("State"), overflow="fold", ratio=1)
    for summary in summaries:
        shown.add_row(*_cells(summary))
    console.print(shown)


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
        Text(units.count(info.users)),
        Text(units.count(summary.requests)),
        Text(units.coverage(summary.coverage) if summary.coverage else units.NONE),
        Text(_("running"), style="green")
        if summary.running
        else Text(state_text(info), style="yellow" if info.cut_short else ""),
    )
