"""Which operations rows that came since their last try may help: those that name a model of which a write made some."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.chances import may_work_now
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.records import Operation, Outcome

_MAKES = re.compile(r"\s*INSERT INTO (?:[\"`]?\w+[\"`]?\.)?[\"`]?(\w+)", re.IGNORECASE)


@dataclass(slots=True)
class RowsSince:
    """The tables that writes have put rows into, in the order in which they did.

    A result needs a task, which needs a file, which needs a book: where each is made by a request of its own, the last
    one works only when all others have, in whatever order they are tried.
    """

    _came: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    """How many of them had come when an operation was tried last, by its id."""

    def trying(self, operation: Operation) -> None:
        """Note that an operation is about to be tried with the rows that are there now."""
        self._known[operation.id] = len(self._came)

    def note(self, trial: Trial) -> None:
        """Note the rows that a write has made, where it works."""
        best = trial.best
        if best is None or not best.works or best.trace is None or trial.operation.method in SAFE_METHODS:
            return
        self._came += [match[1] for one in best.trace.statements if (match := _MAKES.match(one.sql)) is not None]

    def may_help(self, operation: Operation) -> bool:
        """Whether rows of a model that an operation names have come since it was tried."""
        named = (*(one.model for one in operation.parameters), *(one.model for one in operation.body.fields))
        return self._have_come(operation, named)

    def may_work_now(self, operation: Operation, best: Try | None, *, first: bool) -> bool:
        """Whether another try may do better, the first time also where no row that is known of has come."""
        if self._may_fill(operation, best):
            return True
        return (first or self.may_help(operation)) and may_work_now(operation, best)

    def _may_fill(self, operation: Operation, best: Try | None) -> bool:
        """Whether rows have come that a body could not name which broke the view."""
        if best is None or best.payload is None or best.outcome is not Outcome.SERVER_ERROR:
            return False
        sent = sent_values(best.payload, set())
        return self._have_come(operation, [one.model for one in operation.body.fields if one.name not in sent])

    def _have_come(self, operation: Operation, labels: Iterable[str | None]) -> bool:
        came = self._came[self._known.get(operation.id, 0) :]
        return bool(came) and any(one in came for one in _tables(labels))


def _tables(labels: Iterable[str | None]) -> Iterator[str]:
    for label in {one for one in labels if one}:
        try:
            yield apps.get_model(label)._meta.db_table
        except (LookupError, ValueError):
            continue
