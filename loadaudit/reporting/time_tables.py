"""Where the time of requests went, as tables: the typical request of an operation, and its slowest one."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.time_split import PARTS
from loadaudit.reporting import units
from loadaudit.reporting.lane_tables import LaneTable

MOST_OPERATIONS = 10
_NAMED = 4
"""Parts that are named for one request, the largest first."""
_LEAST_SHARE = 0.03


def time_tables(analysis: Analysis) -> tuple[LaneTable, ...]:
    """Return one table of the operations that took the most time altogether, or none without whole traces."""
    found = [(one, one.split) for one in analysis.operations if one.split is not None]
    if not found:
        return ()
    found.sort(key=lambda pair: -pair[1].typical_ns * pair[1].n)
    rows = []
    for result, split in found[:MOST_OPERATIONS]:
        slowest = split.slowest
        rows.append(
            (
                result.operation.id,
                units.count(split.n),
                f"{units.duration(split.typical_ns)}: {parts_text(split.typical)}",
                f"{units.duration(slowest.response_ns)}: {parts_text(slowest.parts)}",
            )
        )
    note = _("Parts under 3 % are left out. “Typical” is the mean of the middle half of the requests with a trace.")
    return (
        LaneTable(
            title=_("Where the time went"),
            headings=(_("Operation"), "n", _("Typical request"), _("Slowest request")),
            rows=tuple(rows),
            note=note,
            concerns=tuple((row[0],) for row in rows),
        ),
    )


def parts_text(parts: Mapping[str, int]) -> str:
    """Return the largest parts in percent: `database 61 %, Python 30 %`, and what is unexplained where it counts."""
    words = part_words()
    whole = sum(parts.values())
    if not whole:
        return units.NONE
    counting = [(value, name) for name, value in parts.items() if value >= _LEAST_SHARE * whole]
    largest = sorted(counting, reverse=True)[:_NAMED]
    largest += [one for one in counting if one[1] == "unexplained" and one not in largest]
    return ", ".join(f"{words[name]} {100 * value / whole:.0f} %" for value, name in largest)


def part_words() -> Mapping[str, str]:
    """Return what each part is called, in the order in which they are shown."""
    words = {
        "network": _("connecting"),
        "queue": _("queue"),
        "connect": _("database connection"),
        "lock": _("lock wait (estimated, ± 0.1 s)"),
        "database": _("database"),
        "commit": _("commit"),
        "cache": _("cache"),
        "template": _("templates"),
        "python": _("Python"),
        "http": _("other services"),
        "waiting": _("other waiting"),
        "sending": _("sending"),
        "outside": _("outside the server"),
        "unexplained": _("unexplained"),
    }
    return {name: words[name] for name in PARTS}
