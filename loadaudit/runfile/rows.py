"""The rows of a run file, whichever version wrote it, and the errors of a damaged one."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from loadaudit.errors import UsageError
from loadaudit.runfile import schema
from loadaudit.runfile.codec import from_plain
from loadaudit.runfile.upgrade import upgraded

T = TypeVar("T")

_KIND = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"


class Rows:
    """An open run file as rows and records."""

    def __init__(self, path: Path) -> None:
        """Open `path`. Raises UsageError when it is missing, no run file, damaged, or of a newer version."""
        self.path = path
        self._connection, version = _open(path)
        self._is_older = version < schema.SCHEMA_VERSION

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def named(self, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table by column."""
        rows = self.all(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid")
        yield from (dict(zip(columns, row, strict=True)) for row in rows)

    def pairs(self, table: str, *, as_it_is: bool = False) -> dict[str, Any]:
        """Return the keys of a table with their values."""
        rows = self.all(f"SELECT key, value FROM {table}", as_it_is=as_it_is)
        return {key: self.parsed(value, table) for key, value in rows}

    def observations(self, kind: type[T]) -> tuple[T, ...]:
        """Return what was asked of the target's servers, of one kind."""
        found = self.all("SELECT record FROM observations WHERE kind = ? ORDER BY position", (kind.__name__,))
        return tuple(self.record(kind, self.parsed(row[0], "observations"), "observations") for row in found)

    def parsed(self, text: str, table: str) -> Any:
        """Return what a JSON text of a table holds. Raises UsageError when it is damaged."""
        try:
            return json.loads(text)
        except ValueError as error:
            raise _damaged(self.path, f"the table {table} holds what is no JSON") from error

    def record(self, cls: type[T], values: dict[str, Any], table: str) -> T:
        """Return a record made of plain values. Raises UsageError when some are missing."""
        try:
            return from_plain(cls, values)
        except (TypeError, ValueError, AttributeError) as error:
            raise _damaged(self.path, f"the table {table} is incomplete") from error

    def all(self, sql: str, values: tuple[Any, ...] = (), *, as_it_is: bool = False) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, of an older file from a copy that has all tables and columns, unless `as_it_is`."""
        try:
            if self._is_older and not as_it_is:
                self._upgrade()
            cursor = self._connection.execute(sql, values)
            # Not `yield from`, which closes the cursor of an abandoned iterator, perhaps after its connection.
            while (row := cursor.fetchone()) is not None:
                yield row
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, str(error)) from error

    def _upgrade(self) -> None:
        old, self._connection = self._connection, upgraded(self._connection)
        self._is_older = False
        old.close()


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name too long or otherwise impossible names none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _open(path: Path) -> tuple[sqlite3.Connection, int]:
    if not is_file(path):
        raise UsageError(f"There is no run file {path}.", hint="List the runs with: manage.py loadaudit runs")
    try:
        connection = sqlite3.Connection(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    try:
        application_id, version = connection.execute(_KIND).fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _damaged(path, str(error)) from error
    if application_id != schema.APPLICATION_ID:
        connection.close()
        raise _damaged(path, "it is not a loadaudit run file")
    if version > schema.SCHEMA_VERSION:
        connection.close()
        raise UsageError(
            f"{path} was written by a newer loadaudit: schema {version}, this one reads up to {schema.SCHEMA_VERSION}.",
            hint="Read it with the newer version: pip install --upgrade loadaudit",
        )
    return connection, version


def _damaged(path: Path, what: str) -> UsageError:
    return UsageError(
        f"{path} cannot be read as a run file: {what}.",
        hint="Restore the file from where it came from, or choose another run: manage.py loadaudit runs",
    )
