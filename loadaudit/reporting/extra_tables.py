"""All tables that only some runs have, in the order in which every report format shows them."""

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.lane_tables import LaneTable, lane_tables
from loadaudit.reporting.time_tables import time_tables
from loadaudit.reporting.tool_tables import tool_tables


def extra_tables(analysis: Analysis) -> tuple[LaneTable, ...]:
    """Return those that have something to say."""
    return (*tool_tables(analysis), *lane_tables(analysis), *time_tables(analysis))
