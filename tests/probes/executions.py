"""Statements as a recorder keeps them."""

from typing import Any

from loadaudit.probes.recorder import Execution


def execution(
    sql: str, *, duration_ns: int = 10, start_ns: int = 0, alias: str = "default", parameters: Any = None, rows: int = 0
) -> Execution:
    """Return one executed statement."""
    made = Execution()
    made.alias, made.sql = alias, sql
    made.start_ns, made.end_ns, made.fetch_ns = start_ns, start_ns + duration_ns, 0
    made.parameters, made.rows = parameters, rows
    return made
