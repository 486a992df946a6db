"""Asks PostgreSQL after the load how it carries out the heaviest statements; executes none of them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.records import StatementPlan, TableScan

FIRST_VERSION = 160_000
"""PostgreSQL 16 explains statements without values for their placeholders."""
LEAST_ROWS = 1_000
"""Smaller tables are rightly read from end to end."""

_EXPLAINABLE = ("SELECT", "UPDATE", "DELETE", "WITH")
_TOKEN = re.compile(r""""(?:[^"]|"")*"|%\(\w+\)s|%s|%%|\?""")
_COMPARED_COLUMN = re.compile(r'\(+"?(\w+)"?\)?(?:::\w+)? (?:=|>=|<=|<|>) ')
_LIMITED = re.compile(r"\bLIMIT\b", re.IGNORECASE)
_TIMEOUT_MS = 5_000


def plans_of(probe: PostgresqlProbe, measured: Mapping[str, float]) -> Iterator[StatementPlan | TableScan]:
    """Yield the plan of each statement, followed by each table of at least 1,000 rows that it reads from end to end.

    `measured` has the rows that an execution returned in the mean. A statement that cannot be explained without its
    values is passed over. Yields nothing before PostgreSQL 16. Raises psycopg.Error when the server cannot be reached.
    """
    with probe.connect() as connection:
        if connection.info.server_version < FIRST_VERSION:
            return
        connection.execute(f"SET statement_timeout = {_TIMEOUT_MS}")
        for statement, rows in measured.items():
            plan = _plan(connection, statement)
            if not plan:
                continue
            yield _described(probe.alias, statement, plan, rows)
            for node in _nodes(plan):
                scan = _scan(connection, probe.alias, statement, node, plan)
                if scan is not None:
                    yield scan


def _described(alias: str, statement: str, plan: Mapping[str, Any], rows: float) -> StatementPlan:
    costliest = max(_nodes(plan), key=_own_cost)
    place = costliest.get("Relation Name") or costliest.get("Index Name")
    comparable = statement.lstrip("( \n").upper().startswith("SELECT") and _LIMITED.search(statement) is None
    return StatementPlan(
        alias=alias,
        statement=statement,
        plan=json.dumps(plan, separators=(",", ":")),
        costliest=f"{costliest['Node Type']} on {place}" if place else str(costliest["Node Type"]),
        costliest_share=min(1.0, max(0.0, _own_cost(costliest) / (plan["Total Cost"] or 1.0))),
        estimated_rows=float(plan["Plan Rows"]),
        measured_rows=rows if comparable else None,
    )


def _own_cost(node: Mapping[str, Any]) -> float:
    return float(node["Total Cost"]) - sum(float(inner["Total Cost"]) for inner in node.get("Plans", ()))


def is_explainable(statement: str) -> bool:
    """Whether databases say of a statement how they would carry it out."""
    return statement.lstrip("( \n").upper().startswith(_EXPLAINABLE)


def with_places(sql: str, sign: str) -> tuple[str, int]:
    """Return a stored statement with numbered places, `$1`, `$2` … for the sign `$`, and how many there are.

    They stand where Django's placeholders and replaced literals were.
    """
    number = 0

    def replaced(token: re.Match[str]) -> str:
        nonlocal number
        if token[0].startswith('"'):
            return token[0]
        if token[0] == "%%":
            return "%"
        number += 1
        return f"{sign}{number}"

    return _TOKEN.sub(replaced, sql), number


def _plan(connection: Any, statement: str) -> Mapping[str, Any]:
    import psycopg

    if not is_explainable(statement):
        return {}
    sql, _ = with_places(statement, "$")
    try:
        row = connection.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {sql}".encode()).fetchone()
    except psycopg.Error:
        return {}
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _scan(
    connection: Any, alias: str, statement: str, node: Mapping[str, Any], plan: Mapping[str, Any]
) -> TableScan | None:
    if node["Node Type"] != "Seq Scan" or "Filter" not in node:
        return None
    name = node["Relation Name"]
    # Never analysed: -1; the planner then takes the size from the file.
    row = connection.execute(
        "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [f'"{name}"']
    ).fetchone()
    rows = row[0] if row else 0
    if rows < LEAST_ROWS:
        return None
    total = plan["Total Cost"] or 1.0
    return TableScan(
        alias=alias,
        statement=statement,
        table=name,
        rows=rows,
        filter=node["Filter"],
        cost_share=min(1.0, node["Total Cost"] / total),
        columns=tuple(dict.fromkeys(_COMPARED_COLUMN.findall(node["Filter"]))),
    )
