"""The inventory as a table on the terminal."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadaudit.records import Evidence, Inventory, Kind, Operation, Problem, Risk
from loadaudit.reporting import units
from loadaudit.reporting.inventory_counts import CategoryCount, category_counts, evidence_counts, total_count
from loadaudit.reporting.inventory_layout import lines
from loadaudit.reporting.inventory_words import facts_of, left_out_text, marked, place_text, total_text
from loadaudit.reporting.layout import heading, indented, plain_table, print_lines

_NAMED_PROBLEMS = 20


def print_inventory(inventory: Inventory, console: Console, *, long: bool = False) -> None:
    """Print a row per operation, or with `long` all its facts, then what there is of each category and what not.

    Facts that are only assumed are dim and marked with a question mark.
    """
    operations = inventory.operations
    if long:
        for one in operations:
            _print_long(one, console)
    elif operations:
        print_lines(lines(operations, console.width), console)
    if operations:
        console.print(_categories(operations))
        console.print()
        console.print(_evidence(operations))
        console.print()
    _print_problems(inventory.problems, console, limit=None if long else _NAMED_PROBLEMS)
    console.print(Text(_("%(total)s; ? marks what is assumed") % {"total": total_text(operations)}, style="bold"))
    for text in (*(left_out_text(one) for one in inventory.left_out), *inventory.notes):
        console.print(Text(text))


def _print_long(one: Operation, console: Console) -> None:
    console.print(Text.assemble((one.id, "bold"), "  ", (place_text(one.file, one.line), "dim")), soft_wrap=True)
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(style="cyan", no_wrap=True)
    shown.add_column(overflow="fold")
    shown.add_column(no_wrap=True)
    for fact in facts_of(one):
        style = "dim" if fact.evidence is Evidence.ASSUMED else ""
        text = Text(marked(fact.text, fact.evidence), style=style)
        shown.add_row(f"    {fact.name}", text, Text(fact.evidence.value, style=style))
    console.print(shown)
    console.print()


def _print_problems(problems: Sequence[Problem], console: Console, *, limit: int | None) -> None:
    if not problems:
        return
    heading(console, _("Problems (%(count)s)") % {"count": units.count(len(problems))})
    for one in problems[:limit]:
        console.print(Text.assemble((f"{one.code}: {one.route}", "red")), soft_wrap=True)
        console.print(indented(one.detail, 4))
        if one.file:
            console.print(Text(f"    {place_text(one.file, one.line)}", style="dim"), soft_wrap=True)
    if limit is not None and len(problems) > limit:
        console.print(Text(_("… and %(count)s more: --long") % {"count": units.count(len(problems) - limit)}))
    console.print()


def _categories(operations: Sequence[Operation]) -> Table:
    shown = plain_table()
    shown.add_column(_("Category"))
    for title in (_("Operations"), *Kind, *Risk):
        shown.add_column(str(title).capitalize(), justify="right")
    for row in category_counts(operations):
        shown.add_row(*_cells(row))
    shown.add_section()
    shown.add_row(*_cells(total_count(operations)), style="bold")
    return shown


def _cells(row: CategoryCount) -> tuple[str, ...]:
    return row.category, *map(_number, (row.total, *row.kinds.values(), *row.risks.values()))


def _evidence(operations: Sequence[Operation]) -> Table:
    shown = plain_table()
    shown.add_column(_("Evidence"))
    for title in Evidence:
        shown.add_column(title.capitalize(), justify="right")
    for row in evidence_counts(operations):
        if any(row.counts.values()):
            shown.add_row(row.fact, *map(_number, row.counts.values()))
    return shown


def _number(value: int) -> str:
    return units.count(value) if value else "·"
