"""Clones of a real PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from loadaudit.errors import ExitCode, UnsafeError
from loadaudit.planning import clone
from loadaudit.planning.clone import cloned
from loadaudit.planning.postgresql_clone import PostgresqlClone, remove_leftovers
from tests.servers import Postgres


@pytest.fixture
def handler(
    postgres_server: Postgres, postgres_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> Iterator[ConnectionHandler]:
    """The process's databases: one of PostgreSQL, with one row."""
    postgres_server.execute("CREATE TABLE thing (n integer)", postgres_database)
    postgres_server.execute("INSERT INTO thing VALUES (1)", postgres_database)
    made = ConnectionHandler({"default": postgres_server.django(postgres_database)})
    monkeypatch.setattr(clone, "connections", made)
    with django_db_blocker.unblock():
        yield made
        made.close_all()


def databases(server: Postgres) -> set[str]:
    """Return the names of all databases."""
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def test_created_from_the_template_and_dropped(
    handler: ConnectionHandler, postgres_server: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    """Inside, the process works on the copy; afterwards nothing is left of it."""
    before = databases(postgres_server)
    with cloned(tmp_path, "20260101-120000") as names:
        assert databases(postgres_server) - before == {names["default"]}
        with handler["default"].cursor() as cursor:
            cursor.execute("INSERT INTO thing VALUES (2)")
        assert len(postgres_server.execute("SELECT n FROM thing", names["default"])) == 2
    assert databases(postgres_server) == before
    assert postgres_server.execute("SELECT n FROM thing", postgres_database) == [(1,)]
    assert handler["default"].settings_dict["NAME"] == postgres_database


def test_dropped_when_the_body_raises(handler: ConnectionHandler, postgres_server: Postgres, tmp_path: Path) -> None:
    """Also while the run's connections are still open."""
    before = databases(postgres_server)
    opened: list[psycopg.Connection[Any]] = []

    def fail_in_the_clone() -> None:
        with cloned(tmp_path, "r1") as names:
            opened.append(psycopg.connect(postgres_server.dsn(names["default"])))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_clone()
    assert databases(postgres_server) == before
    opened[0].close()


def test_refused_while_somebody_else_is_connected(
    handler: ConnectionHandler, postgres_server: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    """PostgreSQL copies only what nobody uses; the message says so and what to do."""
    with (
        psycopg.connect(postgres_server.dsn(postgres_database)),
        pytest.raises(UnsafeError, match="being accessed by other users") as caught,
        cloned(tmp_path, "r2"),
    ):
        pass
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert "stop the services that use it" in caught.value.hint
    assert "--no-isolate" in caught.value.hint


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(
    handler: ConnectionHandler, postgres_server: Postgres
) -> None:
    """A living run holds the lock of its clone; a killed one does not any more."""
    living = PostgresqlClone.create(handler["default"], "loadaudit_living", "living")
    dead = PostgresqlClone.create(handler["default"], "loadaudit_dead", "dead")
    dead.connection.close()
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        assert remove_leftovers(connection) == ["loadaudit_dead"]
    assert "loadaudit_living" in databases(postgres_server)
    living.drop()
    assert "loadaudit_living" not in databases(postgres_server)


def test_databases_without_our_comment_are_never_dropped(handler: ConnectionHandler, postgres_server: Postgres) -> None:
    """Whatever their name is."""
    postgres_server.execute("CREATE DATABASE loadaudit_somebodys")
    try:
        with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
            assert remove_leftovers(connection) == []
        assert "loadaudit_somebodys" in databases(postgres_server)
    finally:
        postgres_server.execute("DROP DATABASE loadaudit_somebodys")


def test_a_leftover_of_another_role_is_left_to_it(handler: ConnectionHandler, postgres_server: Postgres) -> None:
    """It may not be dropped by us, and must not keep us from running."""
    PostgresqlClone.create(handler["default"], "loadaudit_theirs", "theirs").connection.close()
    postgres_server.execute("CREATE ROLE weak LOGIN")
    try:
        weak = postgres_server.dsn().replace("postgres@", "weak@")
        with psycopg.connect(weak, autocommit=True) as connection:
            assert remove_leftovers(connection) == []
        assert "loadaudit_theirs" in databases(postgres_server)
    finally:
        postgres_server.execute("DROP DATABASE loadaudit_theirs")
        postgres_server.execute("DROP ROLE weak")


def test_a_role_without_createdb_is_refused(
    postgres_server: Postgres, handler: ConnectionHandler, tmp_path: Path
) -> None:
    """The hint names the privilege."""
    postgres_server.execute("CREATE ROLE weaker LOGIN")
    try:
        handler["default"].settings_dict["USER"] = "weaker"
        with pytest.raises(UnsafeError, match="permission denied") as caught, cloned(tmp_path, "r3"):
            pass
        assert "CREATEDB" in caught.value.hint
    finally:
        postgres_server.execute("DROP ROLE weaker")


def test_a_server_that_is_gone_is_refused(handler: ConnectionHandler, tmp_path: Path) -> None:
    """No traceback, but what the driver says."""
    handler["default"].settings_dict["PORT"] = "1"
    with pytest.raises(UnsafeError, match="cannot be cloned: connection"), cloned(tmp_path, "r4"):
        pass
