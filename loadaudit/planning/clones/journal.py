"""Names of PostgreSQL clones between their creation and their comment, on disk.

A comment marks a clone as ours, and PostgreSQL can give it only after `CREATE DATABASE` has ended. Whoever is killed
in between leaves a database without a mark; its name stands here, so that the next run can mark it and drop it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = ".clones"


def journal_of(runs_dir: Path) -> Path:
    """Return the journal's folder beside the run files."""
    return runs_dir / _FOLDER


@contextmanager
def noted(journal: Path, name: str) -> Iterator[None]:
    """Keep the name noted while the body creates and marks a database; a failure keeps the note, for the next run."""
    journal.mkdir(parents=True, exist_ok=True)
    note = journal / name
    note.touch()
    yield
    forget(journal, name)


def noted_names(journal: Path) -> list[str]:
    """Return the names that are noted."""
    return sorted(note.name for note in journal.glob("loadaudit_*")) if journal.is_dir() else []


def forget(journal: Path, name: str) -> None:
    """Remove a name, and the folder with the last one."""
    (journal / name).unlink(missing_ok=True)
    try:
        journal.rmdir()
    except OSError:
        # Another name is in it, or another run removed it.
        return
