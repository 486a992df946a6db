"""What a load tool said beside what is proven, and which processes sent the load, as tables for every report format."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_tools import ToolComparison, ToolRow
from loadaudit.records import LoadNode
from loadaudit.reporting import units
from loadaudit.reporting.lane_tables import LaneTable
from loadaudit.reporting.wording import OUTCOMES


def tool_tables(analysis: Analysis) -> Iterator[LaneTable]:
    """Yield the tables that have something to say."""
    if analysis.tool is not None:
        yield _comparison(analysis.tool)
    if analysis.load_nodes:
        yield _nodes(analysis.load_nodes)


def _comparison(tool: ToolComparison) -> LaneTable:
    rows = [_row(one) for one in tool.rows]
    if len(rows) > 1:
        total = (_("Total"), units.count(tool.requests), units.count(tool.successes), units.count(tool.proven), "")
        rows.append(total)
    return LaneTable(
        title=_("What Locust said, and what is proven"),
        headings=(_("Operation"), _("Requests"), _("Successes by Locust"), _("Proven"), _("Difference")),
        rows=tuple(rows),
        note=_("A request counts together with the redirects that it followed, for the operation that it asked for."),
        concerns=tuple((row.operation_id,) for row in tool.rows),
    )


def _row(row: ToolRow) -> tuple[str, ...]:
    return (
        row.operation_id,
        units.count(row.requests),
        units.count(row.successes),
        units.count(row.proven),
        _difference(row),
    )


def _difference(row: ToolRow) -> str:
    parts = []
    if row.success_unproven:
        what = OUTCOMES[row.outcome] if row.outcome is not None else _("without a proof")
        values = {"count": units.count(row.success_unproven), "what": what}
        parts.append(_("%(count)s called a success: %(what)s") % values)
    if row.failure_proven:
        values = {"count": units.count(row.failure_proven), "what": row.failure[:80]}
        parts.append(_("%(count)s called a failure and proper: %(what)s") % values)
    return "; ".join(parts)


def _nodes(nodes: tuple[LoadNode, ...]) -> LaneTable:
    return LaneTable(
        title=_("Where the load came from"),
        headings=(_("Worker"), _("Users"), _("Requests"), _("Clock ahead by"), _("Lost")),
        rows=tuple(
            (
                one.name,
                units.count(one.users),
                units.count(one.samples),
                f"{one.clock_offset_ns / 1e6:+.2f} ± {one.round_trip_ns / 2e6:.2f} ms",
                one.lost,
            )
            for one in nodes
        ),
        note=_("Times of samples are on the clock of the master; the offset was taken out."),
        operations=False,
    )
