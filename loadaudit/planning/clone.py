"""The throw-away copy of the databases that a run may write to."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.errors import UnsafeError
from loadaudit.planning.postgresql_clone import PostgresqlClone


@contextmanager
def cloned(folder: Path, run_id: str) -> Iterator[Mapping[str, str]]:
    """Clone every database, point this process at the clones, and yield their names by alias.

    At the end this process uses its own databases again and the PostgreSQL clones are dropped; SQLite clones
    lie in `folder`, which its owner removes. Raises UnsafeError for a database that cannot be cloned.
    """
    names: dict[str, str] = {}
    known: dict[tuple[str, ...], str] = {}
    # A project without a database has Django's dummy as `default`; nothing can be written there.
    aliases = [alias for alias in connections if not connections[alias].settings_dict["ENGINE"].endswith(".dummy")]
    originals = {alias: connections[alias].settings_dict["NAME"] for alias in aliases}
    postgresql: list[PostgresqlClone] = []
    try:
        for alias in aliases:
            _disconnect(connections[alias])
        for alias in aliases:
            # A second alias for the same database, such as a replica's, must see what is written through the first.
            key = _identity_of(connections[alias])
            if key not in known:
                known[key] = _clone(connections[alias], folder, run_id, postgresql)
            names[alias] = known[key]
        for alias, name in names.items():
            connections[alias].settings_dict["NAME"] = name
        yield names
    finally:
        for alias, name in originals.items():
            _disconnect(connections[alias])
            connections[alias].settings_dict["NAME"] = name
        for clone in postgresql:
            clone.drop()


def _disconnect(connection: BaseDatabaseWrapper) -> None:
    """Close the connection, and the pool of the process with it, which would stay on the other database."""
    connection.close()
    if (connection.settings_dict.get("OPTIONS") or {}).get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]


def _identity_of(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    settings = connection.settings_dict
    return connection.vendor, *(str(settings.get(key) or "") for key in ("HOST", "PORT", "NAME"))


def _clone(connection: BaseDatabaseWrapper, folder: Path, run_id: str, postgresql: list[PostgresqlClone]) -> str:
    """Clone one database and return the clone's name; one that must be dropped is appended to `postgresql`."""
    alias = connection.alias
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return str(_clone_sqlite(name, folder / f"clone-{alias}.sqlite3"))
    if connection.vendor == "postgresql":
        clone = PostgresqlClone.create(connection, f"loadaudit_{run_id}_{alias}", run_id)
        postgresql.append(clone)
        return clone.name
    raise UnsafeError(
        f"DATABASES[{alias!r}] is {connection.vendor}, which cannot be cloned.",
        hint="To run against the database itself on purpose: --no-isolate.",
    )


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
