"""After what time the audited databases, and the server that answers, give up waiting."""

from collections.abc import Iterator
from typing import Any

from django.db import connections

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.records import TimeLimit

_POSTGRESQL = """
SELECT name, setting::bigint FROM pg_settings WHERE unit = 'ms' AND setting::bigint > 0 AND name IN
('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
"""
_SQLITE_TIMEOUT_S = 5.0
"""Of Python's sqlite3.connect, when DATABASES does not say."""


def postgresql_limits(probe: PostgresqlProbe) -> tuple[TimeLimit, ...]:
    """Return what is set in a session as the project opens them. Raises psycopg.Error when the server refuses."""
    with probe.connect() as connection:
        rows: list[tuple[str, int]] = connection.execute(_POSTGRESQL).fetchall()
    return tuple(TimeLimit(name=name, seconds=setting / 1000, source=probe.name) for name, setting in rows)


def configured_limits() -> Iterator[TimeLimit]:
    """Yield what DATABASES says about waiting for a connection, and for SQLite's single writer."""
    for alias in connections:
        options: dict[str, Any] = connections[alias].settings_dict.get("OPTIONS") or {}
        if connections[alias].vendor == "sqlite":
            yield TimeLimit(
                name="timeout", seconds=float(options.get("timeout", _SQLITE_TIMEOUT_S)), source=f"sqlite {alias}"
            )
        pool = options.get("pool")
        if pool:
            wait_s = pool.get("timeout", 30.0) if isinstance(pool, dict) else 30.0
            yield TimeLimit(name="pool timeout", seconds=float(wait_s), source=f"{connections[alias].vendor} {alias}")
