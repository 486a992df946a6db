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
class Blocking:
    """A statement that sessions waited in for a lock, and what the session that held it was doing, look by look."""

    alias: str
    waiting: str
    holding: str
    """The last statement of the holder."""
    state: str
    """Of the holder: `active`, or `idle in transaction`, which holds for nothing."""
    lock: str
    """What kind of lock: `transactionid` is a row, `relation` a table, `advisory` one of the project's own."""
    seen: int
    """Looks at which it was so, once a second; a wait of every session counts."""
    longest_s: float
    held_s: float
    """How old the holder's transaction was at most."""


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


Observation = Blocking | TableScan | TimeLimit | ConnectionPool
