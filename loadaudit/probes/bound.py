"""Keeps the values of one execution of each statement, in memory alone, for the real plans of a throw-away clone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loadaudit.probes.recorder import END, PARAMETERS, START, Mark, fetch_ns_of
from loadaudit.records import StatementUse

MOST_STATEMENTS = 500
LONGEST_TEXT = 20_000
_VERBS = ("SELECT", "WITH", "UPDATE", "DELETE")

BoundStatement = tuple[str, str, str]
"""Database alias, text with placeholders, and text with values."""


class BoundStatements:
    """Notes the values of slow executions. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._longest_ns: dict[tuple[str, str], int] = {}
        self._new: dict[tuple[str, str], Any] = {}

    def install(self) -> None:
        """Begin to keep values; a second call does nothing."""
        if self not in keepers:
            keepers.append(self)

    def restore(self) -> None:
        """Keep no more; a second call does nothing."""
        if self in keepers:
            keepers.remove(self)

    def note(self, groups: Mapping[str, Mapping[str, Sequence[Mark]]], uses: Iterable[StatementUse]) -> None:
        """Keep the values of a statement's longest execution in a request, if it took twice as long as all before."""
        for use in uses:
            key = use.alias, use.sql
            if use.max_ns > 2 * self._longest_ns.get(key, -1) and (marks := groups[use.alias].get(use.sql)):
                self._keep(key, use.max_ns, marks)

    def take(self) -> list[BoundStatement]:
        """Return what was noted since the last call, as PostgreSQL would read it."""
        new, self._new = self._new, {}
        found = ((alias, sql, bound_text(sql, values)) for (alias, sql), values in new.items())
        return [one for one in found if one[2]]

    def _keep(self, key: tuple[str, str], longest_ns: int, marks: Sequence[Mark]) -> None:
        if key not in self._longest_ns and len(self._longest_ns) >= MOST_STATEMENTS:
            return
        self._longest_ns[key] = longest_ns
        if key[1].lstrip("( \n")[:6].upper().startswith(_VERBS):
            self._new[key] = max(marks, key=lambda mark: mark[END] - mark[START] + fetch_ns_of(mark))[PARAMETERS]


keepers: list[BoundStatements] = []
"""Those that are installed."""


def bound_text(sql: str, values: Any) -> str:
    """Return a statement with its values in their places, or empty where they cannot be written down."""
    if values is None:
        # Of several at once no values are kept.
        text = sql if "%s" not in sql else ""
    elif isinstance(values, (list, tuple)):
        text = _filled(sql, values)
    else:
        text = ""
    return text if len(text) <= LONGEST_TEXT else ""


def _filled(sql: str, values: Sequence[Any]) -> str:
    from psycopg.sql import Literal

    try:
        return sql % tuple(Literal(one).as_string(None) for one in values)
    except Exception:  # a value of the project's own kind, or a statement that is no format
        return ""


def taken() -> list[BoundStatement]:
    """Return what those that are installed have noted since the last call."""
    return [one for keeper in keepers for one in keeper.take()]
