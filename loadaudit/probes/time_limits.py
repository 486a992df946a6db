"""After what time the audited databases give up waiting, and how many connections a process may have."""

from collections.abc import Iterator
from typing import Any

from django.db import connections

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.records import ConnectionPool, TimeLimit

_POSTGRESQL = """
SELECT name, setting::bigint FROM pg_settings WHERE unit = 'ms' AND setting::bigint > 0 AND name IN
('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
"""
_POOL_TIMEOUT_S, _POOL_LEAST = 30.0, 4
"""Of psycopg_pool.ConnectionPool, when the setting does not say; its greatest size is then its least."""
_SQLITE_TIMEOUT_S = 5.0
"""Of Python's sqlite3.connect, when DATABASES does not say."""


def postgresql_limits(probe: PostgresqlProbe) -> tuple[TimeLimit, ...]:
    """Return what is set in a session as the project opens them. Raises psycopg.Error when the server refuses."""
    with probe.connect() as connection:
        rows: list[tuple[str, int]] = connection.execute(_POSTGRESQL).fetchall()
    return tuple(TimeLimit(name=name, seconds=setting / 1000, source=probe.name) for name, setting in rows)


def configured_limits() -> Iterator[TimeLimit | ConnectionPool]:
    """Yield what DATABASES says about pools, and about waiting for a connection or for SQLite's single writer."""
    for alias in connections:
        options: dict[str, Any] = connections[alias].settings_dict.get("OPTIONS") or {}
        if connections[alias].vendor == "sqlite":
            yield TimeLimit(
                name="timeout", seconds=float(options.get("timeout", _SQLITE_TIMEOUT_S)), source=f"sqlite {alias}"
            )
        pool = options.get("pool")
        if pool:
            named: dict[str, Any] = pool if isinstance(pool, dict) else {}
            wait_s, least = float(named.get("timeout", _POOL_TIMEOUT_S)), int(named.get("min_size", _POOL_LEAST))
            yield TimeLimit(name="pool timeout", seconds=wait_s, source=f"{connections[alias].vendor} {alias}")
            yield ConnectionPool(alias=alias, most=int(named.get("max_size") or least))
