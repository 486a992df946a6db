"""The clone of a SQLite database, made with its backup API."""

import shutil
import sqlite3
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones.limits import check_size


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
        sqlite3.connect(target).close()
        return target
    size_bytes = path.stat().st_size
    check_size(str(path), size_bytes, max_bytes)
    _check_space(path, size_bytes, target.parent)
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    except sqlite3.Error as error:
        raise UnsafeError(
            f"The database {path} cannot be copied to {target.parent}: {error}",
            hint="Is the disk full, or the file no SQLite database? Set TMPDIR to another disk, or use --no-isolate.",
        ) from error
    finally:
        copy.close()
        source.close()
    return target


def _check_space(source: Path, size_bytes: int, folder: Path) -> None:
    free_bytes = shutil.disk_usage(folder).free
    # Twice the size, because the run's writes and their journal need room too.
    if free_bytes < 2 * size_bytes:
        raise UnsafeError(
            f"The clone of {source} needs {2 * size_bytes / 1e6:,.0f} MB in {folder}, "
            f"where {free_bytes / 1e6:,.0f} MB are free.",
            hint="Free some space, set TMPDIR to a larger disk, or use --no-isolate on purpose.",
        )
