"""Addresses of rows that were changed for what works on them: others of the same pool were not."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from loadaudit.planning.making.changes import RowChanges
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation


class Understands(Protocol):
    """Knows what parameters mean."""

    def understood(self, operation: Operation) -> Operation:
        """Return the operation with what is known of its parameters."""


def on_changed_rows(trial: Trial, operation: Operation, changes: Iterable[RowChanges]) -> Trial:
    """Return a trial that worked on a row which was changed for it with the addresses of changed rows alone.

    A stock was raised, or a day moved, of the row that was tried: the load would be refused on the others.
    """
    made = [one for one in changes if one.has_changed_for(operation.id)]
    if not (made and trial.works and trial.best is not None and trial.pool):
        return trial
    named = [one for one in operation.parameters if one.model]

    def is_changed(path: str) -> bool:
        rows = [row for one in named if (row := row_at(one, path)) is not None]
        return any(one.has_changed(row) for one in made for row in rows)

    if not is_changed(trial.best.path.path):
        return trial
    pool = tuple(one for one in trial.pool if is_changed(one.path))
    return replace(trial, pool=pool or (trial.best.path,))
