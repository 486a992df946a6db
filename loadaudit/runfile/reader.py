"""Reads a run file, also one that another process is still writing or that was cut short."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

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
    RunInfo,
    Sample,
    SeriesReading,
    ServerException,
    ToolVerdict,
    Trace,
)
from loadaudit.runfile.rows import Rows
from loadaudit.runfile.traces import blocked_sessions, traces

_SAMPLE_COLUMNS = Sample._fields
_LANES = {one.value: one for one in Lane}
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
        self._rows = Rows(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._rows.close()

    def info(self) -> RunInfo:
        """Return what identifies the run."""
        # Every version has these two tables, so that a list of many older files copies none.
        values = self._rows.pairs("run", as_it_is=True)
        values["environment"] = dict(self._rows.all("SELECT key, value FROM environment", as_it_is=True))
        return self._rows.record(RunInfo, values, "run")

    def inventory(self) -> Inventory:
        """Return the inventory as it was when the run began."""
        values = self._rows.pairs("inventory")
        rows = self._rows.all("SELECT record FROM operations ORDER BY id")
        values["operations"] = [self._rows.parsed(row[0], "operations") for row in rows]
        return self._rows.record(Inventory, values, "inventory")

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations of the inventory."""
        return self.inventory().operations

    def plan(self) -> Plan | None:
        """Return the plan, or None when the run ended before there was one."""
        values = self._rows.pairs("plan")
        return self._rows.record(Plan, values, "plan") if values else None

    def imported(self) -> ImportedResults | None:
        """Return what was imported from another tool, or None for a run of loadaudit's own."""
        values = self._rows.pairs("imported")
        if not values:
            return None
        rows = self._rows.all("SELECT record FROM imported_groups ORDER BY position")
        values["groups"] = [self._rows.parsed(row[0], "imported_groups") for row in rows]
        return self._rows.record(ImportedResults, values, "imported")

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
        for row in self._rows.all(f"SELECT {', '.join(_SAMPLE_COLUMNS)} FROM samples ORDER BY number, rowid"):
            values = dict(zip(_SAMPLE_COLUMNS, row, strict=True))
            values["new_connection"] = bool(values["new_connection"])
            values["lane"] = _LANES[values["lane"]]
            values["warm_up"] = bool(values["warm_up"])
            yield Sample(**values)

    def traces(self) -> Iterator[Trace]:
        """Yield the traces by number, each with its statements; an exception carries no traceback here."""
        return traces(self._rows)

    def blocked_sessions(self) -> tuple[BlockedSession, ...]:
        """Return every wait for a lock that was seen, with the requests on both ends, in order of their ends."""
        return blocked_sessions(self._rows)

    def served(self) -> Iterator[tuple[int, int, int]]:
        """Yield worker, start and end of each traced request of the load, where server and run share a clock."""
        yield from self._rows.all(
            "SELECT worker, start_ns, start_ns + service_ns FROM traces"
            " WHERE start_ns != 0 AND NOT summary_only AND number < ?",
            (ALONE_BIT,),
        )

    def outgoing(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield method, route and attempts of each request that tried to reach out of its run."""
        rows = self._rows.all("SELECT method, route, outgoing FROM traces WHERE outgoing != '' ORDER BY number")
        yield from ((row[0], row[1], tuple(self._rows.parsed(row[2], "traces"))) for row in rows)

    def exceptions(self) -> tuple[ServerException, ...]:
        """Return every distinct exception with its traceback."""
        return tuple(
            ServerException(fingerprint=row[0], type=row[1], message=row[2], traceback=row[3])
            for row in self._rows.all(
                "SELECT fingerprint, type, message, traceback FROM exceptions ORDER BY fingerprint"
            )
        )

    def logins(self) -> tuple[LoginAttempt, ...]:
        """Return the login attempts in order."""
        return tuple(
            self._rows.record(LoginAttempt, values | {"proven": bool(values["proven"])}, "logins")
            for values in self._rows.named("logins", _LOGIN_COLUMNS)
        )

    def lost_sessions(self) -> tuple[LostSession, ...]:
        """Return the sessions that ended during the load, in the order in which that was noticed."""
        return tuple(
            self._rows.record(LostSession, values | {"regained": bool(values["regained"])}, "lost_sessions")
            for values in self._rows.named("lost_sessions", _LOST_COLUMNS)
        )

    def tool_verdicts(self) -> Iterator[ToolVerdict]:
        """Yield what the load tool said about its own requests, by number; nothing where there was no such tool."""
        for values in self._rows.named("tool_verdicts", _VERDICT_COLUMNS):
            values["numbers"] = self._rows.parsed(values["numbers"], "tool_verdicts")
            yield self._rows.record(ToolVerdict, values, "tool_verdicts")

    def load_nodes(self) -> tuple[LoadNode, ...]:
        """Return the processes beyond the runner that sent a part of the load, by name."""
        nodes = (
            self._rows.record(LoadNode, one, "load_nodes") for one in self._rows.named("load_nodes", _NODE_COLUMNS)
        )
        return tuple(sorted(nodes, key=lambda one: one.name))

    def starts_of(self, numbers: Collection[int]) -> Mapping[int, int]:
        """Return when some samples began, in nanoseconds from the start of the load, by number."""
        marks = ", ".join("?" * len(numbers))
        return dict(self._rows.all(f"SELECT number, start_ns FROM samples WHERE number IN ({marks})", tuple(numbers)))

    def last_proven(self, number: int, user_ids: tuple[str, ...]) -> int:
        """Return the last sample up to `number` of its virtual user whose trace shows one of the users, else 0.

        Without `user_ids` any user counts.
        """
        first = number >> 32 << 32
        known = "user_id != ''" if not user_ids else f"user_id IN ({', '.join('?' * len(user_ids))})"
        sql = f"SELECT max(number) FROM traces WHERE number BETWEEN ? AND ? AND {known}"
        return int(next(self._rows.all(sql, (first, number, *user_ids)))[0] or 0)

    def series(self) -> Iterator[SeriesReading]:
        """Yield what probes read beside the requests, each probe's readings in order of time."""
        rows = self._rows.all("SELECT probe, time_ns, name, value FROM series ORDER BY probe, time_ns, rowid")
        for (probe, time_ns), group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield SeriesReading(probe=probe, time_ns=time_ns, values={row[2]: row[3] for row in group})

    def messages(self) -> tuple[str, ...]:
        """Return the notes about the run in order."""
        return tuple(row[0] for row in self._rows.all("SELECT text FROM messages ORDER BY position"))

    def observations(self, kind: type[T]) -> tuple[T, ...]:
        """Return what was asked of the target's servers, of one kind."""
        return self._rows.observations(kind)

    def heaviest_statements(self, alias: str, limit: int) -> Mapping[str, float]:
        """Return the statements of a database that took most time altogether, then those that were executed most.

        Up to `limit` of each, with the rows that an execution read or wrote in the mean.
        """
        rows = list(
            self._rows.all(
                "SELECT sql, sum(total_ns), sum(count), sum(rows) FROM statement_uses"
                " JOIN statements ON statements.id = statement WHERE alias = ? GROUP BY statement",
                (alias,),
            )
        )
        chosen = [row for column in (1, 2) for row in sorted(rows, key=itemgetter(column), reverse=True)[:limit]]
        return {sql: fetched / max(1, count) for sql, _, count, fetched in chosen}

    def sample_count(self) -> int:
        """Return how many samples are stored."""
        return int(next(self._rows.all("SELECT count(DISTINCT number) FROM samples"))[0])
