"""Plans of statements, in lines."""

import json
from typing import Any

from loadaudit.analysis.statement_plans import plans_by_statement
from loadaudit.records import StatementPlan, TableScan

NODES = {
    "Node Type": "Sort",
    "Total Cost": 10.0,
    "Plan Rows": 5,
    "Sort Key": ["id", "name"],
    "Plans": [
        {"Node Type": "Seq Scan", "Relation Name": "stock", "Total Cost": 9.0, "Plan Rows": 5, "Filter": "(a = 1)"}
    ],
}


def plan(statement: str, nodes: object, **changes: Any) -> StatementPlan:
    """Return what PostgreSQL said."""
    return StatementPlan(
        alias="default",
        statement=statement,
        plan=json.dumps(nodes),
        costliest="Seq Scan on stock",
        costliest_share=0.9,
        estimated_rows=5.0,
        **changes,
    )


def test_nodes_are_indented_by_their_depth() -> None:
    """With what they filter and sort by, below what costs most."""
    (lines,) = plans_by_statement([plan("SELECT 1", NODES, measured_rows=2.5)], {}).values()
    assert lines == (
        "Seq Scan on stock: 90% of the cost; rows estimated 5, measured 2.5",
        "Sort (cost 10.0, rows 5)",
        "  Sort Key: id, name",
        "  Seq Scan on stock (cost 9.0, rows 5)",
        "    Filter: (a = 1)",
    )


def test_long_plans_are_cut() -> None:
    """The report holds one for each statement of each operation."""
    nodes = {"Node Type": "Append", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "a"}] * 40}
    (lines,) = plans_by_statement([plan("SELECT 1", nodes)], {}).values()
    assert len(lines) == 16
    assert lines[-1] == "… 27 lines more"


def test_without_a_plan_the_tables_that_are_read_whole() -> None:
    """As SQLite tells them; a plan of the same statement counts instead."""
    scan = TableScan(alias="default", statement="SELECT 1", table="stock", rows=1200, filter="a = ?", columns=("a",))
    assert plans_by_statement([], {"SELECT 1": [scan]}) == {
        "SELECT 1": ("reads stock (1,200 rows) from end to end, keeps what a = ? lets through",)
    }
