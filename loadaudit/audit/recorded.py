"""Listens to the test client while something runs, and stores what was heard."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loadaudit.audit.counting import counted
from loadaudit.planning.project.contained import folder_kept
from loadaudit.planning.recorded.hook import listening
from loadaudit.planning.recorded.store import FILE, LeftOut, collect, left_out
from loadaudit.runfile import folder as runs_folder

_LEFT_OUT = {
    LeftOut.REFUSED: "answered with an error",
    LeftOut.LOGIN: "sent to the login",
    LeftOut.NO_ROUTE: "without a route",
}


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What was recorded, known at the end."""

    path: Path
    requests: int = 0
    operations: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)

    def in_words(self) -> str:
        """Return a line for the terminal."""
        left = [f"{self.left_out[why]:,} {text}" for why, text in _LEFT_OUT.items() if self.left_out[why]]
        ending = f"; not kept: {', '.join(left)}" if left else ""
        if not self.requests:
            return f"loadaudit: no request was recorded{ending}. Only Django's test clients are listened to."
        requests, operations = counted(self.requests, "request"), counted(self.operations, "operation")
        return f"loadaudit: {requests} of {operations} recorded in {self.path}{ending}"


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
        gathered.left_out = left_out(folder)
