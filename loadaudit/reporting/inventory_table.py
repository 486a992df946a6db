"""The inventory as a table on the terminal."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loadaudit.records import Evidence, Inventory, Kind, Operation, Risk
from loadaudit.reporting import units
from loadaudit.reporting.inventory_words import (
    CategoryCount,
    access_text,
    body_text,
    category_counts,
    evidence_text,
    long_facts,
    marked,
    notes,
    parameter_text,
    total_count,
)
from loadaudit.reporting.terminal import plain_table

_WIDE = 140
"""Columns from which on a row has room for parameters and body."""


def print_inventory(inventory: Inventory, console: Console, *, long: bool = False) -> None:
    """Print a row per operation, or with `long` all its facts, then what there is of each category.

    Facts that are only assumed are dim and marked with a question mark.
    """
    operations = inventory.operations
    if long:
        for one in operations:
            _print_long(one, console)
    else:
        console.print(_table(operations, wide=console.width >= _WIDE))
    if operations:
        console.print()
        console.print(_categories(operations))
        console.print()
        console.print(Text(evidence_text(operations)))
    console.print(Text(_("%(count)s operations; ? marks what is assumed") % {"count": units.count(len(operations))}))
    for line in notes(inventory):
        console.print(Text(line, style="dim"))


def _table(operations: Sequence[Operation], *, wide: bool) -> Table:
    shown = plain_table()
    shown.add_column(_("Operation"), overflow="fold", ratio=3)
    for heading in (_("Category"), _("Risk"), _("Access")):
        shown.add_column(heading, overflow="fold")
    if wide:
        shown.add_column(_("Parameters and body"), overflow="fold", ratio=2)
    for one in operations:
        more = [_more(one)] if wide else []
        shown.add_row(
            Text.assemble(_fact(one.method, one.method_evidence), " ", one.route),
            _fact(one.category, one.category_evidence),
            _fact(one.risk.value, one.risk_evidence),
            _fact(access_text(one.access), one.access.evidence),
            *more,
        )
    return shown


def _more(one: Operation) -> Text:
    parts = [_fact(parameter_text(parameter), parameter.evidence) for parameter in one.parameters if parameter.model]
    body = body_text(one.body)
    if body:
        parts.append(_fact(body, one.body.evidence))
    return Text("  ").join(parts)


def _print_long(one: Operation, console: Console) -> None:
    facts = (
        (one.category, one.category_evidence),
        (one.risk.value, one.risk_evidence),
        (access_text(one.access), one.access.evidence),
    )
    heading = Text.assemble(_fact(one.method, one.method_evidence, style="bold"), Text(f" {one.route}", style="bold"))
    heading.append("   ")
    heading.append_text(Text(" · ").join(_fact(text, evidence) for text, evidence in facts))
    console.print(heading)
    for name, text, evidence in long_facts(one):
        line = Text.assemble((f"{name}  ", "cyan"), _fact(text, evidence), overflow="fold")
        console.print(Padding(line, (0, 0, 0, 4), expand=False))


def _categories(operations: Sequence[Operation]) -> Table:
    shown = plain_table()
    shown.add_column(_("Category"))
    for heading in (_("Operations"), *Kind, *Risk):
        shown.add_column(str(heading).capitalize(), justify="right")
    for row in category_counts(operations):
        shown.add_row(*_cells(row))
    shown.add_section()
    shown.add_row(*_cells(total_count(operations)), style="bold")
    return shown


def _cells(row: CategoryCount) -> tuple[str, ...]:
    numbers = (row.total, *row.kinds.values(), *row.risks.values())
    return row.category, *(units.count(number) if number else "·" for number in numbers)


def _fact(text: str, evidence: Evidence, *, style: str = "") -> Text:
    return Text(marked(text, evidence), style="dim" if evidence is Evidence.ASSUMED else style)
