"""Statements as a recorder keeps them."""

from typing import Any

from loadaudit.probes.recorder import Execution, Mark, Recorder


def execution(
    sql: str, *, duration_ns: int = 10, start_ns: int = 0, alias: str = "default", parameters: Any = None, rows: int = 0
) -> Execution:
    """Return one executed statement."""
    return Execution(
        alias=alias,
        sql=sql,
        start_ns=start_ns,
        end_ns=start_ns + duration_ns,
        fetch_ns=0,
        rows=rows,
        parameters=parameters,
    )


def mark(*, duration_ns: int = 10, start_ns: int = 0, rows: int = 0) -> Mark:
    """Return what the hot path notes of one statement."""
    return [start_ns, start_ns + duration_ns, rows, None]


def executed(recorder: Recorder, sql: str, *marks: Mark) -> None:
    """Let a request have executed a statement."""
    recorder.groups.setdefault("default", {}).setdefault(sql, []).extend(marks)
