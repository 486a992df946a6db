"""Clones of a real PostgreSQL database."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from loadaudit.errors import ExitCode, UnsafeError
from loadaudit.planning.clones import every
from loadaudit.planning.clones.admin import connect_admin
from loadaudit.planning.clones.every import cloned
from loadaudit.planning.clones.journal import noted, noted_names
from loadaudit.planning.clones.options import CloneOptions
from loadaudit.planning.clones.postgresql import PostgresqlClone, remove_leftovers
from tests.planning.clones.builders import clone_options
from tests.processes import find_program, unprivileged_user
from tests.servers import Postgres


@pytest.fixture
def handler(
    postgres_server: Postgres, postgres_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> Iterator[ConnectionHandler]:
    """The process's databases: one of PostgreSQL, with one row."""
    postgres_server.execute("CREATE TABLE thing (n integer)", postgres_database)
    postgres_server.execute("INSERT INTO thing VALUES (1)", postgres_database)
    made = ConnectionHandler({"default": postgres_server.django(postgres_database)})
    monkeypatch.setattr(every, "connections", made)
    with django_db_blocker.unblock():
        yield made
        made.close_all()


def databases(server: Postgres) -> set[str]:
    """Return the names of all databases."""
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def limit_files(server: Postgres, most_bytes: str) -> None:
    """Limit the files that new sessions of a server may write; only the server's own user may do so."""
    command = [str(find_program("prlimit", package="util-linux")), "--pid", str(server.pid), f"--fsize={most_bytes}:"]
    subprocess.run(command, check=True, user=unprivileged_user())


def test_created_from_the_template_and_dropped(
    handler: ConnectionHandler, postgres_server: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    """Inside, the process works on the copy; afterwards nothing is left of it."""
    before = databases(postgres_server)
    with cloned(clone_options(tmp_path, "20260101-120000")) as clones:
        assert databases(postgres_server) - before == {clones.settings["default"]["NAME"]}
        with handler["default"].cursor() as cursor:
            cursor.execute("INSERT INTO thing VALUES (2)")
        assert len(postgres_server.execute("SELECT n FROM thing", clones.settings["default"]["NAME"])) == 2
    assert databases(postgres_server) == before
    assert postgres_server.execute("SELECT n FROM thing", postgres_database) == [(1,)]
    assert handler["default"].settings_dict["NAME"] == postgres_database


def test_dropped_when_the_body_raises(handler: ConnectionHandler, postgres_server: Postgres, tmp_path: Path) -> None:
    """Also while the run's connections are still open."""
    before = databases(postgres_server)
    opened: list[psycopg.Connection[Any]] = []

    def fail_in_the_clone() -> None:
        with cloned(clone_options(tmp_path, "r1")) as clones:
            opened.append(psycopg.connect(postgres_server.dsn(clones.settings["default"]["NAME"])))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_clone()
    assert databases(postgres_server) == before
    opened[0].close()


def test_refused_while_somebody_else_is_connected(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL copies only what nobody uses; the message says who does and what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        psycopg.connect(postgres_server.dsn(postgres_database), application_name="shop"),
        pytest.raises(UnsafeError, match="1 × shop as postgres") as caught,
        cloned(clone_options(tmp_path, "r2")),
    ):
        pass
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert "Stop the services that use it" in caught.value.hint
    assert "--no-isolate" in caught.value.hint


def test_a_database_in_use_is_dumped_into_the_clone(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With PostgreSQL's own programs; rows and owners come along, and the notes say how it was made."""
    assert postgres_server.bin_dir is not None
    monkeypatch.setenv("PATH", str(postgres_server.bin_dir), prepend=":")
    postgres_server.execute("CREATE ROLE keeper")
    postgres_server.execute("ALTER TABLE thing OWNER TO keeper", postgres_database)
    before = databases(postgres_server)
    try:
        with (
            psycopg.connect(postgres_server.dsn(postgres_database)),
            cloned(clone_options(tmp_path, "r2")) as clones,
        ):
            name = clones.settings["default"]["NAME"]
            assert postgres_server.execute("SELECT n FROM thing", name) == [(1,)]
            owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'thing'"
            assert postgres_server.execute(owner, name) == [("keeper",)]
            assert any("pg_dump" in note for note in clones.notes)
        assert databases(postgres_server) == before
    finally:
        postgres_server.execute("DROP TABLE thing", postgres_database)
        postgres_server.execute("DROP ROLE keeper")


def test_a_dump_that_fails_leaves_no_clone(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the program said is in the message."""
    (tmp_path / "pg_dump").write_text("#!/bin/sh\n[ $1 = --version ] && echo 99.1 && exit\necho no luck >&2; exit 3\n")
    (tmp_path / "psql").write_text("#!/bin/sh\n[ $1 = --version ] && echo 99.1 && exit\ncat > /dev/null\n")
    for name in ("pg_dump", "psql"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    before = databases(postgres_server)
    with (
        psycopg.connect(postgres_server.dsn(postgres_database)),
        pytest.raises(UnsafeError, match="no luck"),
        cloned(clone_options(tmp_path, "r2")),
    ):
        pass
    assert databases(postgres_server) == before


def test_a_table_that_is_locked_is_not_waited_for_without_end(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A migration under way would otherwise hang the run without a word; nothing of the clone is left."""
    assert postgres_server.bin_dir is not None
    monkeypatch.setenv("PATH", str(postgres_server.bin_dir), prepend=":")
    monkeypatch.setattr("loadaudit.planning.clones.dump.LOCK_WAIT_S", 0.3)
    before = databases(postgres_server)
    with psycopg.connect(postgres_server.dsn(postgres_database)) as busy:
        busy.execute("LOCK TABLE thing IN ACCESS EXCLUSIVE MODE")
        with (
            pytest.raises(UnsafeError, match=r"LOCK TABLE public\.thing") as caught,
            cloned(clone_options(tmp_path, "r2")),
        ):
            pass
    assert "let go of its tables" in caught.value.hint
    assert databases(postgres_server) == before


@pytest.mark.slow
def test_somebody_who_connects_meanwhile_is_no_end(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL refuses the template after five seconds; then a dump is made."""
    assert postgres_server.bin_dir is not None
    monkeypatch.setenv("PATH", str(postgres_server.bin_dir), prepend=":")
    monkeypatch.setattr("loadaudit.planning.clones.postgresql.other_sessions", lambda admin: [])
    with (
        psycopg.connect(postgres_server.dsn(postgres_database)),
        cloned(clone_options(tmp_path, "r2")) as clones,
    ):
        assert any("pg_dump" in note for note in clones.notes)
        assert postgres_server.execute("SELECT n FROM thing", clones.settings["default"]["NAME"]) == [(1,)]


def test_a_session_that_was_just_closed_is_no_hindrance(
    handler: ConnectionHandler,
    postgres_server: Postgres,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its process is listed for a moment longer; without pg_dump the clone would be refused."""
    leaving = iter([["1 × unnamed as postgres"], ["1 × unnamed as postgres"]])
    monkeypatch.setattr("loadaudit.planning.clones.postgresql.other_sessions", lambda admin: next(leaving, []))
    monkeypatch.setattr("loadaudit.planning.clones.postgresql.find_programs", lambda version: None)
    with cloned(clone_options(tmp_path, "r2")) as clones:
        assert postgres_server.execute("SELECT n FROM thing", clones.settings["default"]["NAME"]) == [(1,)]


def test_a_disk_that_is_full_leaves_no_clone(
    handler: ConnectionHandler, postgres_server: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    """A limit on the size of the server's files stands for the disk; they must hold its journal of 16 MB."""
    fill = "INSERT INTO thing SELECT n FROM generate_series(1, 550000) n"
    postgres_server.execute(fill, postgres_database)
    before = databases(postgres_server)
    limit_files(postgres_server, str(17 * 1024**2))
    try:
        with (
            pytest.raises(UnsafeError, match="File too large"),
            cloned(clone_options(tmp_path, "r2")),
        ):
            pass
    finally:
        limit_files(postgres_server, "unlimited")
    assert databases(postgres_server) == before
    assert not (tmp_path / "journal").exists()


def test_a_clone_says_whose_it_is_and_has_what_the_source_has(
    handler: ConnectionHandler, postgres_server: Postgres, postgres_database: str, tmp_path: Path
) -> None:
    """Run, host and process in its comment; extensions among its contents."""
    postgres_server.execute("CREATE EXTENSION vector", postgres_database)
    with cloned(clone_options(tmp_path, "r2")) as clones:
        name = clones.settings["default"]["NAME"]
        comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = "
        ((text,),) = postgres_server.execute(f"{comment} '{name}'")
        assert text == f"loadaudit clone run=r2 host={socket.gethostname()} pid={os.getpid()}"
        assert postgres_server.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'", name) == [(1,)]


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(
    handler: ConnectionHandler, postgres_server: Postgres, tmp_path: Path
) -> None:
    """A living run holds the lock of its clone; a killed one does not any more."""
    living = made(handler, clone_options(tmp_path, "living"))
    dead = made(handler, clone_options(tmp_path, "dead"))
    dead.connection.close()
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        assert remove_leftovers(connection, tmp_path / "journal") == ["loadaudit_dead_default"]
    assert "loadaudit_living_default" in databases(postgres_server)
    living.drop()
    assert "loadaudit_living_default" not in databases(postgres_server)


def test_databases_without_our_comment_are_never_dropped(postgres_server: Postgres, tmp_path: Path) -> None:
    """Whatever their name is."""
    postgres_server.execute("CREATE DATABASE loadaudit_somebodys")
    try:
        with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
            assert remove_leftovers(connection, tmp_path) == []
        assert "loadaudit_somebodys" in databases(postgres_server)
    finally:
        postgres_server.execute("DROP DATABASE loadaudit_somebodys")


def test_a_clone_whose_run_died_before_its_comment_goes_too(postgres_server: Postgres, tmp_path: Path) -> None:
    """Its name stands in the journal, which is empty afterwards."""
    postgres_server.execute("CREATE DATABASE loadaudit_unmarked")
    with pytest.raises(ZeroDivisionError), noted(tmp_path / "journal", "loadaudit_unmarked"):
        raise ZeroDivisionError
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        assert remove_leftovers(connection, tmp_path / "journal") == ["loadaudit_unmarked"]
    assert noted_names(tmp_path / "journal") == []
    assert "loadaudit_unmarked" not in databases(postgres_server)


def test_a_leftover_of_another_role_is_left_to_it(
    handler: ConnectionHandler, postgres_server: Postgres, tmp_path: Path
) -> None:
    """It may not be dropped by us, and must not keep us from running."""
    made(handler, clone_options(tmp_path, "theirs")).connection.close()
    postgres_server.execute("CREATE ROLE weak LOGIN")
    try:
        weak = postgres_server.dsn().replace("postgres@", "weak@")
        with psycopg.connect(weak, autocommit=True) as connection:
            assert remove_leftovers(connection, tmp_path) == []
        assert "loadaudit_theirs_default" in databases(postgres_server)
    finally:
        postgres_server.execute("DROP DATABASE loadaudit_theirs_default")
        postgres_server.execute("DROP ROLE weak")


def test_a_role_without_createdb_is_refused(
    postgres_server: Postgres, handler: ConnectionHandler, tmp_path: Path
) -> None:
    """Before anything is tried; the hint is the statement that grants it."""
    postgres_server.execute("CREATE ROLE weaker LOGIN")
    try:
        handler["default"].settings_dict["USER"] = "weaker"
        with (
            pytest.raises(UnsafeError, match="'weaker' may not create databases") as caught,
            cloned(clone_options(tmp_path, "r3")),
        ):
            pass
        assert 'ALTER ROLE "weaker" CREATEDB' in caught.value.hint
    finally:
        postgres_server.execute("DROP ROLE weaker")


def test_another_role_may_create_the_clone(
    postgres_server: Postgres, handler: ConnectionHandler, postgres_database: str, tmp_path: Path
) -> None:
    """CLONE_ADMIN makes it; it belongs to the owner of the source, and the project's own role reaches it."""
    postgres_server.execute("CREATE ROLE owner LOGIN")
    postgres_server.execute(f'ALTER DATABASE "{postgres_database}" OWNER TO owner')
    handler["default"].settings_dict["USER"] = "owner"
    try:
        with cloned(clone_options(tmp_path, "r3", admin={"": postgres_server.dsn()})) as clones:
            name = clones.settings["default"]["NAME"]
            owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = "
            assert postgres_server.execute(f"{owner} '{name}'") == [("owner",)]
            with handler["default"].cursor() as cursor:
                cursor.execute("SELECT current_user, current_database()")
                assert cursor.fetchone() == ("owner", name)
    finally:
        handler.close_all()
        postgres_server.execute(f'ALTER DATABASE "{postgres_database}" OWNER TO postgres')
        postgres_server.execute("DROP ROLE owner")


def test_the_settings_of_the_database_come_along(
    postgres_server: Postgres, handler: ConnectionHandler, postgres_database: str, tmp_path: Path
) -> None:
    """ALTER DATABASE … SET belongs to a database's name, not to its content; lists of names and texts keep quotes."""
    postgres_server.execute(f"""ALTER DATABASE "{postgres_database}" SET search_path TO "odd name", public""")
    postgres_server.execute(f"""ALTER DATABASE "{postgres_database}" SET statement_timeout TO '7s'""")
    with cloned(clone_options(tmp_path, "r3")), handler["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ('"odd name", public', "7s")


def test_above_the_limit_nothing_is_made(postgres_server: Postgres, handler: ConnectionHandler, tmp_path: Path) -> None:
    """The refusal has the line that allows it."""
    before = databases(postgres_server)
    with (
        pytest.raises(UnsafeError, match="CLONE_MAX_BYTES allows") as caught,
        cloned(clone_options(tmp_path, "r3", max_bytes=1000)),
    ):
        pass
    assert '"CLONE_MAX_BYTES": ' in caught.value.hint
    assert databases(postgres_server) == before


def test_too_little_room_on_the_server_is_refused(
    handler: ConnectionHandler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data directory of a server on this machine can be looked at."""
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("loadaudit.planning.clones.admin.shutil.disk_usage", lambda _: usage)
    with (
        pytest.raises(UnsafeError, match="MB on the database server, where 0 MB are free"),
        cloned(clone_options(tmp_path, "r3")),
    ):
        pass


def test_a_server_that_is_gone_is_refused(handler: ConnectionHandler, tmp_path: Path) -> None:
    """No traceback, but what the driver says."""
    handler["default"].settings_dict["PORT"] = "1"
    with (
        pytest.raises(UnsafeError, match="cannot be cloned: connection"),
        cloned(clone_options(tmp_path, "r4")),
    ):
        pass


def made(handler: ConnectionHandler, options: CloneOptions) -> PostgresqlClone:
    """Make the clone of the default database without the context that would drop it."""
    return PostgresqlClone.create(connect_admin(handler["default"], options), options)
