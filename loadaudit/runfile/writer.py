"""Writes a run file: everything committed stays, whatever happens to the process afterwards."""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loadaudit.errors import AbortedError
from loadaudit.records import (
    ImportedResults,
    Inventory,
    LoadNode,
    LoginAttempt,
    LostSession,
    Observation,
    Plan,
    RunInfo,
    Sample,
    SeriesReading,
    ToolVerdict,
    Trace,
)
from loadaudit.runfile import schema
from loadaudit.runfile.addresses import Addresses
from loadaudit.runfile.codec import to_plain
from loadaudit.runfile.redaction import redact_message, redact_sql, redact_text
from loadaudit.runfile.traces import TRACE_COLUMNS

_SAMPLE_COLUMNS = Sample._fields
_LOGIN_COLUMNS = tuple(one.name for one in fields(LoginAttempt))
_LOST_COLUMNS = tuple(one.name for one in fields(LostSession))
_NODE_COLUMNS = tuple(one.name for one in fields(LoadNode))

_REMEMBERED_PATHS = 10_000


class RunWriter:
    """Creates the file with mode 0600 in WAL mode; `finish` turns it into one plain file.

    Safe to use from several threads: every public method takes one lock and commits.
    """

    def __init__(self, path: Path, info: RunInfo) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._statements: dict[str, int] = {}
        self._addresses = Addresses()
        self._paths: dict[tuple[str, str], str] = {}
        self._exceptions: set[str] = set()
        self._message_texts: set[str] = set()
        self._connection = _create(path)
        self.update_info(info)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def update_info(self, info: RunInfo) -> None:
        """Store what identifies the run, replacing what was stored before."""
        plain = to_plain(info)
        plain["finish_reason"] = redact_text(info.finish_reason)
        plain["note"] = redact_text(info.note)
        environment = plain.pop("environment")
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO run VALUES (?, ?)", [(key, json.dumps(value)) for key, value in plain.items()]
            )
            connection.executemany(
                "INSERT OR REPLACE INTO environment VALUES (?, ?)",
                [(key, redact_text(value)) for key, value in environment.items()],
            )

    def add_inventory(self, inventory: Inventory) -> None:
        """Store the operations, problems and groups left out."""
        self._addresses.know(inventory.operations)
        plain = to_plain(inventory)
        rows = [(entry["id"], entry["category"], json.dumps(entry)) for entry in plain.pop("operations")]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO operations VALUES (?, ?, ?)", rows)
            connection.executemany(
                "INSERT INTO inventory VALUES (?, ?)", [(key, json.dumps(value)) for key, value in plain.items()]
            )

    def add_plan(self, plan: Plan) -> None:
        """Store the plan, replacing one stored before, without what is secret in it."""
        plain = to_plain(self._addresses.plan(plan))
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO plan VALUES (?, ?)", [(key, json.dumps(value)) for key, value in plain.items()]
            )

    def add_imported(self, results: ImportedResults) -> None:
        """Store what another tool measured, its texts redacted."""
        plain = to_plain(results)
        groups = plain.pop("groups")
        for group in groups:
            group["name"] = self._addresses.stored(group["name"])
            for error in group["errors"]:
                error["text"] = redact_message(error["text"])
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO imported VALUES (?, ?)", [(key, json.dumps(value)) for key, value in plain.items()]
            )
            connection.executemany(
                "INSERT INTO imported_groups (name, record) VALUES (?, ?)",
                [(group["name"], json.dumps(group)) for group in groups],
            )

    def add_samples(self, samples: Iterable[Sample]) -> None:
        """Store samples of the client side."""
        rows = [self._sample_row(sample) for sample in samples]
        with self._transaction() as connection:
            connection.executemany(_insert("samples", _SAMPLE_COLUMNS), rows)

    def add_traces(self, traces: Iterable[Trace]) -> None:
        """Store traces of the server side with their statements and exceptions, redacted."""
        with self._transaction() as connection:
            for trace in traces:
                self._add_trace(connection, trace)

    def add_logins(self, attempts: Iterable[LoginAttempt]) -> None:
        """Store login attempts."""
        rows = [tuple(_stored_login(one, name) for name in _LOGIN_COLUMNS) for one in attempts]
        with self._transaction() as connection:
            connection.executemany(_insert("logins", _LOGIN_COLUMNS), rows)

    def add_lost_sessions(self, lost: Iterable[LostSession]) -> None:
        """Store sessions that ended during the load."""
        rows = [tuple(getattr(one, name) for name in _LOST_COLUMNS) for one in lost]
        with self._transaction() as connection:
            connection.executemany(_insert("lost_sessions", _LOST_COLUMNS), rows)

    def add_tool_verdicts(self, verdicts: Iterable[ToolVerdict]) -> None:
        """Store what a load tool said about its requests."""
        rows = [
            (
                one.number,
                json.dumps(one.numbers),
                one.method,
                self._addresses.stored(one.name),
                redact_message(one.failure),
            )
            for one in verdicts
        ]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO tool_verdicts VALUES (?, ?, ?, ?, ?)", rows)

    def add_load_nodes(self, nodes: Iterable[LoadNode]) -> None:
        """Store which processes sent a part of the load, replacing what was stored of them before."""
        rows = [tuple(getattr(one, name) for name in _NODE_COLUMNS) for one in nodes]
        with self._transaction() as connection:
            connection.executemany(_insert("load_nodes", _NODE_COLUMNS), rows)

    def add_series(self, readings: Iterable[SeriesReading]) -> None:
        """Store what probes read beside the requests."""
        rows = [(one.probe, name, one.time_ns, value) for one in readings for name, value in one.values.items()]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO series VALUES (?, ?, ?, ?)", rows)

    def add_observations(self, observations: Iterable[Observation]) -> None:
        """Store what was asked of the target's servers."""
        rows = [(type(one).__name__, json.dumps(to_plain(one))) for one in observations]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO observations (kind, record) VALUES (?, ?)", rows)

    def add_message(self, text: str) -> None:
        """Store one note about the run; a text stored before is not repeated."""
        text = redact_text(self._addresses.told(text))
        if text in self._message_texts:
            return
        self._message_texts.add(text)
        with self._transaction() as connection:
            connection.execute("INSERT INTO messages (text) VALUES (?)", (text,))

    def finish(self, info: RunInfo) -> None:
        """Store the final facts, index the file and leave WAL mode, so that one plain file remains."""
        self.update_info(info)
        with self._transaction() as connection:
            connection.executescript(schema.INDEXES)
        self.close()

    def close(self) -> None:
        """Close the file; without `finish` before, readers will see it as cut short."""
        with self._lock:
            # A reader may hold the file open; the WAL then stays beside it and nothing is lost.
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.close()

    def _sample_row(self, sample: Sample) -> tuple[Any, ...]:
        route = sample.operation_id.partition(" ")[2]
        path = self._paths.get((sample.path, route)) or self._redacted_path(sample.path, route)
        location = sample.location and self._redacted_path(sample.location)
        if path != sample.path or location != sample.location:
            sample = sample._replace(path=path, location=location)
        # sqlite3 binds the values of a plain tuple in two thirds of the time.
        return tuple(sample)

    def _redacted_path(self, path: str, route: str = "") -> str:
        redacted = self._paths.get((path, route))
        if redacted is None:
            # Bounded, because some runs make up their paths.
            if len(self._paths) >= _REMEMBERED_PATHS:
                self._paths.clear()
            redacted = self._paths[path, route] = self._addresses.stored(path, route)
        return redacted

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection, self._lock, self.path)

    def _add_trace(self, connection: sqlite3.Connection, trace: Trace) -> None:
        exception = trace.exception
        if exception and exception.fingerprint not in self._exceptions:
            self._exceptions.add(exception.fingerprint)
            connection.execute(
                "INSERT OR IGNORE INTO exceptions VALUES (?, ?, ?, ?)",
                (
                    exception.fingerprint,
                    exception.type,
                    redact_message(self._addresses.told(exception.message)),
                    redact_message(self._addresses.told(exception.traceback)),
                ),
            )
        row = [getattr(trace, name) for name in TRACE_COLUMNS]
        row[TRACE_COLUMNS.index("exception")] = exception.fingerprint if exception else ""
        for name in ("outgoing", "refusals", "row_writes", "http_hosts", "backends"):
            entries = getattr(trace, name)
            row[TRACE_COLUMNS.index(name)] = json.dumps(to_plain(entries)) if entries else ""
        connection.execute(_insert("traces", TRACE_COLUMNS), row)
        connection.executemany(
            "INSERT INTO statement_uses VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    trace.number,
                    self._statement_id(connection, use.sql),
                    use.alias,
                    use.count,
                    use.total_ns,
                    use.max_ns,
                    use.call_site,
                    use.rows,
                )
                for use in trace.statements
            ],
        )

    def _statement_id(self, connection: sqlite3.Connection, sql: str) -> int:
        known = self._statements.get(sql)
        if known is not None:
            return known
        redacted = redact_sql(sql)
        connection.execute("INSERT OR IGNORE INTO statements (sql) VALUES (?)", (redacted,))
        row = connection.execute("SELECT id FROM statements WHERE sql = ?", (redacted,)).fetchone()
        self._statements[sql] = int(row[0])
        return int(row[0])


class _Transaction:
    """One locked transaction; a full disk or a lost file becomes an error that says so."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock, path: Path) -> None:
        self._connection = connection
        self._lock = lock
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._connection.commit()
            else:
                self._connection.rollback()
        except sqlite3.Error as failure:
            error = failure
        finally:
            self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise _cannot_write(self._path, error) from error


def _create(path: Path) -> sqlite3.Connection:
    """Return a connection to a new run file with empty tables; what cannot be completed is removed again."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise _cannot_write(path, error) from error
    connection = sqlite3.Connection(path, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # Small, so that a copy of the main file alone lacks little when the run was killed.
        connection.execute("PRAGMA wal_autocheckpoint = 100")
        schema.create(connection)
    except sqlite3.Error as error:
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    return connection


def _cannot_write(path: Path, error: Exception) -> AbortedError:
    return AbortedError(
        f"The run file {path} cannot be written: {error}.",
        hint="Check the free space and the permissions of the runs folder. What was stored before is kept.",
    )


def _insert(table: str, columns: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})"


def _stored_login(attempt: LoginAttempt, name: str) -> Any:
    value = getattr(attempt, name)
    return redact_message(value) if name in ("detail", "traceback") else value
