"""Reads a run file, also one that another process is still writing or that was cut short."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from loadaudit.errors import UsageError
from loadaudit.records import (
    ALONE_BIT,
    BlockedSession,
    ImportedResults,
    Inventory,
    Lane,
    LoadNode,
    LoginAttempt,
    LostSession,
    Operation,
    Plan,
    RowWrite,
    RunInfo,
    Sample,
    SeriesReading,
    ServerException,
    StatementUse,
    ToolVerdict,
    Trace,
)
from loadaudit.runfile import schema
from loadaudit.runfile.blocked import Served, by_number, joined, lock_ns
from loadaudit.runfile.codec import from_plain
from loadaudit.runfile.upgrade import upgraded

_SAMPLE_COLUMNS = Sample._fields
_LANES = {one.value: one for one in Lane}
_TRACE_COLUMNS = tuple(one.name for one in fields(Trace) if one.name not in ("statements", "lock_ns"))
_USE_FIELDS = ("alias", "sql", "count", "total_ns", "max_ns", "call_site", "rows")
_LOGIN_COLUMNS = tuple(one.name for one in fields(LoginAttempt))
_LOST_COLUMNS = tuple(one.name for one in fields(LostSession))
_VERDICT_COLUMNS = tuple(one.name for one in fields(ToolVerdict))
_NODE_COLUMNS = tuple(one.name for one in fields(LoadNode))

T = TypeVar("T")


class RunFile:
    """A run file opened for reading; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path`. Raises UsageError when it is missing, no run file, damaged, or of a newer version."""
        self.path = path
        self._connection, version = _open(path)
        self._is_older = version < schema.SCHEMA_VERSION

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def info(self) -> RunInfo:
        """Return what identifies the run."""
        # Every version has these two tables, so that a list of many older files copies none.
        values = self._pairs("run", as_it_is=True)
        values["environment"] = dict(self._rows("SELECT key, value FROM environment", as_it_is=True))
        return self._record(RunInfo, values, "run")

    def inventory(self) -> Inventory:
        """Return the inventory as it was when the run began."""
        values = self._pairs("inventory")
        rows = self._rows("SELECT record FROM operations ORDER BY id")
        values["operations"] = [self._parsed(row[0], "operations") for row in rows]
        return self._record(Inventory, values, "inventory")

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations of the inventory."""
        return self.inventory().operations

    def plan(self) -> Plan | None:
        """Return the plan, or None when the run ended before there was one."""
        values = self._pairs("plan")
        return self._record(Plan, values, "plan") if values else None

    def imported(self) -> ImportedResults | None:
        """Return what was imported from another tool, or None for a run of loadaudit's own."""
        values = self._pairs("imported")
        if not values:
            return None
        rows = self._rows("SELECT record FROM imported_groups ORDER BY position")
        values["groups"] = [self._parsed(row[0], "imported_groups") for row in rows]
        return self._record(ImportedResults, values, "imported")

    def samples(self) -> Iterator[Sample]:
        """Yield the samples by number; of several with one number the last, which corrects the ones before."""
        last: Sample | None = None
        for sample in self._all_samples():
            if last is not None and last.number != sample.number:
                yield last
            last = sample
        if last is not None:
            yield last

    def _all_samples(self) -> Iterator[Sample]:
        for row in self._rows(f"SELECT {', '.join(_SAMPLE_COLUMNS)} FROM samples ORDER BY number, rowid"):
            values = dict(zip(_SAMPLE_COLUMNS, row, strict=True))
            values["new_connection"] = bool(values["new_connection"])
            values["lane"] = _LANES[values["lane"]]
            values["warm_up"] = bool(values["warm_up"])
            yield Sample(**values)

    def traces(self) -> Iterator[Trace]:
        """Yield the traces by number, each with its statements; an exception carries no traceback here."""
        exceptions = {
            row[0]: ServerException(fingerprint=row[0], type=row[1], message=row[2])
            for row in self._rows("SELECT fingerprint, type, message FROM exceptions")
        }
        blocked = by_number(self.blocked_sessions())
        uses = self._statement_uses()
        pending = next(uses, None)
        for row in self._rows(f"SELECT {', '.join(_TRACE_COLUMNS)} FROM traces ORDER BY number"):
            values = dict(zip(_TRACE_COLUMNS, row, strict=True))
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
                values[name] = tuple(self._parsed(text, "traces")) if text else ()
            written = values["row_writes"]
            entries = self._parsed(written, "traces") if written else ()
            values["row_writes"] = tuple(self._record(RowWrite, entry, "traces") for entry in entries)
            waits = blocked.get(values["number"])
            values["lock_ns"] = lock_ns(waits, statements, values["database_ns"]) if waits else 0
            yield Trace(**values, statements=tuple(statements))

    def blocked_sessions(self) -> tuple[BlockedSession, ...]:
        """Return every wait for a lock that was seen, with the requests on both ends, in order of their ends."""
        waits = self.observations(BlockedSession)
        if not waits:
            return waits
        rows = self._rows(
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
                    backends=tuple(self._parsed(backends, "traces")),
                )
                for number, method, route, start_ns, service_ns, backends in rows
            ),
        )

    def served(self) -> Iterator[tuple[int, int, int]]:
        """Yield worker, start and end of each traced request of the load, where server and run share a clock."""
        yield from self._rows(
            "SELECT worker, start_ns, start_ns + service_ns FROM traces"
            " WHERE start_ns != 0 AND NOT summary_only AND number < ?",
            (ALONE_BIT,),
        )

    def outgoing(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield method, route and attempts of each request that tried to reach out of its run."""
        rows = self._rows("SELECT method, route, outgoing FROM traces WHERE outgoing != '' ORDER BY number")
        yield from ((row[0], row[1], tuple(self._parsed(row[2], "traces"))) for row in rows)

    def exceptions(self) -> tuple[ServerException, ...]:
        """Return every distinct exception with its traceback."""
        return tuple(
            ServerException(fingerprint=row[0], type=row[1], message=row[2], traceback=row[3])
            for row in self._rows("SELECT fingerprint, type, message, traceback FROM exceptions ORDER BY fingerprint")
        )

    def logins(self) -> tuple[LoginAttempt, ...]:
        """Return the login attempts in order."""
        return tuple(
            self._record(LoginAttempt, values | {"proven": bool(values["proven"])}, "logins")
            for values in self._named("logins", _LOGIN_COLUMNS)
        )

    def lost_sessions(self) -> tuple[LostSession, ...]:
        """Return the sessions that ended during the load, in the order in which that was noticed."""
        return tuple(
            self._record(LostSession, values | {"regained": bool(values["regained"])}, "lost_sessions")
            for values in self._named("lost_sessions", _LOST_COLUMNS)
        )

    def tool_verdicts(self) -> Iterator[ToolVerdict]:
        """Yield what the load tool said about its own requests, by number; nothing where there was no such tool."""
        for values in self._named("tool_verdicts", _VERDICT_COLUMNS):
            values["numbers"] = self._parsed(values["numbers"], "tool_verdicts")
            yield self._record(ToolVerdict, values, "tool_verdicts")

    def load_nodes(self) -> tuple[LoadNode, ...]:
        """Return the processes beyond the runner that sent a part of the load, by name."""
        nodes = (self._record(LoadNode, one, "load_nodes") for one in self._named("load_nodes", _NODE_COLUMNS))
        return tuple(sorted(nodes, key=lambda one: one.name))

    def starts_of(self, numbers: Collection[int]) -> Mapping[int, int]:
        """Return when some samples began, in nanoseconds from the start of the load, by number."""
        marks = ", ".join("?" * len(numbers))
        return dict(self._rows(f"SELECT number, start_ns FROM samples WHERE number IN ({marks})", tuple(numbers)))

    def last_proven(self, number: int, user_ids: tuple[str, ...]) -> int:
        """Return the last sample up to `number` of its virtual user whose trace shows one of the users, else 0.

        Without `user_ids` any user counts.
        """
        first = number >> 32 << 32
        known = "user_id != ''" if not user_ids else f"user_id IN ({', '.join('?' * len(user_ids))})"
        sql = f"SELECT max(number) FROM traces WHERE number BETWEEN ? AND ? AND {known}"
        return int(next(self._rows(sql, (first, number, *user_ids)))[0] or 0)

    def series(self) -> Iterator[SeriesReading]:
        """Yield what probes read beside the requests, each probe's readings in order of time."""
        rows = self._rows("SELECT probe, time_ns, name, value FROM series ORDER BY probe, time_ns, rowid")
        for (probe, time_ns), group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield SeriesReading(probe=probe, time_ns=time_ns, values={row[2]: row[3] for row in group})

    def messages(self) -> tuple[str, ...]:
        """Return the notes about the run in order."""
        return tuple(row[0] for row in self._rows("SELECT text FROM messages ORDER BY position"))

    def observations(self, kind: type[T]) -> tuple[T, ...]:
        """Return what was asked of the target's servers, of one kind."""
        rows = self._rows("SELECT record FROM observations WHERE kind = ? ORDER BY position", (kind.__name__,))
        return tuple(self._record(kind, self._parsed(row[0], "observations"), "observations") for row in rows)

    def heaviest_statements(self, alias: str, limit: int) -> Mapping[str, float]:
        """Return the statements of a database that took most time altogether, then those that were executed most.

        Up to `limit` of each, with the rows that an execution read or wrote in the mean.
        """
        rows = list(
            self._rows(
                "SELECT sql, sum(total_ns), sum(count), sum(rows) FROM statement_uses"
                " JOIN statements ON statements.id = statement WHERE alias = ? GROUP BY statement",
                (alias,),
            )
        )
        chosen = [row for column in (1, 2) for row in sorted(rows, key=itemgetter(column), reverse=True)[:limit]]
        return {sql: fetched / max(1, count) for sql, _, count, fetched in chosen}

    def sample_count(self) -> int:
        """Return how many samples are stored."""
        return int(next(self._rows("SELECT count(DISTINCT number) FROM samples"))[0])

    def _statement_uses(self) -> Iterator[tuple[int, StatementUse]]:
        rows = self._rows(
            "SELECT trace, alias, sql, count, total_ns, max_ns, call_site, rows FROM statement_uses"
            " JOIN statements ON statements.id = statement ORDER BY trace, statement_uses.rowid"
        )
        for trace, *values in rows:
            yield trace, StatementUse(**dict(zip(_USE_FIELDS, values, strict=True)))

    def _named(self, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table by column."""
        rows = self._rows(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid")
        yield from (dict(zip(columns, row, strict=True)) for row in rows)

    def _pairs(self, table: str, *, as_it_is: bool = False) -> dict[str, Any]:
        rows = self._rows(f"SELECT key, value FROM {table}", as_it_is=as_it_is)
        return {key: self._parsed(value, table) for key, value in rows}

    def _parsed(self, text: str, table: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise _damaged(self.path, f"the table {table} holds what is no JSON") from error

    def _record(self, cls: type[T], values: dict[str, Any], table: str) -> T:
        try:
            return from_plain(cls, values)
        except (TypeError, ValueError, AttributeError) as error:
            raise _damaged(self.path, f"the table {table} is incomplete") from error

    def _rows(self, sql: str, values: tuple[Any, ...] = (), *, as_it_is: bool = False) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, of an older file from a copy that has all tables and columns, unless `as_it_is`."""
        try:
            if self._is_older and not as_it_is:
                self._upgrade()
            cursor = self._connection.execute(sql, values)
            # Not `yield from`, which closes the cursor of an abandoned iterator, perhaps after its connection.
            while (row := cursor.fetchone()) is not None:
                yield row
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, str(error)) from error

    def _upgrade(self) -> None:
        old, self._connection = self._connection, upgraded(self._connection)
        self._is_older = False
        old.close()


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name too long or otherwise impossible names none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _open(path: Path) -> tuple[sqlite3.Connection, int]:
    if not is_file(path):
        raise UsageError(f"There is no run file {path}.", hint="List the runs with: manage.py loadaudit runs")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    try:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _damaged(path, str(error)) from error
    if application_id != schema.APPLICATION_ID:
        connection.close()
        raise _damaged(path, "it is not a loadaudit run file")
    if version > schema.SCHEMA_VERSION:
        connection.close()
        raise UsageError(
            f"{path} was written by a newer loadaudit: schema {version}, this one reads up to {schema.SCHEMA_VERSION}.",
            hint="Read it with the newer version: pip install --upgrade loadaudit",
        )
    return connection, version


def _damaged(path: Path, what: str) -> UsageError:
    return UsageError(
        f"{path} cannot be read as a run file: {what}.",
        hint="Restore the file from where it came from, or choose another run: manage.py loadaudit runs",
    )
