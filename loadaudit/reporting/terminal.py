"""An analysis on a rich console: readable at 80 columns and without colour."""

import shlex
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadaudit.analysis.result import Analysis, CoverageRow
from loadaudit.records import NOT_SELECTED, Finding, Severity, Verdict
from loadaudit.reporting import facts, imported, units
from loadaudit.reporting.criteria import criteria_rows
from loadaudit.reporting.extra_tables import extra_tables
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.lane_layout import print_lane_table
from loadaudit.reporting.layout import heading, indented, plain_table
from loadaudit.reporting.missed import MissedCategory, missed
from loadaudit.reporting.wording import SEVERITIES, FindingText

_STYLES = {
    Severity.INFO: "dim",
    Severity.WARNING: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}
_VERDICT_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.NOT_ENOUGH_DATA: "yellow"}
_NAMED_OPERATIONS = 5
_NAMED_FINDINGS = 5
_NAMED_UNMATCHED = 20
_STATEMENT_CHARS = 300


def print_analysis(analysis: Analysis, console: Console, *, missed_limit: int | None = 15, infos: bool = False) -> None:
    """Print coverage, what is missing and why, findings and the run's facts.

    At most `missed_limit` operations per category are named, None: all. Findings of severity info are only
    counted unless `infos` is true.
    """
    print_coverage(analysis, console)
    print_missed(analysis, console, limit=missed_limit)
    print_lanes(analysis, console)
    print_findings(analysis, console, infos=infos)
    print_verdict(analysis, console)
    print_criteria(analysis, console)
    print_facts(analysis, console)
    print_imported(analysis, console)


def print_coverage(analysis: Analysis, console: Console) -> None:
    """Print a row per category and one for all operations."""
    table = plain_table()
    table.add_column(_("Category"), overflow="fold", no_wrap=False)
    for name in (
        _("Operations"),
        _("Attempted"),
        _("Reached"),
        _("Succeeded"),
        _("Loaded"),
        _("Excluded"),
        _("Coverage"),
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in analysis.coverage.categories:
        table.add_row(*_coverage_cells(row, row.category))
    table.add_section()
    table.add_row(*_coverage_cells(analysis.coverage.total, _("Total")), style="bold")
    console.print(table)
    console.print()


def print_missed(analysis: Analysis, console: Console, *, limit: int | None = 15) -> None:
    """Print the operations without a proven success by category and reason."""
    groups = missed(analysis)
    if not groups:
        return
    heading(console, _("Not covered, and why"))
    for group in groups:
        _print_missed_category(group, console, limit)
    console.print()


def print_lanes(analysis: Analysis, console: Console) -> None:
    """Print what was sent beside the load and what that has shown."""
    for one in extra_tables(analysis):
        heading(console, one.title)
        print_lane_table(one, console, plain_table())
        if one.note:
            console.print(Text(one.note, style="dim"))
        console.print()


def print_findings(analysis: Analysis, console: Console, *, infos: bool = False) -> None:
    """Print each finding with its claim, cause, action and the next command."""
    shown = [one for one in analysis.findings if infos or one.severity > Severity.INFO]
    hidden = len(analysis.findings) - len(shown)
    heading(console, _("Findings"))
    if not shown:
        console.print(Text(_("Nothing above info.")))
    for group in grouped(shown):
        _print_group(group, console)
    if hidden:
        text = ngettext(
            "1 finding of severity info: manage.py loadaudit diff -v 2",
            "%(count)s findings of severity info: manage.py loadaudit diff -v 2",
            hidden,
        ) % {"count": hidden}
        console.print(Text(text, style="dim"))
    console.print()


def print_verdict(analysis: Analysis, console: Console) -> None:
    """Print what a load tool would have reported beside what is proven."""
    table = Table.grid(padding=(0, 2))
    table.add_row(Text(_("Reported by status code")), Text(facts.reported_text(analysis)))
    table.add_row(Text(imported.proven_label(analysis), style="bold"), Text(facts.proven_text(analysis), style="bold"))
    console.print(table)
    console.print()


def print_criteria(analysis: Analysis, console: Console) -> None:
    """Print each success criterion with what was measured and the verdict."""
    heading(console, _("Success criteria"))
    table = plain_table()
    for name in (_("Limit"), _("Current"), _("Verdict"), ""):
        table.add_column(name, overflow="fold")
    for row in criteria_rows(analysis):
        table.add_row(
            Text(row.limit),
            Text(row.current),
            Text(row.word, style=_VERDICT_STYLES[row.verdict]),
            Text(row.origin, style="dim"),
        )
    console.print(table)
    console.print()


def print_facts(analysis: Analysis, console: Console) -> None:
    """Print the facts of the run, then its messages."""
    table = Table.grid(padding=(0, 2))
    for label, text in (*facts.run_facts(analysis), *facts.latency_lines(analysis)):
        table.add_row(Text(label, style="dim"), Text(text, overflow="fold"))
    console.print(table)
    for message in facts.messages(analysis):
        console.print(Text(f"! {message}", style="yellow"))


def print_imported(analysis: Analysis, console: Console) -> None:
    """Print names of imported results that fit no operation, and what the results cannot tell."""
    rows, limits = imported.unmatched_rows(analysis), imported.limit_texts(analysis)
    if rows:
        console.print()
        heading(console, _("Names that fit no operation"))
        table = plain_table()
        table.add_column(_("Name"), overflow="fold", ratio=1)
        table.add_column(_("Requests"), justify="right", no_wrap=True)
        table.add_column(_("It may be"), overflow="fold", ratio=1)
        for row in rows[:_NAMED_UNMATCHED]:
            table.add_row(Text(row.name), Text(row.requests), Text(row.candidates, style="dim"))
        console.print(table)
        more = len(rows) - _NAMED_UNMATCHED
        if more > 0:
            console.print(Text(_("… and %(count)s more") % {"count": units.count(more)}))
    if limits:
        console.print()
        heading(console, _("What these results cannot tell"))
        for text in limits:
            console.print(indented(text, 2))


def shortened(statement: str) -> str:
    """Return a statement short enough for a terminal."""
    return statement if len(statement) <= _STATEMENT_CHARS else f"{statement[:_STATEMENT_CHARS]}…"


def _coverage_cells(row: CoverageRow, name: str) -> Iterable[Text]:
    counts = (row.operations, row.attempted, row.reached, row.succeeded, row.loaded, row.excluded)
    return (Text(name), *(Text(units.count(value)) for value in counts), Text(units.coverage(row)))


def _print_missed_category(group: MissedCategory, console: Console, limit: int | None) -> None:
    console.print(Text(f"{group.category} ({units.count(group.count)})", style="bold"))
    # Of what nobody has asked for its number is enough, but where all is asked for.
    unasked = [one for one in group.reasons if limit is not None and one.reason == NOT_SELECTED]
    count = group.count - sum(len(one.operations) for one in unasked)
    left = shown = count if limit is None else min(limit, count)
    for entry in [one for one in group.reasons if one not in unasked]:
        named = entry.operations[:left]
        left -= len(named)
        for result in named:
            console.print(indented(result.operation.id, 2))
        if named:
            console.print(indented(entry.reason, 6, style="dim"))
    if shown < count:
        text = _("… and %(count)s more: manage.py loadaudit diff") % {"count": units.count(count - shown)}
        console.print(indented(text, 2))
    if count < group.count:
        text = _("%(count)s left out by --only or --exclude") % {"count": units.count(group.count - count)}
        console.print(indented(text, 2, style="dim"))


def _print_group(group: FindingGroup, console: Console) -> None:
    style = _STYLES[group.severity]
    console.print(
        Text.assemble((f"{group.code} ", style), (str(SEVERITIES[group.severity]), style), "  ", (group.title, "bold"))
    )
    for finding, text in group.entries[:_NAMED_FINDINGS]:
        _print_entry(finding, text, console)
    more = len(group.entries) - _NAMED_FINDINGS
    if more > 0:
        console.print(indented(_("… and %(count)s more") % {"count": units.count(more)}, 2))
    for line in filter(None, (group.cause, group.action)):
        console.print(indented(line, 2))
    for line in _command_lines(group.command, console.width):
        console.print(Text(line, style="dim"), soft_wrap=True)


def _command_lines(command: str, width: int) -> Iterator[str]:
    """Yield a command in lines that a shell takes as they are; an argument is never broken."""
    words = [shlex.quote(one) for one in shlex.split(command)]
    line = "  $"
    for number, word in enumerate(words):
        # The option goes with its value, and two characters are for the mark of a line that goes on.
        valued = word.startswith("--") and number + 1 < len(words)
        needed = len(word) + (1 + len(words[number + 1]) if valued else 0)
        if len(line) + 1 + needed > width - 2 and line.strip() != "$" and not words[number - 1].startswith("--"):
            yield f"{line} \\"
            line = "     "
        line += f" {word}"
    yield line


def _print_entry(finding: Finding, text: FindingText, console: Console) -> None:
    for operation_id in finding.operations[:_NAMED_OPERATIONS]:
        console.print(indented(operation_id, 2))
    more = len(finding.operations) - _NAMED_OPERATIONS
    if more > 0:
        console.print(indented(_("… and %(count)s more") % {"count": units.count(more)}, 2))
    console.print(indented(text.claim, 4 if finding.operations else 2))
    for statement in finding.statements:
        console.print(indented(shortened(statement), 6, style="cyan"))
