"""What a plan of PostgreSQL says: the node that costs most, the estimate that is worst, without anybody's values."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadaudit.analysis.statement_plans import name_of
from loadaudit.records import StatementPlan
from loadaudit.runfile.redaction import redact_sql

Node = Mapping[str, Any]

_LIMITED = re.compile(r"\bLIMIT\b", re.IGNORECASE)
_KEEPS = frozenset(("Materialize", "Memoize"))
"""Nodes that hand out again what they have."""
_NAMES = frozenset(("Node Type", "Relation Name", "Schema", "Alias", "Index Name", "CTE Name", "Subplan Name"))
"""What a plan says in words of its own or the schema's, and not in expressions."""


def described(alias: str, statement: str, plan: Node, returned_rows: float) -> StatementPlan:
    """Return a plan as a record; `returned_rows` are those of an execution in the mean of the load."""
    is_measured = "Actual Loops" in plan
    own = _own_time if is_measured else _own_cost
    costliest = max(nodes(plan), key=own)
    whole = (_time(plan) if is_measured else plan["Total Cost"]) or 1.0
    comparable = statement.lstrip("( \n").upper().startswith("SELECT") and _LIMITED.search(statement) is None
    worst = max(_whole_nodes(plan), key=_error, default=None) if is_measured else None
    return StatementPlan(
        alias=alias,
        statement=statement,
        plan=json.dumps(plan, separators=(",", ":")),
        costliest=name_of(costliest),
        costliest_share=min(1.0, max(0.0, own(costliest) / whole)),
        estimated_rows=float(plan["Plan Rows"]),
        measured_rows=returned_rows if comparable else None,
        execution_ms=_time(plan) if is_measured else None,
        worst_node="" if worst is None else name_of(worst),
        worst_expected_rows=0.0 if worst is None else float(worst["Plan Rows"]),
        worst_found_rows=0.0 if worst is None else float(worst["Actual Rows"]),
    )


def nodes(plan: Node) -> Iterator[Node]:
    """Yield a plan's nodes, each before those below it."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def shares(plan: Node) -> Iterator[tuple[Node, float]]:
    """Yield each node with its share, all below it included, of what the whole plan takes: time where it was measured,
    else cost.

    The cost of a node is that of one execution: what is on the inner side of a nested loop, or asked for row by row,
    is carried out as often as there are rows on the other side, and what is below a LIMIT not to its end.
    """
    if "Actual Loops" in plan:
        whole = _time(plan) or 1.0
        yield from ((node, min(1.0, _time(node) / whole)) for node in nodes(plan))
    else:
        whole = float(plan["Total Cost"]) or 1.0
        yield from ((node, min(1.0, cost / whole)) for node, cost in _costs(plan, 1.0))


def _costs(node: Node, executions: float) -> Iterator[tuple[Node, float]]:
    yield node, executions * float(node["Total Cost"])
    kind, inner = node["Node Type"], node.get("Plans", ())
    own = [one for one in inner if one.get("Parent Relationship") not in ("InitPlan", "SubPlan")]
    rows = float(own[0]["Plan Rows"] if kind == "Nested Loop" and own else node["Plan Rows"])
    for one in inner:
        times = executions
        relation = one.get("Parent Relationship")
        if relation == "SubPlan":
            times *= 1.0 if _is_hashed(one, node) else max(1.0, rows)
        elif kind == "Nested Loop" and relation == "Inner":
            times *= 1.0 if one["Node Type"] in _KEEPS else max(1.0, rows)
        elif kind == "Limit" and one["Total Cost"]:
            times *= min(1.0, node["Total Cost"] / one["Total Cost"])
        yield from _costs(one, times)


def _is_hashed(subplan: Node, node: Node) -> bool:
    """Whether a node carries a subplan out once and looks up its rows."""
    name = f"hashed {subplan.get('Subplan Name', 'SubPlan')}"
    return any(name in one for one in node.values() if isinstance(one, str))


def without_values(plan: Any, name: str = "") -> Any:
    """Return a plan whose expressions have `?` for each text and number."""
    if isinstance(plan, Mapping):
        return {key: without_values(value, key) for key, value in plan.items()}
    if isinstance(plan, list):
        return [without_values(one, name) for one in plan]
    return redact_sql(plan) if isinstance(plan, str) and name not in _NAMES else plan


def _whole_nodes(plan: Node) -> Iterator[Node]:
    """Yield the nodes that were executed to their end: a LIMIT stops those below it."""
    if plan.get("Actual Loops"):
        yield plan
    if plan["Node Type"] != "Limit":
        for inner in plan.get("Plans", ()):
            yield from _whole_nodes(inner)


def _error(node: Node) -> float:
    return estimate_error(float(node["Plan Rows"]), float(node["Actual Rows"]))


def estimate_error(expected_rows: float, found_rows: float) -> float:
    """Return how many times more rows there are of the one than of the other; fewer than one row count as one."""
    low, high = sorted((max(1.0, expected_rows), max(1.0, found_rows)))
    return high / low


def _own_cost(node: Node) -> float:
    return float(node["Total Cost"]) - sum(float(inner["Total Cost"]) for inner in node.get("Plans", ()))


def _time(node: Node) -> float:
    """Return milliseconds in a node and all below it."""
    return float(node.get("Actual Total Time", 0.0)) * float(node.get("Actual Loops", 0))


def _own_time(node: Node) -> float:
    return _time(node) - sum(map(_time, node.get("Plans", ())))
