"""What a PostgreSQL server counts of the audited database, who waits for whom in it, and how its tables were read."""

from collections.abc import Mapping
from typing import Any

from loadaudit.records import Blocking
from loadaudit.runfile.redaction import redact_sql

_DATABASE = """
SELECT deadlocks, temp_files, temp_bytes, xact_commit, xact_rollback, blks_hit, blks_read,
    (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid())
FROM pg_stat_database WHERE datname = current_database()
"""
_COUNTERS = ("deadlocks", "temp_files", "temp_bytes", "commits", "rollbacks", "blocks_hit", "blocks_read")
_BLOCKED = """
SELECT waiting.query, holding.query, coalesce(holding.state, ''), coalesce(waiting.wait_event, ''),
    extract(epoch FROM clock_timestamp() - waiting.state_change),
    extract(epoch FROM clock_timestamp() - holding.xact_start)
FROM pg_stat_activity AS waiting
CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
JOIN pg_stat_activity AS holding ON holding.pid = blocking.pid
WHERE waiting.datname = current_database()
"""
_TABLES = """
SELECT schemaname || '.' || relname, coalesce(seq_scan, 0), coalesce(seq_tup_read, 0), n_dead_tup
FROM pg_stat_user_tables
"""
MOST_PAIRS = 10
MOST_TABLES = 5
_STATEMENT_CHARS = 200


class Counters:
    """Counters of the database since the first reading."""

    def __init__(self) -> None:
        self._base: dict[str, float] = {}
        self._blocks = (0.0, 0.0)

    def read(self, connection: Any) -> Mapping[str, float]:
        """Return counts since the first reading, the hit ratio since the last one, and the longest transaction."""
        row = connection.execute(_DATABASE).fetchone()
        values = {name: float(value or 0) for name, value in zip(_COUNTERS, row, strict=False)}
        longest_s = float(row[-1] or 0)
        hit, read = values.pop("blocks_hit"), values.pop("blocks_read")
        if not self._base:
            self._base, self._blocks = values, (hit, read)
        # pg_stat_reset() sets counters back to zero.
        found = {name: max(0.0, value - self._base[name]) for name, value in values.items()}
        hits, reads = hit - self._blocks[0], read - self._blocks[1]
        self._blocks = (hit, read)
        if hits + reads > 0 and hits >= 0:
            found["cache_hit_percent"] = 100 * hits / (hits + reads)
        return {**found, "longest_transaction_s": longest_s}


class BlockingPairs:
    """Who waited for whom: each pair of statements once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str, str], tuple[int, float, float]] = {}
        """Waiting, holding, state and lock → looks, longest wait, and age of the holder's transaction, in seconds."""

    def read(self, connection: Any) -> None:
        """Look at the sessions that wait for a lock now."""
        for waiting, holding, state, lock, waited_s, held_s in connection.execute(_BLOCKED).fetchall():
            pair = (_short(waiting), _short(holding), state, lock)
            if pair in self._seen or len(self._seen) < MOST_PAIRS:
                looks, longest_s, oldest_s = self._seen.get(pair, (0, 0.0, 0.0))
                longest_s, oldest_s = max(longest_s, float(waited_s or 0)), max(oldest_s, float(held_s or 0))
                self._seen[pair] = (looks + 1, longest_s, oldest_s)

    def blockings(self, alias: str) -> tuple[Blocking, ...]:
        """Return what was seen in the database of an alias, the longest wait first."""
        ordered = sorted(self._seen.items(), key=lambda one: -one[1][1])
        return tuple(
            Blocking(
                alias=alias,
                waiting=waiting,
                holding=holding,
                state=state,
                lock=lock,
                seen=looks,
                longest_s=round(longest_s, 3),
                held_s=round(held_s, 3),
            )
            for (waiting, holding, state, lock), (looks, longest_s, held_s) in ordered
        )


class TableScans:
    """Sequential scans of tables between two moments."""

    def __init__(self, connection: Any) -> None:
        self._before = _tables(connection)

    def notes(self, connection: Any) -> list[str]:
        """Return the tables of which sequential scans read most, and their dead rows."""
        read = []
        for table, (scans, rows, dead) in _tables(connection).items():
            scans_before, rows_before, _ = self._before.get(table, (0, 0, 0))
            if rows > rows_before:
                read.append((rows - rows_before, scans - scans_before, dead, table))
        return [
            f"{scans:,} sequential scans of {table} read {rows:,} rows; it has {dead:,} dead ones."
            for rows, scans, dead, table in sorted(read, reverse=True)[:MOST_TABLES]
        ]


def _tables(connection: Any) -> dict[str, tuple[int, int, int]]:
    return {name: (scans, rows, dead) for name, scans, rows, dead in connection.execute(_TABLES).fetchall()}


def _short(statement: str | None) -> str:
    text = " ".join(redact_sql(statement or "a statement that the role may not see").split())
    return text if len(text) <= _STATEMENT_CHARS else f"{text[:_STATEMENT_CHARS]}…"
