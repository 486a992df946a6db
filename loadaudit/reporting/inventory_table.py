"""The inventory as a table on the terminal, as CSV and as Markdown."""

import csv
from typing import TextIO

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.records import Access, Evidence, Inventory, LeftOut, Operation, Parameter, Problem
from loadaudit.reporting import units
from loadaudit.reporting.markdown_text import code, plain, table
from loadaudit.reporting.terminal import plain_table

COLUMNS = (
    "id",
    "method",
    "method_evidence",
    "route",
    "name",
    "app",
    "view",
    "file",
    "line",
    "category",
    "category_evidence",
    "kind",
    "risk",
    "risk_evidence",
    "login",
    "staff",
    "permissions",
    "csrf_exempt",
    "access_evidence",
    "parameters",
)


def print_inventory(inventory: Inventory, console: Console) -> None:
    """Print a row per operation; facts that are only assumed are dim and marked with a question mark."""
    shown = plain_table()
    shown.add_column(_("Operation"), overflow="fold", ratio=1)
    for heading in (_("Category"), _("Risk"), _("Access")):
        shown.add_column(heading, overflow="fold")
    for one in inventory.operations:
        shown.add_row(
            Text.assemble(_fact(one.method, one.method_evidence), " ", one.route),
            _fact(one.category, one.category_evidence),
            _fact(one.risk.value, one.risk_evidence),
            _fact(access_text(one.access), one.access.evidence),
        )
    console.print(shown)
    summary = _("%(count)s operations; ? marks what is assumed") % {"count": units.count(len(inventory.operations))}
    console.print(Text(summary))
    for line in notes(inventory):
        console.print(Text(line, style="dim"))


def write_csv(inventory: Inventory, stream: TextIO) -> None:
    """Write a heading and a line per operation."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(one) for one in inventory.operations)


def write_markdown(inventory: Inventory, stream: TextIO) -> None:
    """Write a table with a row per operation, then problems and groups that were left out."""
    rows = [
        (
            code(one.id),
            plain(_marked(one.category, one.category_evidence)),
            plain(_marked(one.risk.value, one.risk_evidence)),
            plain(_marked(access_text(one.access), one.access.evidence)),
            code(one.view),
        )
        for one in inventory.operations
    ]
    stream.write(f"# {_('Inventory')}\n\n")
    stream.write(table((_("Operation"), _("Category"), _("Risk"), _("Access"), _("View")), rows))
    lines = notes(inventory)
    if lines:
        stream.write("\n" + "".join(f"- {plain(line)}\n" for line in lines))


def access_text(access: Access) -> str:
    """Return who may call an operation in a few words."""
    needs = [_("staff")] if access.staff else [_("login")] if access.login else []
    needs += access.permissions
    if not needs:
        needs = [_("anyone")]
    return ", ".join(needs)


def notes(inventory: Inventory) -> tuple[str, ...]:
    """Return problems of the URLconf, groups left out, and notes, one line each."""
    return (
        *(_problem(one) for one in inventory.problems),
        *(_left_out(one) for one in inventory.left_out),
        *inventory.notes,
    )


def _problem(problem: Problem) -> str:
    place = f" ({problem.file}:{problem.line})" if problem.file else ""
    return f"{problem.code}: {problem.route}: {problem.detail}{place}"


def _left_out(group: LeftOut) -> str:
    return _("left out: %(count)s operations of %(group)s; %(option)s includes them") % {
        "count": units.count(group.operation_count),
        "group": group.group,
        "option": group.option,
    }


def _marked(text: str, evidence: Evidence) -> str:
    return f"{text}?" if evidence is Evidence.ASSUMED else text


def _fact(text: str, evidence: Evidence) -> Text:
    return Text(_marked(text, evidence), style="dim" if evidence is Evidence.ASSUMED else "")


def _cells(one: Operation) -> tuple[str | int, ...]:
    access = one.access
    return (
        one.id,
        one.method,
        one.method_evidence.value,
        one.route,
        one.name,
        one.app,
        one.view,
        one.file,
        one.line,
        one.category,
        one.category_evidence.value,
        one.kind.value,
        one.risk.value,
        one.risk_evidence.value,
        int(access.login),
        int(access.staff),
        " ".join(access.permissions),
        int(access.csrf_exempt),
        access.evidence.value,
        " ".join(_parameter(parameter) for parameter in one.parameters),
    )


def _parameter(parameter: Parameter) -> str:
    target = f"={parameter.model}.{parameter.model_field}" if parameter.model else ""
    return f"{parameter.name}:{parameter.converter}{target}"
