"""Whether a request has changed rows, by the statements of its trace."""

import re

from loadaudit.records import StatementUse, Trace

WRITES = re.compile(
    r"\s*(?P<verb>INSERT|UPDATE|DELETE|REPLACE|MERGE)\b(?:\s+OR\s+\w+)?(?:\s+(?:INTO|FROM|ONLY))*\s+[\"`]?(?P<table>\w+)",
    re.IGNORECASE,
)


def changes(one: StatementUse, match: "re.Match[str]") -> bool:
    """Whether a statement that writes has changed a row, or made one, whose number not every driver tells."""
    return bool(one.rows) or match["verb"].upper() not in ("UPDATE", "DELETE")


def has_effect(trace: Trace) -> bool | None:
    """Whether a request has changed rows by its statements; None where it wrote none, or does more than these show."""
    if trace.summary_only or trace.session_saves or trace.http_calls or trace.outgoing or trace.cache_sets:
        return None
    written = [(one, match) for one in trace.statements if (match := WRITES.match(one.sql)) is not None]
    if not written or sum(one.count for one, _ in written) < trace.sql_writes:
        return None
    return any(changes(one, match) for one, match in written)
