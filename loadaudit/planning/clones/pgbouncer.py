"""A PgBouncer of the run's own before a clone, with the pool settings of the configured one."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from loadaudit.planning.clones import children
from loadaudit.planning.clones.admin import CONNECT_TIMEOUT_S, Admin
from loadaudit.planning.clones.options import OWNER, CloneOptions

_CONSOLE = "pgbouncer"
_PORT = 6432
_READY_WITHIN_S = 5.0
_TEXT_SHOWN = 300
_UNPRIVILEGED = ("postgres", "nobody")
_COPIED = frozenset(
    {"pool_mode", "default_pool_size", "min_pool_size", "reserve_pool_size", "reserve_pool_timeout"}
    | {"max_client_conn", "max_db_connections", "max_user_connections", "max_prepared_statements"}
    | {"query_timeout", "query_wait_timeout", "idle_transaction_timeout", "transaction_timeout"}
    | {"client_idle_timeout", "server_idle_timeout", "server_lifetime", "server_round_robin"}
    | {"server_reset_query", "server_reset_query_always", "ignore_startup_parameters", "track_extra_parameters"}
)
_OF_DATABASE = {"pool_size": "pool_size", "min_pool_size": "min_pool_size", "reserve_pool": "reserve_pool"} | {
    "reserve_pool_size": "reserve_pool",
    "pool_mode": "pool_mode",
    "max_connections": "max_db_connections",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """Settings of the configured pooler: of all its pools, and those of the source's own."""

    general: Mapping[str, str]
    database: Mapping[str, str]
    described: str
    """A part of a sentence: where they come from."""


def read_pool_settings(parameters: Mapping[str, Any], source: str) -> PoolSettings:
    """Return the pool settings from the console of the configured PgBouncer, as far as the project's role may ask."""
    import psycopg

    try:
        # The console speaks the simple protocol only and knows no transactions.
        with psycopg.connect(
            **parameters,
            dbname=_CONSOLE,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            cursor_factory=psycopg.ClientCursor,
        ) as console:
            config = console.execute("SHOW CONFIG").fetchall()
            cursor = console.execute("SHOW DATABASES")
            names = [column.name for column in cursor.description or ()]
            databases = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
        return PoolSettings(
            general={"pool_mode": "transaction"},
            database={},
            described=f"in transaction mode with PgBouncer's defaults, because its settings could not be read ({said})",
        )
    # The columns of SHOW CONFIG: key, value, and since 1.12 default and changeable.
    general = {str(row[0]): str(row[1]) for row in config if row[0] in _COPIED and row[1] not in (None, "")}
    own = next((one for one in databases if one.get("name") == source), {})
    database = {
        key: str(own[column]) for column, key in _OF_DATABASE.items() if own.get(column) not in (None, "", 0, "0")
    }
    return PoolSettings(general=general, database=database, described="with the same pool settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePgBouncer:
    """A running PgBouncer that listens on a Unix socket in a private folder."""

    folder: Path
    port: int

    @classmethod
    def start(
        cls,
        admin: Admin,
        project: Mapping[str, Any],
        clone: str,
        pool: PoolSettings,
        options: CloneOptions,
        stack: ExitStack,
    ) -> Self | str:
        """Start it until the stack unwinds; return a part of a sentence instead when it cannot be had."""
        program = find_pgbouncer()
        if program is None:
            return "no pgbouncer is installed here"
        user = _other_user()
        # A path of its own: that of a Unix socket may have no more than 107 bytes.
        folder = Path(tempfile.mkdtemp(prefix="loadaudit-pool-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        shutil.copy(options.folder / OWNER, folder / OWNER)
        _write_files(folder, admin, project, clone, pool)
        if user is not None:
            for path in (folder, folder / "pgbouncer.ini", folder / "users.txt"):
                shutil.chown(path, user)
        log = (options.folder / "pgbouncer.log").open("w+b")
        stack.callback(log.close)
        process = children.start(
            [program, str(folder / "pgbouncer.ini")], user=user, stdout=log, stderr=subprocess.STDOUT
        )
        stack.callback(children.end, process)
        if not _ready(process, folder):
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            return f"a private pgbouncer did not start ({(said or ['it said nothing'])[-1][-_TEXT_SHOWN:]})"
        return cls(folder=folder, port=_PORT)


def find_pgbouncer() -> str | None:
    """Return the program; Debian keeps it where an ordinary user's search path does not lead."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _write_files(folder: Path, admin: Admin, project: Mapping[str, Any], clone: str, pool: PoolSettings) -> None:
    entry = {"host": admin.parameters.get("host", ""), "port": admin.parameters.get("port", ""), "dbname": clone}
    entry |= pool.database
    words = " ".join(f"{key}={value}" for key, value in entry.items() if value)
    user, password = str(project.get("user", "")), str(project.get("password", ""))
    general = {
        **pool.general,
        "unix_socket_dir": str(folder),
        "unix_socket_mode": "0777",
        "listen_port": str(_PORT),
        # The folder is private, and the server behind still asks for the password.
        "auth_type": "trust",
        "auth_file": str(folder / "users.txt"),
        "admin_users": user,
        "stats_users": user,
    }
    lines = [
        "[databases]",
        f"{clone} = {words}",
        "[pgbouncer]",
        *(f"{key} = {value}" for key, value in general.items()),
    ]
    _write_private(folder / "users.txt", f'"{_quoted(user)}" "{_quoted(password)}"\n')
    _write_private(folder / "pgbouncer.ini", "\n".join(lines) + "\n")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _other_user() -> str | None:
    """Return whom PgBouncer runs as when we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _UNPRIVILEGED if name in known), None)


def _ready(process: "subprocess.Popen[bytes]", folder: Path) -> bool:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if (folder / f".s.PGSQL.{_PORT}").exists():
            return True
        time.sleep(0.02)
    return False
