"""A small seed of the demo, made once in a process and then copied: tests that change it begin with it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management import call_command
from django.db import connection

from tests.demo.seeding.management.commands.seed_demo import wipe

SMALL = {"projects": 40, "items": 4, "prices": 800, "templates": 6, "jobs": 6}

_made: dict[object, Mapping[str, Sequence[Sequence[Any]]]] = {}
"""The rows of each table, by what they refer to and the seed does not make."""


def seed_small() -> None:
    """Leave in the demo's tables what `seed_demo` makes of `SMALL`, the same keys and statistics included."""
    with connection.cursor() as cursor:
        # Tests that commit make Django number the permissions anew.
        cursor.execute("SELECT MIN(id), MAX(id) FROM auth_permission")
        found = cursor.fetchone()
        if found not in _made:
            empty = [name for name in connection.introspection.table_names(cursor) if not _rows(name)]
            call_command("seed_demo", verbosity=0, **SMALL)
            _made[found] = {name: rows for name in empty if (rows := _rows(name))}
            return
        wipe()
        for name, rows in _made[found].items():
            values = ", ".join("?" * len(rows[0]))
            connection.connection.executemany(f'INSERT INTO "{name}" VALUES ({values})', rows)
        cursor.execute("ANALYZE")


def _rows(table: str) -> Sequence[Sequence[Any]]:
    """Return what SQLite keeps of a table; Django's converters leave expressions as they are."""
    columns = ", ".join(f'+"{name}"' for _, name, *_ in connection.connection.execute(f'PRAGMA table_info("{table}")'))
    found: Sequence[Sequence[Any]] = connection.connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()
    return found
