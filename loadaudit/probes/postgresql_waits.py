"""Who waits for whom for a lock of PostgreSQL, looked at ten times a second while anybody waits, else once a second."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadaudit.probes.tags import tagged_operation
from loadaudit.records import BlockedSession
from loadaudit.runfile.redaction import redact_sql

WATCHING_S, IDLE_S = 0.1, 1.0
MOST_WAITS = 20_000
"""Kept of one run; more are counted."""

_WAIT_START = 140_000
"""PostgreSQL 14 says since when a lock is waited for; before that the statement's start stands for it."""
_SAME_WAIT_NS = 50_000_000
_JOIN_S = 6.0
# One statement for all, so that both ends are of one moment.
_SESSIONS = """
SELECT pid, query, state, wait_event_type = 'Lock', extract(epoch FROM clock_timestamp() - {since}),
    CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE ARRAY[]::int[] END,
    wait_event, extract(epoch FROM clock_timestamp() - xact_start), extract(epoch FROM clock_timestamp() - query_start),
    extract(epoch FROM query_start),
    extract(epoch FROM clock_timestamp() - greatest(query_start, CASE WHEN state <> 'active' THEN state_change END))
FROM pg_stat_activity AS session
WHERE datname = current_database() AND ({known} OR EXISTS (
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'))
"""
_SINCE = (
    "coalesce((SELECT min(waitstart) FROM pg_locks WHERE pid = session.pid AND NOT granted), query_start)",
    "query_start",
)


@dataclass(slots=True)
class _Wait:
    """One that goes on."""

    start_ns: int
    seen_ns: int
    statement: str
    lock: str
    holder: int
    holding: str
    state: str
    held_ns: int
    statement_start_ns: int
    """When its statement began."""
    operation: str = ""
    """Of a statement that carries it."""
    holder_operation: str = ""


class BlockingWatch:
    """Looks at a session of its own in a thread of its own; `connect` opens that session."""

    def __init__(
        self,
        alias: str,
        connect: Callable[[], Any],
        described: Callable[[Exception], str] = str,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`described` says what a driver's error means and what helps against it."""
        self._described = described
        self._dropped = 0
        self._failure = ""
        self._alias = alias
        self._connect = connect
        self._clock_ns = clock_ns
        self._end = threading.Event()
        self._going: dict[int, _Wait] = {}
        self._statements: dict[int, tuple[Any, int]] = {}
        """The last that waited of each session: when it began on the server's clock, and on ours. The same number for
        all waits of a statement, by which they are added up."""
        self._ended: list[BlockedSession] = []
        self._kept = 0
        self._thread = threading.Thread(target=self._run, daemon=True, name="loadaudit-waits")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; what still waits ends with it."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)
        self._close(set(), self._clock_ns(), {})

    def take(self) -> Sequence[BlockedSession]:
        """Return the waits that have ended since the last call; times are on the clock."""
        ended, self._ended = self._ended, []
        return ended

    def notes(self) -> Iterator[str]:
        """Yield what is missing, with what would allow it."""
        if self._failure:
            yield f"who waits for whom was not observed to the end: {self._failure}"
        if self._dropped:
            yield f"{self._dropped} waits for locks beyond the first {MOST_WAITS:,} were not kept."

    def look(self, connection: Any) -> bool:
        """Look once; return whether anybody waits."""
        since = _SINCE[connection.info.server_version < _WAIT_START]
        # Those that waited before tell when that ended, also if nobody waits any more.
        sessions = connection.execute(_SESSIONS.format(since=since, known=bool(self._going))).fetchall()
        now_ns = self._clock_ns()
        blocked_by = {pid: tuple(pids) for pid, _, _, waits, _, pids, *_ in sessions if waits and pids}
        # An idle session holds nothing: it went on between the server's looks at locks and at sessions.
        holding = {
            pid: (_text(query), tagged_operation(query or ""), state or "", _ns(held_s))
            for pid, query, state, *_, held_s, _, _, _ in sessions
            if state != "idle"
        }
        self._close(set(blocked_by), now_ns, {pid: now_ns - _ns(quiet_s) for pid, *_, quiet_s in sessions})
        for pid, query, _, _, waited_s, _, lock, _, statement_s, statement, _ in sessions:
            if pid in blocked_by:
                root = _root(pid, blocked_by)
                text, holder, state, held_ns = holding.get(root, ("", "", "", 0))
                start_ns = now_ns - _ns(waited_s)
                if self._statements.get(pid, ("", 0))[0] != statement:
                    self._statements[pid] = (statement, now_ns - _ns(statement_s))
                began_ns = self._statements[pid][1]
                wait = _Wait(start_ns, now_ns, _text(query), lock or "", root, text, state, held_ns, began_ns)
                wait.operation, wait.holder_operation = tagged_operation(query or ""), holder
                self._seen(pid, wait)
        return bool(blocked_by)

    def _seen(self, pid: int, seen: _Wait) -> None:
        wait = self._going.get(pid)
        if wait is not None and abs(wait.start_ns - seen.start_ns) > _SAME_WAIT_NS:
            # It got that lock between two looks, and waits for the next.
            self._keep(pid, wait, max(wait.seen_ns, min(seen.start_ns, seen.seen_ns)))
            wait = None
        if wait is None or not wait.holding:
            seen.start_ns = wait.start_ns if wait is not None else seen.start_ns
            self._going[pid] = seen
        else:
            wait.seen_ns = seen.seen_ns
            if wait.holder == seen.holder:
                wait.held_ns = max(wait.held_ns, seen.held_ns)

    def _run(self) -> None:
        try:
            connection = self._connect()
        except Exception as error:  # a driver's own kind
            self._failure = self._described(error)
            return
        try:
            pause_s = 0.0
            while not self._end.wait(pause_s):
                pause_s = WATCHING_S if self.look(connection) else IDLE_S
        except Exception as error:  # as above
            self._failure = self._described(error)
        finally:
            connection.close()

    def _close(self, waiting: set[int], now_ns: int, quiet_ns: Mapping[int, int]) -> None:
        """Keep the waits that go on no longer; `quiet_ns` says by session when its latest statement began or ended."""
        for pid in [pid for pid in self._going if pid not in waiting]:
            wait = self._going.pop(pid)
            # It ended somewhere between the last look that saw it and this one, but before its statement did.
            since_ns = quiet_ns.get(pid, now_ns)
            self._keep(pid, wait, since_ns if wait.seen_ns < since_ns < now_ns else now_ns)

    def _keep(self, pid: int, wait: _Wait, gone_ns: int) -> None:
        if self._kept >= MOST_WAITS:
            self._dropped += 1
            return
        self._kept += 1
        resolution_ns = max(0, gone_ns - wait.seen_ns)
        self._ended.append(
            BlockedSession(
                alias=self._alias,
                pid=pid,
                statement=wait.statement,
                start_ns=wait.start_ns,
                wait_ns=wait.seen_ns - wait.start_ns + resolution_ns // 2,
                resolution_ns=resolution_ns,
                holder_pid=wait.holder,
                holder_statement=wait.holding,
                holder_state=wait.state,
                lock=wait.lock,
                held_ns=wait.held_ns,
                statement_start_ns=wait.statement_start_ns,
                operation=wait.operation,
                holder_operation=wait.holder_operation,
            )
        )


def _root(pid: int, blocked_by: dict[int, tuple[int, ...]]) -> int:
    """Return who holds what all in the line wait for, or whom the session itself waits for where they go in a ring."""
    seen = {pid}
    at = pid
    while at in blocked_by:
        ahead = [one for one in blocked_by[at] if one not in seen]
        if not ahead:
            break
        # The one that waits for nobody itself, where there is one.
        at = next((one for one in ahead if one not in blocked_by), ahead[0])
        seen.add(at)
    return at if at != pid else next(iter(blocked_by[pid]), 0)


def _ns(seconds: Any) -> int:
    return round(max(0.0, float(seconds or 0)) * 1e9)


def _text(statement: str | None) -> str:
    return " ".join(redact_sql(statement or "").split())
