"""The list of probes on the terminal and as JSON."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.reporting.layout import plain_table

FORMAT_VERSION = 1


class Status(Protocol):
    """One probe, here and now."""

    @property
    def name(self) -> str:
        """Unique among the probes."""

    @property
    def kind(self) -> str:
        """`request`, `series` or `after`."""

    @property
    def does(self) -> str:
        """One sentence."""

    @property
    def needs(self) -> str:
        """What it cannot do without."""

    @property
    def active(self) -> bool:
        """Whether a run from here would have it."""

    @property
    def reason(self) -> str:
        """Why not, or where not."""


def print_probes(statuses: Iterable[Status], console: Console) -> None:
    """Print a row per probe."""
    shown = plain_table()
    for heading in (_("Probe"), _("Active"), _("What it observes"), _("What it needs")):
        shown.add_column(heading, overflow="fold")
    for one in statuses:
        needs = f"{one.needs}\n{one.reason}" if one.reason and not one.active else one.needs
        word = Text(_("yes"), style="green") if one.active else Text(_("no"), style="yellow")
        shown.add_row(Text(one.name), word, Text(one.does), Text(needs))
    console.print(shown)


def probes_document(statuses: Iterable[Status]) -> dict[str, Any]:
    """Return the same as JSON."""
    names = ("name", "kind", "does", "needs", "active", "reason")
    probes = [{name: getattr(one, name) for name in names} for one in statuses]
    return {"format_version": FORMAT_VERSION, "probes": probes}
