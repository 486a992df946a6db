"""The traces of a run file: what the server saw, with statements and waits for locks."""

from collections.abc import Iterator
from dataclasses import fields

from loadaudit.records import BlockedSession, RowWrite, ServerException, StatementUse, Trace
from loadaudit.runfile.blocked import Served, by_number, joined, lock_ns
from loadaudit.runfile.rows import Rows

_NOT_KEPT = ("statements", "lock_ns", "not_found", "before_view", "told", "session_changed")
TRACE_COLUMNS = tuple(one.name for one in fields(Trace) if one.name not in _NOT_KEPT)
_USE_FIELDS = ("alias", "sql", "count", "total_ns", "max_ns", "call_site", "rows")


def traces(table: Rows) -> Iterator[Trace]:
    """Yield the traces by number, each with its statements; an exception carries no traceback here."""
    exceptions = {
        row[0]: ServerException(fingerprint=row[0], type=row[1], message=row[2])
        for row in table.all("SELECT fingerprint, type, message FROM exceptions")
    }
    blocked = by_number(blocked_sessions(table))
    uses = _statement_uses(table)
    pending = next(uses, None)
    for row in table.all(f"SELECT {', '.join(TRACE_COLUMNS)} FROM traces ORDER BY number"):
        values = dict(zip(TRACE_COLUMNS, row, strict=True))
        statements = []
        while pending is not None and pending[0] <= values["number"]:
            if pending[0] == values["number"]:
                statements.append(pending[1])
            pending = next(uses, None)
        for name in ("view_ran", "denied", "summary_only"):
            values[name] = bool(values[name])
        values["exception"] = exceptions.get(values["exception"])
        for name in ("outgoing", "refusals", "http_hosts", "backends"):
            text = values[name]
            values[name] = tuple(table.parsed(text, "traces")) if text else ()
        written = values["row_writes"]
        entries = table.parsed(written, "traces") if written else ()
        values["row_writes"] = tuple(table.record(RowWrite, entry, "traces") for entry in entries)
        waits = blocked.get(values["number"])
        values["lock_ns"] = lock_ns(waits, statements, values["database_ns"]) if waits else 0
        yield Trace(**values, statements=tuple(statements))


def blocked_sessions(table: Rows) -> tuple[BlockedSession, ...]:
    """Return every wait for a lock that was seen, with the requests on both ends, in order of their ends."""
    waits = table.observations(BlockedSession)
    if not waits:
        return waits
    rows = table.all(
        "SELECT number, method, route, start_ns, service_ns, backends FROM traces"
        " WHERE backends != '' AND start_ns != 0"
    )
    return joined(
        waits,
        (
            Served(
                number=number,
                operation=f"{method} {route}",
                start_ns=start_ns,
                end_ns=start_ns + service_ns,
                backends=tuple(table.parsed(backends, "traces")),
            )
            for number, method, route, start_ns, service_ns, backends in rows
        ),
    )


def _statement_uses(table: Rows) -> Iterator[tuple[int, StatementUse]]:
    rows = table.all(
        "SELECT trace, alias, sql, count, total_ns, max_ns, call_site, rows FROM statement_uses"
        " JOIN statements ON statements.id = statement ORDER BY trace, statement_uses.rowid"
    )
    for trace, *values in rows:
        yield trace, StatementUse(**dict(zip(_USE_FIELDS, values, strict=True)))
