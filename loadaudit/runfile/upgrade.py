"""A run file of an earlier schema as one of this version: a copy, so that the file itself stays what it was."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing

from loadaudit.runfile import schema

_EMPTY = {"INTEGER": "0", "REAL": "0.0", "TEXT": "''"}
"""What stands in a column that a file does not have, by the column's type."""
_COPIED = {("samples", "response_ns"): "latency_ns", ("samples", "lane"): "'light'"}
"""What says more than nothing: earlier versions knew one time of a request, and one lane."""

Columns = Mapping[str, tuple[str, str | None]]


def upgraded(old: sqlite3.Connection) -> sqlite3.Connection:
    """Return a temporary copy with all tables and columns of this version.

    SQLite keeps it in memory or in a file without a name, which goes with the connection or the process. Raises
    sqlite3.Error when the file cannot be copied.
    """
    copy = sqlite3.Connection("")
    try:
        old.backup(copy)
        with closing(sqlite3.Connection(":memory:")) as model:
            schema.create(model)
            for table in _tables(model):
                if table in _tables(copy):
                    _add_columns(copy, table, _columns(model, table))
                else:
                    copy.execute(_definition(model, table))
        copy.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        copy.commit()
    except sqlite3.Error:
        copy.close()
        raise
    return copy


def _add_columns(copy: sqlite3.Connection, table: str, wanted: Columns) -> None:
    existing = _columns(copy, table)
    for name, (kind, default) in wanted.items():
        if name in existing:
            continue
        copy.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} NOT NULL DEFAULT {default or _EMPTY[kind]}")
        if (table, name) in _COPIED:
            copy.execute(f"UPDATE {table} SET {name} = {_COPIED[table, name]}")


def _tables(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return tuple(row[0] for row in rows)


def _definition(connection: sqlite3.Connection, table: str) -> str:
    return str(connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])


def _columns(connection: sqlite3.Connection, table: str) -> Columns:
    rows = connection.execute(f"PRAGMA table_info({table})")
    return {row[1]: (row[2], row[4]) for row in rows}
