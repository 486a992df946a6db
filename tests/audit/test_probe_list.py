"""The list of probes: what is active here, and what would be needed where it is not."""

from typing import Any

import pytest

from loadaudit.audit.probe_list import ProbeStatus, probe_list
from loadaudit.conf import Config
from loadaudit.probes import postgresql
from loadaudit.probes.active import REQUEST_PROBES
from loadaudit.probes.postgresql import PostgresqlProbe
from tests import servers
from tests.processes import free_port


def listed(name: str) -> ProbeStatus:
    """Return one probe of the list."""
    (found,) = [one for one in probe_list(Config()) if one.name == name]
    return found


def test_every_probe_is_listed_once() -> None:
    """Those of requests first, each with what it does and needs."""
    found = probe_list(Config())
    assert len({one.name for one in found}) == len(found) == len(REQUEST_PROBES) + 10
    assert all(one.does and one.needs for one in found)


def test_what_the_project_does_not_have() -> None:
    """The demo's settings name no PostgreSQL."""
    assert (listed("postgresql").active, listed("process").active) == (False, True)
    assert (listed("explain").active, listed("explain_sqlite").active) == (False, True)


def test_what_is_counted_from_traces() -> None:
    """The workers of the server need no look from outside, and on a remote target what traces need."""
    found = listed("workers")
    assert (found.kind, found.active) == ("series", True)
    assert "TOKEN_KEY" in found.reason


def test_a_server_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says what would help."""
    unreachable: dict[str, Any] = {"host": "127.0.0.1", "port": free_port(), "dbname": "a", "user": "a"}
    monkeypatch.setattr(postgresql, "project_probes", lambda: (PostgresqlProbe("default", unreachable),))
    found = listed("postgresql default")
    assert not found.active
    assert "Nothing listens where DATABASES leads" in found.reason
    assert listed("explain").reason == found.reason


def test_a_server_that_answers(
    monkeypatch: pytest.MonkeyPatch, postgres_server: servers.Postgres, postgres_database: str
) -> None:
    """It is tried and left alone again."""
    there = {"host": postgres_server.host, "port": postgres_server.port, "user": postgres_server.user}
    probe = PostgresqlProbe("default", {**there, "dbname": postgres_database})
    monkeypatch.setattr(postgresql, "project_probes", lambda: (probe,))
    assert listed("postgresql default").active
    assert listed("explain").active
    assert probe.read() == {}
