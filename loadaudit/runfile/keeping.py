"""Finished run files changed or removed as files: a new label, a note, deletion."""

import json
import sqlite3
from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.runfile.reader import RunFile

_BESIDE = ("-wal", "-shm", "-journal")
"""Files that SQLite keeps beside one that is or was being written."""


def relabel(path: Path, *, label: str | None = None, note: str | None = None) -> None:
    """Store another label or note in a run file. Raises UsageError when it is none, or cannot be written."""
    # Refuses what is no run file, or one of another version, before anything is written to it.
    RunFile(path).close()
    values = [("label", label), ("note", note)]
    try:
        with sqlite3.Connection(path) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO run VALUES (?, ?)",
                [(key, json.dumps(value)) for key, value in values if value is not None],
            )
        connection.close()
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be written: {error}.", hint="Check its permissions.") from error


def delete(path: Path) -> None:
    """Remove a run file and what lies beside it. Raises UsageError when it cannot be removed."""
    try:
        # The file itself first: what is left of a deletion that is interrupted is then no half run.
        path.unlink()
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be removed: {error.strerror or error}.", hint="Check its permissions."
        ) from error
