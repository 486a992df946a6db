"""Rows of the run's own that a view has read which broke otherwise, or not at all, without them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from loadaudit.planning.making.breaking import tables_read
from loadaudit.planning.preflight.judge import READS_OWN, Try
from loadaudit.records import Outcome


@dataclass(slots=True, kw_only=True)
class BrokenWithout:
    """How operations broke before the run had made any row that they read."""

    known: dict[str, str] = field(default_factory=dict)
    """By operation, the fingerprint of the exception."""

    def told(self, operation_id: str, best: Try | None, own: Collection[Any]) -> str:
        """Say of which models a view that broke has read rows of the run's own; empty where it broke so before.

        `own` are those that were there when it was tried.
        """
        raised = best.trace.exception if best is not None and best.trace is not None else None
        if best is None or best.outcome is not Outcome.SERVER_ERROR or raised is None:
            return ""
        tables = tables_read(best)
        models = ", ".join(sorted({one._meta.label for one in own if one._meta.db_table in tables}))
        if not models:
            self.known[operation_id] = raised.fingerprint
        if not models or self.known.get(operation_id) == raised.fingerprint:
            return ""
        return f"{READS_OWN} ({models}), and may break on them"
