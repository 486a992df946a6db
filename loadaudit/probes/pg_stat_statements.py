"""What PostgreSQL itself counts of each statement, where the extension pg_stat_statements is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadaudit.probes import postgresql
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.series import Note, NotObservedError
from loadaudit.runfile.redaction import redact_sql

if TYPE_CHECKING:
    import psycopg

MOST_STATEMENTS = 5
_HIDDEN = "<insufficient privilege>"
"""In the place of the statements of other roles."""
_STATEMENT_CHARS = 200
_NAME = "pg_stat_statements"
_TIMES = ("total_exec_time", "total_time")
"""Since version 1.8, and before."""
# Without those of the probes themselves.
_COUNTS = """
SELECT queryid, query, calls, {time}, rows FROM {view}
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg\\_stat\\_%'
"""
_SUMS = """
SELECT coalesce(sum(calls), 0), coalesce(sum({time}), 0) FROM {view}
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg\\_stat\\_%'
"""
# The extension may lie in a schema that the role's search_path does not name.
_PLACE = """
WITH place AS (SELECT coalesce(to_regclass('pg_stat_statements'), (
    SELECT to_regclass(quote_ident(nspname) || '.pg_stat_statements')
    FROM pg_extension JOIN pg_namespace AS schema ON schema.oid = extnamespace
    WHERE extname = 'pg_stat_statements')) AS view)
SELECT view::text,
    EXISTS (SELECT FROM pg_attribute WHERE attrelid = view AND attname = 'total_exec_time'),
    current_setting('pg_stat_statements.track', true), current_setting('compute_query_id', true)
FROM place
"""
_NOT_LOADED = "Set shared_preload_libraries = 'pg_stat_statements' in postgresql.conf, and start the server again."
_COUNT_ALL = "Set pg_stat_statements.track = top."
_ABSENT = (
    "CREATE EXTENSION pg_stat_statements; with shared_preload_libraries = 'pg_stat_statements' in postgresql.conf."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """One statement since the server's counters were reset."""

    query: str
    calls: int
    time_ms: float
    rows: int


class StatStatementsProbe:
    """Reads how many statements the audited database executed, and how long; `probe` knows the way to it."""

    def __init__(self, probe: PostgresqlProbe) -> None:
        self.name = f"pg_stat_statements {probe.alias}"
        self._probe = probe
        self._connection: psycopg.Connection[Any] | None = None
        self._time, self._view = _TIMES[0], _NAME
        self._note: Note | None = None
        self._before: dict[Any, _Counted] = {}
        self._sums = (0.0, 0.0)
        self._user = probe.user

    def start(self, note: Note) -> None:
        """Take the counts that later ones are measured against.

        Raises NotObservedError where the extension is not there, with what would bring it.
        """
        try:
            import psycopg
        except ImportError as error:
            raise NotObservedError(f"psycopg 3 cannot be loaded: {error}.", hint="pip install psycopg") from error
        try:
            self._connection = self._probe.connect()
            self._find(self._connection)
            self._before, self._sums = self._counted(), self._summed()
        except psycopg.errors.ObjectNotInPrerequisiteState as error:
            raise NotObservedError(" ".join(str(error).split()), hint=_NOT_LOADED) from error
        except psycopg.Error as error:
            raise self._probe.refused(error) from error
        # Before this nothing was counted that could be noted at the end.
        self._note = note

    def read(self) -> Mapping[str, float]:
        """Return statements and milliseconds in them since the start, as far as the role may see them."""
        calls, time_ms = self._summed()
        # pg_stat_statements_reset() sets counters back to zero.
        return {"calls": max(0.0, calls - self._sums[0]), "execution_ms": max(0.0, time_ms - self._sums[1])}

    def stop(self) -> None:
        """Note the statements that took most time since the start, and close the session."""
        connection, note = self._connection, self._note
        try:
            if connection is not None and note is not None:
                after = self._counted()
                for text in heaviest(self._before, after):
                    note(f"{self.name}: {text}")
                if any(one.query == _HIDDEN for one in after.values()):
                    note(
                        f"{self.name}: statements of other roles are not named. To see them: GRANT pg_monitor TO "
                        f"{self._user};"
                    )
        finally:
            self._connection = self._note = None
            if connection is not None:
                connection.close()

    def _find(self, connection: "psycopg.Connection[Any]") -> None:
        """Find the extension's view. Raises NotObservedError where there is none, or where it counts nothing."""
        row = connection.execute(_PLACE).fetchone()
        if row is None or row[0] is None:
            raise NotObservedError("The extension is not in the audited database.", hint=_ABSENT)
        self._view, is_new, track, ids = row
        # Not the server's version: an extension keeps its own until it is updated.
        self._time = _TIMES[not is_new]
        if track == "none":
            raise NotObservedError("It counts nothing: pg_stat_statements.track = none.", hint=_COUNT_ALL)
        if ids == "off":
            raise NotObservedError("It counts nothing: compute_query_id = off.", hint="Set compute_query_id = auto.")

    def _counted(self) -> dict[Any, _Counted]:
        if self._connection is None:
            return {}
        found = self._connection.execute(_COUNTS.format(time=self._time, view=self._view)).fetchall()
        return {
            (queryid, query): _Counted(query=query or "", calls=calls, time_ms=time_ms, rows=rows)
            for queryid, query, calls, time_ms, rows in found
        }

    def _summed(self) -> tuple[float, float]:
        row = (
            None
            if self._connection is None
            else self._connection.execute(_SUMS.format(time=self._time, view=self._view)).fetchone()
        )
        return (float(row[0]), float(row[1])) if row else (0.0, 0.0)


def heaviest(before: Mapping[Any, _Counted], after: Mapping[Any, _Counted]) -> Iterator[str]:
    """Yield a sentence for each of the statements that took most time between two moments."""
    grown = []
    for key, now in after.items():
        then = before.get(key)
        calls = now.calls - (then.calls if then else 0)
        time_ms = now.time_ms - (then.time_ms if then else 0.0)
        if calls > 0 and now.query != _HIDDEN:
            grown.append((time_ms, calls, now.rows - (then.rows if then else 0), now.query))
    for time_ms, calls, rows, query in sorted(grown, reverse=True)[:MOST_STATEMENTS]:
        text = " ".join(redact_sql(query).split())
        shown = text if len(text) <= _STATEMENT_CHARS else f"{text[:_STATEMENT_CHARS]}…"
        yield f"{calls:,} executions took {time_ms:,.0f} ms ({time_ms / calls:.2f} ms each, {rows:,} rows): {shown}"


def project_probes() -> tuple[StatStatementsProbe, ...]:
    """Return one probe for each PostgreSQL database that this process is configured for; opens no connection."""
    return tuple(map(StatStatementsProbe, postgresql.project_probes()))
