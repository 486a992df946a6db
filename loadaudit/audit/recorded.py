"""Listens to the test client while something runs, and stores what was heard."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loadaudit.audit.counting import counted
from loadaudit.planning.project.contained import folder_kept
from loadaudit.planning.recorded.hook import listening
from loadaudit.planning.recorded.store import FILE, collect
from loadaudit.runfile import folder as runs_folder


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What was recorded, known at the end."""

    path: Path
    requests: int = 0
    operations: int = 0

    def in_words(self) -> str:
        """Return a line for the terminal."""
        if not self.requests:
            return "loadaudit: no request was recorded. Only Django's test clients are listened to."
        requests, operations = counted(self.requests, "request"), counted(self.operations, "operation")
        return f"loadaudit: {requests} of {operations} recorded in {self.path}"


@contextlib.contextmanager
def gathering(folder: Path, runs: Path) -> Iterator[Gathered]:
    """Record to `folder` during the block, then merge into the store beside the runs, however the block ends.

    Raises UsageError when the runs folder cannot be written.
    """
    runs_folder.prepare(runs)
    gathered = Gathered(path=runs / FILE)
    try:
        with folder_kept(), listening(folder):
            yield gathered
    finally:
        gathered.requests, gathered.operations = collect(folder, runs)
