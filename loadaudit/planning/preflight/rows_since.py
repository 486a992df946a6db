"""Which operations rows that came since their last try may help: those that name a model of which a write made some."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.preflight.judge import Trial
from loadaudit.records import Operation

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
        came = self._came[self._known.get(operation.id, 0) :]
        return bool(came) and any(one in came for one in _tables(operation))


def _tables(operation: Operation) -> Iterator[str]:
    """Yield the tables of the models whose rows an operation names in its address or in its body."""
    named = (*(one.model for one in operation.parameters), *(one.model for one in operation.body.fields))
    for label in {one for one in named if one}:
        try:
            yield apps.get_model(label)._meta.db_table
        except (LookupError, ValueError):
            continue
