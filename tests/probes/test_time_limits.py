"""What DATABASES says about waiting."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.time_limits import configured_limits, postgresql_limits
from loadaudit.records import ConnectionPool, TimeLimit
from tests import servers


def test_sqlite_waits_five_seconds_by_default() -> None:
    """As Python's driver does."""
    (limit,) = (one for one in configured_limits() if isinstance(one, TimeLimit))
    assert limit.source == "sqlite default"
    assert limit.seconds > 0


@pytest.mark.parametrize(("pool", "most", "seconds"), [(True, 4, 30.0), ({"max_size": 2, "timeout": 8}, 2, 8.0)])
def test_pool_has_a_size_and_a_timeout(monkeypatch: pytest.MonkeyPatch, pool: Any, most: int, seconds: float) -> None:
    """Those of psycopg where the setting does not say."""
    monkeypatch.setitem(connections["default"].settings_dict, "OPTIONS", {"pool": pool})
    found = list(configured_limits())
    assert ConnectionPool(alias="default", most=most) in found
    assert [one.seconds for one in found if isinstance(one, TimeLimit) and one.name == "pool timeout"] == [seconds]


def test_what_is_set_in_a_session_is_read(postgres_server: servers.Postgres) -> None:
    """With the options that the project connects with."""
    there = {"host": postgres_server.host, "port": postgres_server.port, "user": postgres_server.user}
    probe = PostgresqlProbe("default", {**there, "dbname": "postgres", "options": "-c statement_timeout=1500"})
    assert [(one.name, one.seconds) for one in postgresql_limits(probe)] == [("statement_timeout", 1.5)]
