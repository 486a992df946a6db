"""The throw-away copy of the databases that a run may write to."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from loadaudit.errors import UnsafeError
from loadaudit.planning.postgresql_clone import PostgresqlClone


@contextmanager
def cloned(folder: Path, run_id: str) -> Iterator[Mapping[str, str]]:
    """Clone every database, point this process at the clones, and yield their names by alias.

    At the end this process uses its own databases again and the PostgreSQL clones are dropped; SQLite clones
    lie in `folder`, which its owner removes. Raises UnsafeError for a database that cannot be cloned.
    """
    names: dict[str, str] = {}
    originals = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    postgresql: list[PostgresqlClone] = []
    try:
        for alias in connections:
            connection = connections[alias]
            connection.close()
            if connection.vendor == "sqlite":
                names[alias] = str(_clone_sqlite(str(originals[alias]), folder / f"clone-{alias}.sqlite3"))
            elif connection.vendor == "postgresql":
                clone = PostgresqlClone.create(connection, f"loadaudit_{run_id}_{alias}", run_id)
                postgresql.append(clone)
                names[alias] = clone.name
            else:
                raise UnsafeError(
                    f"DATABASES[{alias!r}] is {connection.vendor}, which cannot be cloned.",
                    hint="To run against the database itself on purpose: --no-isolate.",
                )
        for alias, name in names.items():
            connections[alias].settings_dict["NAME"] = name
        yield names
    finally:
        for alias, name in originals.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        for clone in postgresql:
            clone.drop()


def _clone_sqlite(source_name: str, target: Path) -> Path:
    """Copy a SQLite database with its backup API, which is consistent while others write to it."""
    if source_name == ":memory:" or "mode=memory" in source_name:
        raise UnsafeError(
            "The database is SQLite in memory, which the server's processes cannot see.",
            hint="Use a database file: DATABASES['default']['NAME'] = BASE_DIR / 'db.sqlite3'.",
        )
    path = Path(source_name.removeprefix("file:").partition("?")[0])
    if not path.exists():
        sqlite3.connect(target).close()
        return target
    _check_space(path, target.parent)
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target


def _check_space(source: Path, folder: Path) -> None:
    size, free = source.stat().st_size, shutil.disk_usage(folder).free
    # Twice the size, because the run's writes and their journal need room too.
    if free < 2 * size:
        raise UnsafeError(
            f"The clone of {source} needs {2 * size / 1e6:,.0f} MB in {folder}, where {free / 1e6:,.0f} MB are free.",
            hint="Free some space, set TMPDIR to a larger disk, or use --no-isolate on purpose.",
        )
