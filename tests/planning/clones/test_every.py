"""The throw-away copies of databases."""

from __future__ import annotations

import contextlib
import resource
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler, OperationalError

from loadaudit.errors import ExitCode, UnsafeError
from loadaudit.planning.clones import every
from loadaudit.planning.clones.every import cloned
from loadaudit.planning.clones.out_of_reach import advice_on
from tests.planning.clones.builders import clone_options

Connections = Callable[..., ConnectionHandler]
SQLITE = "django.db.backends.sqlite3"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Any:
    """A function that makes these databases those of the process."""

    def use(**databases: dict[str, Any]) -> ConnectionHandler:
        handler = ConnectionHandler(databases)
        monkeypatch.setattr(every, "connections", handler)
        return handler

    with django_db_blocker.unblock():
        yield use


def sqlite(path: Path | str) -> dict[str, Any]:
    """Return an entry for DATABASES."""
    return {"ENGINE": SQLITE, "NAME": path}


def filled(path: Path, *, wal: bool = False) -> Path:
    """Make a database with one row."""
    made = sqlite3.connect(path)
    if wal:
        made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE thing (n)")
    made.execute("INSERT INTO thing VALUES (1)")
    made.commit()
    made.close()
    return path


def rows(path: str | Path) -> list[int]:
    """Return the rows of a database."""
    opened = sqlite3.connect(path)
    try:
        return [n for (n,) in opened.execute("SELECT n FROM thing ORDER BY n")]
    finally:
        opened.close()


def test_writes_go_to_the_clone(connections: Connections, tmp_path: Path) -> None:
    """Inside, the process uses the copy; the original has no part in it."""
    original = filled(tmp_path / "site.sqlite3")
    handler = connections(default=sqlite(original))
    with cloned(clone_options(tmp_path)) as clones:
        with handler["default"].cursor() as cursor:
            cursor.execute("INSERT INTO thing VALUES (2)")
        assert rows(clones.settings["default"]["NAME"]) == [1, 2]
    assert rows(original) == [1]
    assert handler["default"].settings_dict["NAME"] == original
    handler.close_all()


def test_a_driver_that_an_apm_watches(
    connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connect() returns objects of the APM's own then, which SQLite takes for no database."""
    original = filled(tmp_path / "site.sqlite3")
    connections(default=sqlite(original))
    with monkeypatch.context() as watched:
        watched.setattr(sqlite3, "connect", lambda *_, **__: object())
        clones = cloned(clone_options(tmp_path))
        made = clones.__enter__()
    assert rows(made.settings["default"]["NAME"]) == [1]
    clones.__exit__(None, None, None)


def test_the_process_is_pointed_back_when_the_body_raises(connections: Connections, tmp_path: Path) -> None:
    """Whatever happens in a run, what follows uses the project's own database."""
    original = filled(tmp_path / "site.sqlite3")
    handler = connections(default=sqlite(original))
    with pytest.raises(ZeroDivisionError), cloned(clone_options(tmp_path)):
        raise ZeroDivisionError
    assert handler["default"].settings_dict["NAME"] == original


def test_a_wal_database_while_another_connection_writes(connections: Connections, tmp_path: Path) -> None:
    """The copy is consistent: whole transactions, and those that are only in the WAL too."""
    original = filled(tmp_path / "site.sqlite3", wal=True)
    connections(default=sqlite(original))
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        writer = sqlite3.connect(original, timeout=10)
        number = 2
        while not stop.wait(0.001):
            with writer:
                writer.execute("INSERT INTO thing VALUES (?)", [number])
                writer.execute("INSERT INTO thing VALUES (?)", [number + 1])
            number += 2
            started.set()
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert started.wait(10)
        with cloned(clone_options(tmp_path)) as clones:
            copied = rows(clones.settings["default"]["NAME"])
    finally:
        stop.set()
        thread.join()
    assert copied == list(range(1, len(copied) + 1))
    assert len(copied) >= 3
    assert len(copied) % 2 == 1


def test_a_missing_file_gives_an_empty_clone(connections: Connections, tmp_path: Path) -> None:
    """A new project has no database yet, and still has none afterwards."""
    connections(default=sqlite(tmp_path / "new.sqlite3"))
    with cloned(clone_options(tmp_path)) as clones:
        opened = sqlite3.connect(clones.settings["default"]["NAME"])
        assert opened.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        opened.close()
    assert not (tmp_path / "new.sqlite3").exists()


@pytest.mark.parametrize("name", [":memory:", "file:shared?mode=memory&cache=shared"])
def test_a_database_in_memory_is_refused(connections: Connections, tmp_path: Path, name: str) -> None:
    """The server's processes could not see it."""
    connections(default=sqlite(name))
    with pytest.raises(UnsafeError, match="in memory") as caught, cloned(clone_options(tmp_path)):
        pass
    assert "BASE_DIR" in caught.value.hint


def test_an_unknown_vendor_is_refused_with_the_way_out(
    connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, and the option that runs against the database itself."""
    handler = connections(default=sqlite(filled(tmp_path / "site.sqlite3")))
    monkeypatch.setattr(handler["default"], "vendor", "oracle")
    with (
        pytest.raises(UnsafeError, match="oracle, which loadaudit cannot clone") as caught,
        cloned(clone_options(tmp_path)),
    ):
        pass
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert "--no-isolate" in caught.value.hint


@pytest.mark.parametrize("alias", ["reports", "default"])
def test_a_database_beside_the_main_one_that_nobody_answers_for(
    connections: Connections, tmp_path: Path, alias: str
) -> None:
    """The run goes on, and cannot reach it either when it is back; without the main one nobody can log in."""
    down = {"ENGINE": "django.db.backends.postgresql", "NAME": "n", "USER": "u", "HOST": "127.0.0.1", "PORT": "1"}
    handler = connections(**{"default": sqlite(filled(tmp_path / "a.sqlite3")), alias: down})
    if alias == "default":
        with pytest.raises(UnsafeError, match="Connection refused"), cloned(clone_options(tmp_path)):
            pass
        return
    with cloned(clone_options(tmp_path)) as clones:
        assert clones.out_of_reach == (alias,)
        with pytest.raises(OperationalError, match="reports-was-out-of-reach") as raised:
            handler[alias].ensure_connection()
    assert handler[alias].settings_dict["HOST"] == "127.0.0.1"
    assert "DATABASES['reports'] was out of reach when the run began" in clones.notes[0]
    assert advice_on(str(raised.value)).startswith("it uses DATABASES['reports'], which was out of reach")


@pytest.mark.parametrize(
    ("changes", "listens"),
    [
        ({}, False),
        ({}, True),
        ({"OPTIONS": {"unix_socket": "/x"}}, False),
        ({"HOST": ""}, False),
        ({"HOST": "localhost"}, False),
    ],
)
def test_one_of_another_kind_that_is_down_is_kept_out_of_reach(
    connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], listens: bool
) -> None:
    """One that may be up cannot be cloned, and what it holds would be changed."""
    down = {"ENGINE": "django.db.backends.postgresql", "NAME": "n", "HOST": "127.0.0.1", "PORT": "1", **changes}
    handler = connections(default=sqlite(filled(tmp_path / "a.sqlite3")), reports=down)
    monkeypatch.setattr(handler["reports"], "vendor", "mysql")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        if listens:
            handler["reports"].settings_dict["PORT"] = str(server.getsockname()[1])
        if changes or listens:
            with pytest.raises(UnsafeError, match="mysql, which"), cloned(clone_options(tmp_path)):
                pass
            return
    with cloned(clone_options(tmp_path)) as clones:
        assert clones.out_of_reach == ("reports",)
        assert clones.settings["reports"]["HOST"] == "/nonexistent/reports-was-out-of-reach"


def test_too_little_room_is_refused(connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything was copied."""
    connections(default=sqlite(filled(tmp_path / "site.sqlite3")))
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("loadaudit.planning.clones.sqlite.shutil.disk_usage", lambda _: usage)
    with pytest.raises(UnsafeError, match="MB are free") as caught, cloned(clone_options(tmp_path)):
        pass
    assert "TMPDIR" in caught.value.hint


def test_a_disk_that_is_full_is_named(connections: Connections, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; the room was there when it was looked for."""
    path = filled(tmp_path / "site.sqlite3")
    with contextlib.closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("INSERT INTO thing VALUES (zeroblob(1000000))")
    connections(default=sqlite(path))
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    try:
        with pytest.raises(UnsafeError, match="cannot be copied to") as caught, cloned(clone_options(tmp_path)):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert "Is the disk full" in caught.value.hint


def test_a_source_that_is_locked_is_not_waited_for_without_end(
    connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's transaction that never ends would otherwise hang the run without a word."""
    monkeypatch.setattr("loadaudit.planning.clones.sqlite.LOCK_WAIT_S", 0.3)
    path = filled(tmp_path / "site.sqlite3")
    connections(default=sqlite(path))
    with contextlib.closing(sqlite3.connect(path)) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(UnsafeError, match="another process has locked it"),
            cloned(clone_options(tmp_path)),
        ):
            pass
    with cloned(clone_options(tmp_path)) as clones:
        assert rows(clones.settings["default"]["NAME"]) == [1]


def test_aliases_of_one_database_share_its_clone(connections: Connections, tmp_path: Path) -> None:
    """What is written through one must be seen through the other; another database has a clone of its own."""
    site, old = filled(tmp_path / "site.sqlite3"), filled(tmp_path / "old.sqlite3")
    connections(default=sqlite(site), replica=sqlite(site), archive=sqlite(old))
    with cloned(clone_options(tmp_path)) as clones:
        assert clones.settings["default"] == clones.settings["replica"] != clones.settings["archive"]


def test_a_project_without_a_database(connections: Connections, tmp_path: Path) -> None:
    """Django gives it a dummy, of which no clone is needed."""
    connections(default={})
    with cloned(clone_options(tmp_path)) as clones:
        assert clones.settings == {}


def test_a_database_above_the_limit_is_refused(connections: Connections, tmp_path: Path) -> None:
    """With the line that allows it."""
    connections(default=sqlite(filled(tmp_path / "site.sqlite3")))
    with (
        pytest.raises(UnsafeError, match="CLONE_MAX_BYTES allows") as caught,
        cloned(clone_options(tmp_path, max_bytes=100)),
    ):
        pass
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert '"CLONE_MAX_BYTES": 9000' in caught.value.hint


def test_a_file_that_is_no_database_is_refused(connections: Connections, tmp_path: Path) -> None:
    """SQLite says so, and the message says what to look at."""
    (tmp_path / "site.sqlite3").write_bytes(b"no database" * 100)
    connections(default=sqlite(tmp_path / "site.sqlite3"))
    with pytest.raises(UnsafeError, match="cannot be copied"), cloned(clone_options(tmp_path)):
        pass
