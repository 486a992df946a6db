"""What was asked of the target's servers beside the requests: how they read their tables, and how long they wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScan:
    """A table that a statement reads from end to end, to keep only what a filter lets through."""

    alias: str
    """Of the database."""
    statement: str
    table: str
    rows: int
    """That the table has, as the database estimates."""
    filter: str
    columns: tuple[str, ...]
    """That the filter compares with values: those that an index would serve."""
    cost_share: float | None = None
    """Of the statement's cost, as the database estimates it; None where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPlan:
    """How PostgreSQL carries out a statement: without its values, or measured with those of a slow execution."""

    alias: str
    """Of the database."""
    statement: str
    plan: str
    """JSON, as `EXPLAIN (GENERIC_PLAN, FORMAT JSON)` returns its plan, or with ANALYZE; its values are hidden."""
    costliest: str
    """The node that costs most without those below it: `Seq Scan on stock`."""
    costliest_share: float
    """Of the statement's cost as the server estimates it, or of its time where that was measured."""
    estimated_rows: float
    """That the server expects the statement to return."""
    measured_rows: float | None = None
    """That an execution returned in the mean of the load; None where the two cannot be compared: a statement that
    writes, and one with a LIMIT, of which the server without values expects a tenth of all."""
    execution_ms: float | None = None
    """Measured on the clone (`EXPLAIN ANALYZE`); None: the statement was not executed."""
    worst_node: str = ""
    """Whose number of rows was estimated worst, where that was measured."""
    worst_expected_rows: float = 0.0
    worst_found_rows: float = 0.0
    """Of that node, in each of its loops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """A setting after which something gives up waiting."""

    name: str
    seconds: float
    source: str = ""
    """Where it is set: `postgresql default`, `gunicorn`, `client` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPool:
    """A pool of database connections that each process of the target has for itself."""

    alias: str
    """Of the database."""
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedSession:
    """One wait for a lock of PostgreSQL, as samples of `pg_blocking_pids` saw it."""

    alias: str
    """Of the database."""
    pid: int
    """Server process of the session that waited."""
    statement: str
    """That waited, with placeholders."""
    start_ns: int
    """On the clock of the run, as `Trace.start_ns`."""
    wait_ns: int
    """An estimate: since when is exact from PostgreSQL 14 on, until when lies between two samples and is taken to be
    in their middle."""
    resolution_ns: int
    """Time between those two samples."""
    holder_pid: int
    """Session at the head of the line; 0 where the server names none."""
    holder_statement: str
    """Its last one when the wait was first seen, with placeholders."""
    holder_state: str
    """`active`, or `idle in transaction`, which holds for nothing."""
    lock: str = ""
    """What kind of lock: `transactionid` is a row, `relation` a table, `advisory` one of the project's own."""
    held_ns: int = 0
    """How old the holder's transaction was when the wait was last seen."""
    statement_start_ns: int = 0
    """When the statement began that waited, on the clock of the run; one statement may wait several times."""
    number: int = 0
    """Trace of the request that waited; 0: no request of the run had that session, or a pooler hides which."""
    operation: str = ""
    """Method and route of that request."""
    holder_number: int = 0
    holder_operation: str = ""


Observation = TableScan | TimeLimit | ConnectionPool | BlockedSession | StatementPlan
