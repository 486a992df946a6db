"""The clone of a SQLite database, made with its backup API."""

import shutil
import sqlite3
import time
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones.limits import check_size

_LOCK_STEP_S = 0.2
LOCK_WAIT_S = 20.0
"""How long a database may be locked by somebody else."""


def clone(connection: BaseDatabaseWrapper, target: Path, max_bytes: int) -> Path:
    """Copy the database, consistent while others write to it, and return the copy's path."""
    name = str(connection.settings_dict["NAME"])
    if name == ":memory:" or "mode=memory" in name:
        raise UnsafeError(
            "The database is SQLite in memory, which the server's processes cannot see.",
            hint="Use a database file: DATABASES['default']['NAME'] = BASE_DIR / 'db.sqlite3'.",
        )
    path = Path(name.removeprefix("file:").partition("?")[0])
    if not path.exists():
        sqlite3.Connection(target).close()
        return target
    size_bytes = path.stat().st_size
    check_size(str(path), size_bytes, max_bytes)
    _check_space(path, size_bytes, target.parent)
    # Not by sqlite3.connect, in whose place an APM puts a function that returns what no copy can be made of.
    source = sqlite3.Connection(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_LOCK_STEP_S)
    copy = sqlite3.Connection(target)
    try:
        source.backup(copy, progress=_Patience(str(path)))
    except sqlite3.Error as error:
        raise UnsafeError(
            f"The database {path} cannot be copied to {target.parent}: {error}",
            hint="Is the disk full, or the file no SQLite database? Set TMPDIR to another disk, or use --no-isolate.",
        ) from error
    finally:
        copy.close()
        source.close()
    return target


class _Patience:
    """Gives a backup up that waits too long for a lock; Python's own waits for ever."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._deadline_s = time.monotonic() + LOCK_WAIT_S

    def __call__(self, status: int, remaining: int, total: int) -> None:
        """Hear that a step has ended. Raises UnsafeError when none could begin in time."""
        if total or time.monotonic() < self._deadline_s:
            return
        raise UnsafeError(
            f"The database {self._path} cannot be copied: another process has locked it for {LOCK_WAIT_S:g} s.",
            hint="Wait until it has finished, or end it; who has the file open: fuser " + self._path,
        )


def _check_space(source: Path, size_bytes: int, folder: Path) -> None:
    free_bytes = shutil.disk_usage(folder).free
    # Twice the size, because the run's writes and their journal need room too.
    if free_bytes < 2 * size_bytes:
        raise UnsafeError(
            f"The clone of {source} needs {2 * size_bytes / 1e6:,.0f} MB in {folder}, "
            f"where {free_bytes / 1e6:,.0f} MB are free.",
            hint="Free some space, set TMPDIR to a larger disk, or use --no-isolate on purpose.",
        )
