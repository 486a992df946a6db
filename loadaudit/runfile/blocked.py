"""Which requests waited for a lock and which held it: blocked sessions of PostgreSQL joined with traces."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from loadaudit.records import BlockedSession, StatementUse
from loadaudit.runfile.redaction import redact_sql

_PLACEHOLDER = re.compile(r"%s|%\(\w+\)s|\$\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request with the server processes of its database sessions."""

    number: int
    operation: str
    start_ns: int
    end_ns: int
    backends: tuple[int, ...]


def joined(waits: Iterable[BlockedSession], served: Iterable[Served]) -> tuple[BlockedSession, ...]:
    """Return the waits with the requests on both ends, as far as traces tell.

    A session serves one request at a time, so that its process id and the moment name the request. The holder is
    looked for at the moment when the wait began, the waiter in the middle of it.
    """
    wanted = list(waits)
    pids = {one.pid for one in wanted} | {one.holder_pid for one in wanted}
    by_pid: dict[int, list[Served]] = {}
    for one in served:
        for pid in one.backends:
            if pid in pids:
                by_pid.setdefault(pid, []).append(one)
    found = []
    for wait in wanted:
        waiter = _at(by_pid.get(wait.pid, ()), wait.start_ns + wait.wait_ns // 2)
        holder = _at(by_pid.get(wait.holder_pid, ()), wait.start_ns)
        if waiter is not None:
            most_ns = max(0, waiter.end_ns - wait.start_ns)
            wait = replace(wait, number=waiter.number, operation=waiter.operation, wait_ns=min(wait.wait_ns, most_ns))
        if holder is not None:
            wait = replace(wait, holder_number=holder.number, holder_operation=holder.operation)
        found.append(wait)
    return tuple(found)


def by_number(waits: Iterable[BlockedSession]) -> Mapping[int, Sequence[BlockedSession]]:
    """Return the waits of each request."""
    found: dict[int, list[BlockedSession]] = {}
    for one in waits:
        if one.number:
            found.setdefault(one.number, []).append(one)
    return found


def lock_ns(waits: Sequence[BlockedSession], statements: Sequence[StatementUse], database_ns: int) -> int:
    """Return how long a request waited for locks: no statement longer than it took, and all not than all."""
    longest_ns: dict[str, int] = {}
    by_text: dict[tuple[str, str], int] = {}
    for use in statements:
        longest_ns[use.alias] = max(use.max_ns, longest_ns.get(use.alias, 0))
        text = _comparable(use.sql)
        by_text[use.alias, text] = max(use.max_ns, by_text.get((use.alias, text), 0))
    # Two aliases may be one database, of which only one is watched.
    whole_ns = max(longest_ns.values(), default=0)
    # A statement may wait for one lock after the other.
    waited_ns: dict[tuple[str, int, int], int] = {}
    for one in waits:
        most_ns = by_text.get((one.alias, _comparable(one.statement)), longest_ns.get(one.alias, whole_ns))
        statement = (one.alias, one.pid, one.statement_start_ns or one.start_ns)
        waited_ns[statement] = min(most_ns, waited_ns.get(statement, 0) + one.wait_ns)
    return min(database_ns, sum(waited_ns.values()))


def _comparable(sql: str) -> str:
    """Return a statement so that it is the same with the project's placeholders and as the server shows it."""
    return " ".join(_PLACEHOLDER.sub("?", redact_sql(sql)).split())


def _at(served: Iterable[Served], moment_ns: int) -> Served | None:
    return next((one for one in served if one.start_ns <= moment_ns <= one.end_ns), None)
