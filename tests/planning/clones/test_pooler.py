"""Clones of databases behind a real PgBouncer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones import every, pgbouncer
from loadaudit.planning.clones.admin import is_pooled
from loadaudit.planning.clones.every import cloned
from tests.planning.clones.builders import clone_options
from tests.servers import Postgres, start_pgbouncer


@pytest.fixture(autouse=True)
def _client_programs(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server's version: a pooler keeps connections to the source open, which no template may have."""
    assert postgres_server.bin_dir is not None
    monkeypatch.setenv("PATH", str(postgres_server.bin_dir), prepend=":")


@pytest.fixture
def pooled(
    postgres_server: Postgres,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: Any,
    request: pytest.FixtureRequest,
) -> Iterator[ConnectionHandler]:
    """The process's database behind a PgBouncer that knows it alone, or with the parameter `*` all of them."""
    only = "*" if getattr(request, "param", "") == "*" else postgres_database
    with start_pgbouncer(postgres_server, only=only, pool_mode="session", default_pool_size="3") as pooler:
        made = ConnectionHandler({"default": pooler.django(postgres_database)})
        monkeypatch.setattr(every, "connections", made)
        with django_db_blocker.unblock():
            yield made
            made.close_all()


def console(folder: str, port: str, command: str) -> list[tuple[Any, ...]]:
    """Return what a PgBouncer's console answers."""
    with psycopg.connect(
        host=folder,
        port=port,
        user="postgres",
        dbname="pgbouncer",
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
    ) as connection:
        return connection.execute(command.encode()).fetchall()


def test_without_the_direct_address_it_is_refused(pooled: ConnectionHandler, tmp_path: Path) -> None:
    """The hint names the setting."""
    with pytest.raises(UnsafeError, match="cannot be cloned") as caught, cloned(clone_options(tmp_path)):
        pass
    assert "CLONE_ADMIN" in caught.value.hint


@pytest.mark.parametrize("pooled", ["*"], indirect=True)
def test_a_pooler_that_lets_all_through_is_recognised(pooled: ConnectionHandler, tmp_path: Path) -> None:
    """No advisory lock would hold through it, so it is refused although it could create the clone."""
    with pytest.raises(UnsafeError, match="leads to a connection pooler") as caught, cloned(clone_options(tmp_path)):
        pass
    assert "CLONE_ADMIN" in caught.value.hint


@pytest.mark.parametrize("pooled", ["*"], indirect=True)
def test_the_configured_pooler_is_used_when_it_knows_the_clone(
    pooled: ConnectionHandler, postgres_server: Postgres, tmp_path: Path
) -> None:
    """Only the name changes."""
    with cloned(clone_options(tmp_path, admin={"": postgres_server.dsn()})) as clones:
        assert list(clones.settings["default"]) == ["NAME"]
        assert clones.facts == {"clone default": "through the configured pooler"}


def test_a_private_pooler_stands_before_the_clone(
    pooled: ConnectionHandler, postgres_server: Postgres, tmp_path: Path
) -> None:
    """With the pool settings of the configured one, which has no wildcard entry; it goes with the run."""
    with cloned(clone_options(tmp_path, admin={"default": postgres_server.dsn()})) as clones:
        settings = clones.settings["default"]
        connection = pooled["default"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone() == (settings["NAME"],)
        assert is_pooled(connection.connection)
        config = {row[0]: row[1] for row in console(settings["HOST"], settings["PORT"], "SHOW CONFIG")}
        assert (config["pool_mode"], config["default_pool_size"]) == ("session", "3")
        assert clones.facts == {"clone default": "through a private PgBouncer"}
        assert any("with the same pool settings" in note for note in clones.notes)
    assert not Path(settings["HOST"]).exists()


def test_without_pgbouncer_here_the_run_goes_past_the_pool_and_says_so(
    pooled: ConnectionHandler, postgres_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not measured is a fact of the run."""
    monkeypatch.setattr(pgbouncer, "find_pgbouncer", lambda: None)
    with cloned(clone_options(tmp_path, admin={"": postgres_server.dsn()})) as clones:
        assert clones.settings["default"]["PORT"] == str(postgres_server.port)
        assert "was not measured" in clones.facts["clone default"]
        assert any("no pgbouncer is installed" in note for note in clones.notes)


def test_a_pooler_that_maps_every_name_to_the_source_is_not_trusted(
    postgres_server: Postgres,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: Any,
    tmp_path: Path,
) -> None:
    """`* = … dbname=source` would send the run's writes to the source itself."""
    with (
        start_pgbouncer(postgres_server, maps_to=postgres_database) as pooler,
        django_db_blocker.unblock(),
    ):
        made = ConnectionHandler({"default": pooler.django(postgres_database)})
        monkeypatch.setattr(every, "connections", made)
        with (
            cloned(clone_options(tmp_path, admin={"": postgres_server.dsn()})) as clones,
            made["default"].cursor() as cursor,
        ):
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone() == (clones.settings["default"]["NAME"],)
        made.close_all()
