"""How databases carry out statements, in lines: what was asked of them after the load."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.records import StatementPlan, TableScan

_MOST_LINES = 14
_DETAILS = ("Index Cond", "Hash Cond", "Filter", "Sort Key", "Group Key")
_MOST_CHARACTERS = 160


def plans_by_statement(
    plans: Iterable[StatementPlan], scans: Mapping[str, Sequence[TableScan]]
) -> Mapping[str, tuple[str, ...]]:
    """Return the lines of each plan by the fingerprint of its statement.

    Where the database was asked for the tables alone that it reads from end to end, as SQLite is, these are the lines.
    """
    found = {key: tuple(_scan_line(one) for one in several) for key, several in scans.items()}
    return found | {fingerprint(one.statement): tuple(_lines(one)) for one in plans}


def name_of(node: Mapping[str, Any]) -> str:
    """Return what a node of PostgreSQL's plans is called, such as `Seq Scan on stock`."""
    kind, place = node.get("Node Type", ""), node.get("Relation Name") or node.get("Index Name")
    return f"{kind} on {place}" if place else str(kind)


def _scan_line(one: TableScan) -> str:
    kept = f", keeps what {one.filter} lets through" if one.filter else ""
    return f"reads {one.table} ({one.rows:,} rows) from end to end{kept}"


def _lines(one: StatementPlan) -> Iterator[str]:
    """Yield a line for each node, indented by its depth, and before them what costs most."""
    measured = "" if one.measured_rows is None else f", measured {one.measured_rows:,.1f}"
    of = "cost" if one.execution_ms is None else "time"
    yield f"{one.costliest}: {one.costliest_share:.0%} of the {of}; rows estimated {one.estimated_rows:,.0f}{measured}"
    nodes = list(_nodes(json.loads(one.plan), 0))
    yield from nodes[:_MOST_LINES]
    if len(nodes) > _MOST_LINES:
        yield f"… {len(nodes) - _MOST_LINES} lines more"


def _nodes(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{name_of(node)} (cost {node.get('Total Cost', 0)}, rows {node.get('Plan Rows', 0)})"
    for key in _DETAILS:
        if key in node:
            text = node[key] if isinstance(node[key], str) else ", ".join(map(str, node[key]))
            yield f"{'  ' * depth}  {key}: {text}"[:_MOST_CHARACTERS]
    for inner in node.get("Plans", ()):
        yield from _nodes(inner, depth + 1)
