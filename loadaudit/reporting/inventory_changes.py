"""Differences between two inventories as a table, as CSV and as Markdown."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.inventory.changes import ChangedFact, Changes
from loadaudit.records import Operation
from loadaudit.reporting.inventory_words import access_text, marked
from loadaudit.reporting.layout import indented
from loadaudit.reporting.markdown_text import code, plain, table

COLUMNS = ("change", "operation", "was", "fact", "before", "after")
_SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "moved": (">", "yellow"), "changed": ("~", "yellow")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One difference, the same for every format."""

    change: str
    operation: str
    was: str = ""
    about: str = ""
    """Category, risk and access of what was added or removed."""
    facts: tuple[ChangedFact, ...] = ()


def print_changes(changes: Changes, console: Console, notes: Sequence[str] = ()) -> None:
    """Print each difference with the facts that changed, and how many there are of each."""
    for entry in _entries(changes):
        sign, style = _SIGNS[entry.change]
        line = Text.assemble((f"{sign} {entry.operation}", style))
        if entry.about:
            line.append(f"  {entry.about}", "dim")
        console.print(line, soft_wrap=True)
        if entry.was:
            console.print(indented(_("was %(before)s") % {"before": entry.was}, 6))
        for fact in entry.facts:
            console.print(indented(f"{fact.name}: {_value(fact.before)} → {_value(fact.after)}", 6))
    if changes:
        console.print()
    console.print(Text(summary(changes), style="bold"))
    for note in notes:
        console.print(Text(f"! {note}", style="yellow"))


def write_changes_csv(changes: Changes, stream: TextIO) -> None:
    """Write a heading and a line per changed fact, or per operation where none changed."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in _entries(changes):
        if not one.facts:
            writer.writerow((one.change, one.operation, one.was, "", "", ""))
        for fact in one.facts:
            writer.writerow((one.change, one.operation, one.was, fact.name, _value(fact.before), _value(fact.after)))


def write_changes_markdown(changes: Changes, stream: TextIO, notes: Sequence[str] = ()) -> None:
    """Write the counts, then a table with a row per difference."""
    stream.write(f"# {_('Inventory: what changed')}\n\n{plain(summary(changes))}\n")
    if changes:
        rows = [(plain(one.change), code(one.operation), _what(one)) for one in _entries(changes)]
        stream.write("\n" + table((_("Change"), _("Operation"), _("What")), rows))
    if notes:
        stream.write("\n" + "".join(f"- {plain(note)}\n" for note in notes))


def summary(changes: Changes) -> str:
    """Return how many operations were added, removed, moved and changed."""
    if not changes:
        return _("nothing changed")
    return _("%(added)s added, %(removed)s removed, %(moved)s moved, %(changed)s changed") % {
        name: len(getattr(changes, name)) for name in _SIGNS
    }


def _entries(changes: Changes) -> Iterator[_Entry]:
    for change in ("added", "removed"):
        for one in getattr(changes, change):
            yield _Entry(change=change, operation=one.id, about=_about(one))
    for moved in changes.moved:
        yield _Entry(change="moved", operation=moved.after, was=moved.before, facts=moved.facts)
    for changed in changes.changed:
        yield _Entry(change="changed", operation=changed.id, facts=changed.facts)


def _about(one: Operation) -> str:
    return " · ".join(
        (
            marked(one.category, one.category_evidence),
            marked(one.risk.value, one.risk_evidence),
            marked(access_text(one.access), one.access.evidence),
        )
    )


def _what(entry: _Entry) -> str:
    was = [_("was %(before)s") % {"before": code(entry.was)}] if entry.was else []
    about = [plain(entry.about)] if entry.about else []
    facts = [f"{plain(one.name)}: {code(_value(one.before))} → {code(_value(one.after))}" for one in entry.facts]
    return "<br>".join((*was, *about, *facts))


def _value(value: object) -> str:
    """Return a plain value in words: what an object has, without what it has not."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        parts = (f"{key}={_value(one)}" for key, one in value.items() if one and key != "name")
        return f"({', '.join(parts)})"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or _("none")
    return _("none") if value is None or value == "" else str(value)
