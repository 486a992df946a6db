"""Sessions of the audited PostgreSQL database, locks, counters and scans, through one session named loadaudit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connections

from loadaudit.probes.postgresql_activity import Counters, TableScans
from loadaudit.probes.postgresql_refusals import NEEDS_A_SESSION, remedy
from loadaudit.probes.postgresql_waits import BlockingWatch
from loadaudit.probes.series import Note, NotObservedError
from loadaudit.records import BlockedSession

if TYPE_CHECKING:
    import psycopg

APPLICATION_NAME = "loadaudit"

NOT_LIBPQ = ("context", "cursor_factory", "prepare_threshold")
"""What Django hands to its driver's connection class and not to libpq."""
_CONNECT_TIMEOUT_S = 5

_SERVER = "SELECT current_setting('max_connections'), pg_backend_pid(), current_setting('track_counts', true) <> 'off'"
# Without the right to see a session its backend_type is NULL too; only background processes have no database. An idle
# session behind a pooler is the pooler's, even if a probe was the last that it served and left its name.
_SESSIONS = """
SELECT datname = current_database(), state, wait_event_type = 'Lock', count(*)
FROM pg_stat_activity
WHERE (backend_type = 'client backend' OR (backend_type IS NULL AND datname IS NOT NULL)) AND pid <> pg_backend_pid()
    AND (coalesce(application_name, '') <> 'loadaudit' OR ({pooled} AND state = 'idle'))
GROUP BY 1, 2, 3
"""
_SERIES = {
    "active": "active",
    "idle": "idle",
    "idle in transaction": "idle_in_transaction",
    "idle in transaction (aborted)": "idle_in_transaction",
}
_ALWAYS = ("sessions", "active", "idle", "idle_in_transaction", "waiting_on_lock", "server_sessions")
"""Series that are there also when nobody is in that state."""

Row = tuple[bool | None, str | None, bool | None, int]


class PostgresqlProbe:
    """Reads pg_stat_activity; `parameters` are those that Django connects with."""

    def __init__(self, alias: str, parameters: Mapping[str, Any]) -> None:
        self.name = f"postgresql {alias}"
        self.alias = alias
        self._parameters = {key: value for key, value in parameters.items() if key not in NOT_LIBPQ} | {
            "application_name": APPLICATION_NAME,
            "connect_timeout": _CONNECT_TIMEOUT_S,
        }
        self._connection: psycopg.Connection[Any] | None = None
        self._max_connections = 0.0
        self._sessions = _SESSIONS.format(pooled=False)
        self._counters = Counters()
        self._watch: BlockingWatch | None = None
        self._scans: TableScans | None = None
        self._note: Note = _drop
        self.user = str(parameters.get("user") or "the role")

    def start(self, note: Note) -> None:
        """Open the session. Raises NotObservedError when psycopg is missing or the server refuses."""
        try:
            import psycopg
        except ImportError as error:
            raise NotObservedError(
                f"psycopg 3 cannot be loaded: {error}.", hint="Install libpq, or pip install 'psycopg[binary]'."
            ) from error
        self._note = note
        try:
            self._connection = self.connect()
            row = self._connection.execute(_SERVER).fetchone()
            self._scans = TableScans(self._connection)
        except psycopg.Error as error:
            raise self.refused(error) from error
        if row is not None:
            self._max_connections = float(row[0])
            # A pooler makes the number up.
            self._sessions = _SESSIONS.format(pooled=row[1] != self._connection.info.backend_pid)
            if not row[2]:
                note(f"{self.name}: scans and dead rows of tables are not counted: set track_counts = on.")
        self._counters = Counters()
        self._watch = BlockingWatch(self.alias, self.connect, self._described)
        self._watch.start()

    def connect(self) -> "psycopg.Connection[Any]":
        """Return a new session of the same kind. Raises psycopg.OperationalError when the server refuses."""
        import psycopg

        # A statement prepared on one server session fails on another behind a pooler in transaction mode.
        return psycopg.connect(**self._parameters, autocommit=True, prepare_threshold=None)

    def refused(self, error: Exception, otherwise: str = NEEDS_A_SESSION) -> NotObservedError:
        """Return what a driver's error says, with what helps against it."""
        said = " ".join(str(error).split())
        if not said.endswith((".", "?")):
            said += "."
        return NotObservedError(said, hint=remedy(said, self._parameters, otherwise))

    def _described(self, error: Exception) -> str:
        refused = self.refused(error)
        return f"{refused.message} {refused.hint}"

    def read(self) -> Mapping[str, float]:
        """Return the sessions by state, this one not counted (the states add up to `sessions`), and counters."""
        if self._connection is None:
            return {}
        import psycopg

        try:
            values = count_sessions(self._connection.execute(self._sessions.encode()).fetchall())
            counters = self._counters.read(self._connection)
        except psycopg.Error as error:
            raise self.refused(error, otherwise="") from error
        if "state_hidden" in values:
            self._note(
                f"{self.name}: some sessions do not show their state. To count them too: GRANT pg_monitor TO "
                f"{self.user}; or the setting track_activities = on, where it is off."
            )
        return {**values, "max_connections": self._max_connections, **counters}

    def stop(self) -> None:
        """Note how tables were read, and close the session."""
        connection, self._connection = self._connection, None
        if self._watch is not None:
            self._watch.stop()
        if connection is None:
            return
        try:
            if self._watch is not None:
                for text in self._watch.notes():
                    self._note(f"{self.name}: {text}")
            if self._scans is not None:
                for text in self._scans.notes(connection):
                    self._note(f"{self.name}: {text}")
        finally:
            connection.close()

    def take(self) -> Sequence[BlockedSession]:
        """Return the waits for locks that have ended since the last call."""
        return () if self._watch is None else self._watch.take()


def project_probes() -> tuple[PostgresqlProbe, ...]:
    """Return one probe for each PostgreSQL database that this process is configured for; opens no connection."""
    probes: dict[tuple[str, ...], PostgresqlProbe] = {}
    for alias in connections:
        connection = connections[alias]
        if connection.vendor == "postgresql":
            parameters = connection.get_connection_params()
            # A replica alias that points to the same database would count its sessions twice.
            place = tuple(str(parameters.get(key)) for key in ("service", "host", "port", "dbname"))
            probes.setdefault(place, PostgresqlProbe(alias, parameters))
    return tuple(probes.values())


def count_sessions(rows: Iterable[Row]) -> dict[str, float]:
    """Return the counts per series from rows of: in the audited database, state, waits on a lock, sessions."""
    counts = Counter(dict.fromkeys(_ALWAYS, 0))
    for audited, state, waits, count in rows:
        counts["server_sessions"] += count
        if audited:
            counts["sessions"] += count
            counts["waiting_on_lock" if waits else _series_of(state)] += count
    return {name: float(count) for name, count in counts.items()}


def _series_of(state: str | None) -> str:
    if state is None or state == "disabled":
        return "state_hidden"
    # Starting, or in a fast-path function call: it does something.
    return _SERIES.get(state, "active")


def _drop(text: str) -> None:
    return None
