"""Rows that a write has used up, as they were before it: what is approved cannot be approved again."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.making.copies import RowCopies
from loadaudit.planning.preflight.days_in_turn import Calendar
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.planning.resolving import row_at
from loadaudit.records import Operation, Parameter, PlannedPath


class User(Protocol):
    """Knows what parameters mean."""

    def understood(self, operation: Operation) -> Operation:
        """Return the operation with what is known of its parameters."""


@dataclass(slots=True)
class RowsUsed:
    """Rows of addresses to which a write worked, as they were before it."""

    copies: RowCopies | None = None
    """Makes more of them; None where there is no clone."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    """Days that are handed out to what writes rows of one kind, by that."""
    _before: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Id of an operation → the address at which it worked last, and its row then."""

    def row_before(self, operation: Operation, user: User, path: PlannedPath) -> Any:
        """Return the row to which a write is about to be sent; None where it names none."""
        if operation.method in SAFE_METHODS or not operation.parameters:
            return None
        leaf = leaf_of(user.understood(operation))
        return row_at(leaf, path.path) if leaf is not None else None

    def note(self, operation: Operation, one: Try, row: Any) -> Try:
        """Take what a request found its row like, if it worked; return the request."""
        if one.works and row is not None:
            self._before[operation.id] = one.path.path, row
        return one

    def before(self, trial: Trial) -> Any:
        """Return the row of a trial that worked as it was before; None where nobody has looked."""
        path, row = self._before.get(trial.operation.id, ("", None))
        return row if trial.best is not None and trial.best.path.path == path else None

    def notes(self) -> tuple[str, ...]:
        """Say how many copies there are, if any."""
        return self.copies.notes() if self.copies is not None else ()


def leaf_of(operation: Operation) -> Parameter | None:
    """Return the parameter that names the innermost row."""
    named = [one for one in operation.parameters if one.model and one.model_field]
    return named[-1] if named and named[-1] is operation.parameters[-1] else None
