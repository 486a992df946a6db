"""What a PostgreSQL server counts of the audited database, and how its tables were read."""

from collections.abc import Mapping
from typing import Any

_DATABASE = """
SELECT deadlocks, temp_files, temp_bytes, xact_commit, xact_rollback, blks_hit, blks_read,
    (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid())
FROM pg_stat_database WHERE datname = current_database()
"""
_COUNTERS = ("deadlocks", "temp_files", "temp_bytes", "commits", "rollbacks", "blocks_hit", "blocks_read")
_TABLES = """
SELECT schemaname || '.' || relname, coalesce(seq_scan, 0), coalesce(seq_tup_read, 0), n_dead_tup
FROM pg_stat_user_tables
"""
MOST_TABLES = 5


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
