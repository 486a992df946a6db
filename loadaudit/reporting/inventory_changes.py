"""Differences between two inventories as a table, as CSV, as Markdown and as JSON."""

import csv
import json
from collections.abc import Iterator
from typing import Any, TextIO

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.inventory.changes import Changes
from loadaudit.reporting.markdown_text import code, plain, table
from loadaudit.reporting.terminal import plain_table
from loadaudit.runfile.codec import to_plain

FORMAT_VERSION = 1
_STYLES = {"added": "green", "removed": "red", "moved": "yellow", "changed": "yellow"}


def print_changes(changes: Changes, console: Console) -> None:
    """Print a row per difference, and how many there are of each."""
    if changes:
        shown = plain_table()
        shown.add_column(_("Change"))
        shown.add_column(_("Operation"), overflow="fold", ratio=3)
        shown.add_column(_("What"), overflow="fold", ratio=2)
        for change, operation, what in _rows(changes):
            shown.add_row(Text(change, style=_STYLES[change]), Text(operation), Text(what))
        console.print(shown)
    console.print(Text(summary(changes)))


def write_changes_csv(changes: Changes, stream: TextIO) -> None:
    """Write a heading and a line per difference."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("change", "operation", "what"))
    writer.writerows(_rows(changes))


def write_changes_markdown(changes: Changes, stream: TextIO) -> None:
    """Write the counts, then a table with a row per difference."""
    stream.write(f"# {_('Inventory: what changed')}\n\n{plain(summary(changes))}\n")
    if changes:
        rows = [(plain(change), code(operation), plain(what)) for change, operation, what in _rows(changes)]
        stream.write("\n" + table((_("Change"), _("Operation"), _("What")), rows))


def changes_document(changes: Changes) -> dict[str, Any]:
    """Return the differences as a JSON document."""
    return {"format_version": FORMAT_VERSION, "any": bool(changes), **to_plain(changes)}


def summary(changes: Changes) -> str:
    """Return how many operations were added, removed, moved and changed."""
    if not changes:
        return _("nothing changed")
    return _("%(added)s added, %(removed)s removed, %(moved)s moved, %(changed)s changed") % {
        name: len(getattr(changes, name)) for name in ("added", "removed", "moved", "changed")
    }


def _rows(changes: Changes) -> Iterator[tuple[str, str, str]]:
    yield from (("added", id_, "") for id_ in changes.added)
    yield from (("removed", id_, "") for id_ in changes.removed)
    yield from (("moved", one.after, _("was %(before)s") % {"before": one.before}) for one in changes.moved)
    for one in changes.changed:
        for fact in one.facts:
            yield "changed", one.id, f"{fact.name}: {_value(fact.before)} → {_value(fact.after)}"


def _value(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
