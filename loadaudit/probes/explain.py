"""Asks PostgreSQL after the load how it carries out the heaviest statements; executes them on a clone only."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadaudit.probes.explain_plans import described, shares, without_values
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.records import StatementPlan, TableScan

FIRST_VERSION = 160_000
"""PostgreSQL 16 explains statements without values for their placeholders."""
LEAST_ROWS = 1_000
"""Smaller tables are rightly read from end to end."""

_EXPLAINABLE = ("SELECT", "UPDATE", "DELETE", "WITH")
_TOKEN = re.compile(r""""(?:[^"]|"")*"|%\(\w+\)s|%s|%%|\?""")
_COMPARED_COLUMN = re.compile(r'\(+"?(\w+)"?\)?(?:::\w+)? (?:=|>=|<=|<|>) ')
_TIMEOUT_MS = 5_000
ANALYZED_S = 10.0
"""How long statements are executed for their plans altogether, at most."""


def plans_of(
    probe: PostgresqlProbe,
    measured: Mapping[str, float],
    bound: Mapping[str, str] | None = None,
    clock_s: Callable[[], float] = time.monotonic,
) -> Iterator[StatementPlan | TableScan]:
    """Yield the plan of each statement, followed by each table of at least 1,000 rows that it reads from end to end.

    `measured` has the rows that an execution returned in the mean. Those that are in `bound`, there with their values,
    are executed and rolled back. The others are asked for from PostgreSQL 16 on, and passed over where they cannot be
    explained without values. Raises psycopg.Error when the server cannot be reached.
    """
    with probe.connect() as connection:
        connection.execute(f"SET statement_timeout = {_TIMEOUT_MS}")
        end_s = clock_s() + ANALYZED_S
        for statement, rows in measured.items():
            text = (bound or {}).get(statement, "") if clock_s() < end_s else ""
            plan = _analyzed(connection, text) or _plan(connection, statement)
            if not plan:
                continue
            yield described(probe.alias, statement, plan, rows)
            for node, share in shares(plan):
                scan = _scan(connection, probe.alias, statement, node, share)
                if scan is not None:
                    yield scan


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


def _analyzed(connection: Any, text: str) -> Mapping[str, Any]:
    """Return the plan of a statement as it was carried out with values, which are not in it; nothing stays changed."""
    import psycopg

    if not text:
        return {}
    try:
        with connection.transaction(force_rollback=True):
            row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}".encode()).fetchone()
    except psycopg.Error:
        return {}
    plan: Mapping[str, Any] = without_values(row[0][0]["Plan"])
    return plan


def _plan(connection: Any, statement: str) -> Mapping[str, Any]:
    import psycopg

    if connection.info.server_version < FIRST_VERSION or not is_explainable(statement):
        return {}
    sql, _ = with_places(statement, "$")
    try:
        row = connection.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {sql}".encode()).fetchone()
    except psycopg.Error:
        return {}
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


def _scan(connection: Any, alias: str, statement: str, node: Mapping[str, Any], share: float) -> TableScan | None:
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
    return TableScan(
        alias=alias,
        statement=statement,
        table=name,
        rows=rows,
        filter=node["Filter"],
        cost_share=share,
        columns=tuple(dict.fromkeys(_COMPARED_COLUMN.findall(node["Filter"]))),
    )
