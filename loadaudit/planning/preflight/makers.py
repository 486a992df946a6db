"""Requests that make rows, sent once more before something is destroyed, so that it takes a row of the run's own."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models

from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.resolving import model_named
from loadaudit.records import Operation

_INSERT = re.compile(r"^\s*INSERT INTO [\"`\[]?([\w.]+)", re.IGNORECASE)


@dataclass(slots=True)
class Makers:
    """By table, the request that filled it and few others beside."""

    _by_table: dict[str, tuple[int, Operation, Try]] = field(default_factory=dict)

    def note(self, operation: Operation, one: Try) -> None:
        """Take a request that worked; without its statements it is not known what it makes."""
        statements = one.trace.statements if one.trace is not None else ()
        tables = {match[1] for each in statements if (match := _INSERT.match(each.sql))}
        for table in tables:
            known = self._by_table.get(table)
            if known is None or len(tables) < known[0]:
                self._by_table[table] = len(tables), operation, one

    def of_rows_for(self, operation: Operation) -> tuple[Operation, Try] | None:
        """Return what makes a row of the kind that an operation's address names."""
        model = model_named(operation.parameters)
        found = self._by_table.get(model._meta.db_table) if model is not None else None
        return found[1:] if found is not None else None


def falls_with(operation: Operation) -> int:
    """Return how many models may lose rows when the row goes that an operation's address names.

    What takes little along is sent first, so that the rest still finds its rows.
    """
    model = model_named(operation.parameters)
    return len(_dependents(model)) if model is not None else 0


@cache
def _dependents(model: type[models.Model]) -> frozenset[type[models.Model]]:
    """Return the models whose rows point to those of a model, by whatever way."""
    found: set[type[models.Model]] = set()
    waiting = [model]
    while waiting:
        for relation in waiting.pop()._meta.related_objects:
            other: Any = relation.related_model
            if not relation.many_to_many and other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)
