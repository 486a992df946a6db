"""The servers that other tests stand on: they answer, they are the real thing, and they go away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
import requests

from tests import servers
from tests.processes import NotInstalled, NotStarted, find_program, running, wait_until

ROOT = Path(__file__).parent.parent

STARTS_POSTGRES = """
import signal, time
from tests.servers import start_postgres
# A shell that starts tests in the background lets its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
with start_postgres() as server:
    print(server.pid, server.socket_dir, flush=True)
    time.sleep(60)
"""


def test_postgres_is_version_18(postgres_server: servers.Postgres) -> None:
    """The newest major version is what the PostgreSQL probe is tested on."""
    ((version,),) = postgres_server.execute("SHOW server_version")
    assert version.split(".")[0] == "18"


def test_postgres_never_runs_as_root(postgres_server: servers.Postgres) -> None:
    """PostgreSQL refuses to be root, so the fixture finds another user when the tests are root."""
    assert psutil.Process(postgres_server.pid).uids().real != 0


def test_postgres_answers_on_its_socket(postgres_server: servers.Postgres) -> None:
    """The folder of the Unix socket serves as libpq's host."""
    with psycopg.connect(
        host=str(postgres_server.socket_dir), port=postgres_server.port, user="postgres"
    ) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_postgres_takes_server_settings() -> None:
    """A test of an exhausted server makes one with few connections."""
    with servers.start_postgres(max_connections="7") as server:
        assert server.execute("SHOW max_connections") == [("7",)]


def test_fresh_database_is_empty(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """A test gets a database without tables."""
    sql = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert postgres_server.execute(sql, postgres_database) == [(0,)]


def test_fresh_database_is_dropped_although_someone_is_connected(postgres_server: servers.Postgres) -> None:
    """A connection that a test leaked does not keep its database."""
    with postgres_server.database() as name:
        leaked = psycopg.connect(postgres_server.dsn(name))
    try:
        sql = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert postgres_server.execute(sql) == [(0,)]
    finally:
        leaked.close()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_postgres_ends_with_the_tests(signal_number: signal.Signals) -> None:
    """Neither Ctrl-C nor a killed test run leaves a server behind; Ctrl-C leaves no files either."""
    if signal_number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent was killed")
    with _python(STARTS_POSTGRES) as process:
        assert process.stdout is not None
        pid, directory = process.stdout.readline().split()
        process.send_signal(signal_number)
        process.wait(timeout=20)
    assert wait_until(lambda: not psutil.pid_exists(int(pid)), within_s=10)
    if signal_number == signal.SIGINT:
        assert not Path(directory).exists()
    shutil.rmtree(directory, ignore_errors=True)


def test_redis_keeps_what_it_is_given(redis_server: servers.Redis) -> None:
    """The server speaks the Redis protocol."""
    with redis.Redis.from_url(redis_server.url(database=15), decode_responses=True) as client:
        client.set("loadaudit:test", "kept", ex=60)
        assert client.get("loadaudit:test") == "kept"


def test_pgbouncer_pools_postgres(pgbouncer: servers.Postgres) -> None:
    """A query goes through, and the console shows the pool it went through."""
    assert pgbouncer.execute("SELECT 1") == [(1,)]
    with psycopg.connect(pgbouncer.dsn("pgbouncer"), autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
        pools = {row[0]: row for row in console.execute("SHOW POOLS")}
    assert "postgres" in pools


def test_nginx_serves_a_file(nginx: Callable[[str], servers.Nginx], tmp_path: Path) -> None:
    """The server block is the test's own."""
    (tmp_path / "page.txt").write_text("served")
    server = nginx(f"root {tmp_path};")
    assert requests.get(f"{server.url}/page.txt", timeout=10).text == "served"


def test_chromium_runs_the_scripts_of_a_page(chromium: servers.Chromium, tmp_path: Path) -> None:
    """A report is looked at as a browser shows it, after its scripts have run."""
    page = tmp_path / "page.html"
    page.write_text("<p id=x></p><script>document.getElementById('x').textContent = 6 * 7</script>")
    assert '<p id="x">42</p>' in chromium.dump_dom(page.as_uri())


def test_a_missing_program_is_named() -> None:
    """The reason of a skip says what to install."""
    with pytest.raises(NotInstalled, match="apt-get install nowhere"):
        find_program("no-such-program", package="nowhere")


def test_a_server_that_ends_shows_its_log(tmp_path: Path) -> None:
    """A server that does not start says why."""
    command = [sys.executable, "-c", "raise SystemExit('port taken')"]
    with pytest.raises(NotStarted, match="port taken"), running(command, tmp_path, lambda: False):
        pass


@pytest.mark.parametrize(("value", "code"), [("1", pytest.ExitCode.TESTS_FAILED), ("0", pytest.ExitCode.OK)])
def test_skipped_tests_fail_where_nothing_may_be_skipped(value: str, code: pytest.ExitCode, tmp_path: Path) -> None:
    """In CI a skipped test is a failure; elsewhere it is not."""
    test_file = tmp_path / "test_skipped.py"
    test_file.write_text("import pytest\ndef test_it():\n    pytest.skip('not here')\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, f"--rootdir={tmp_path}", str(test_file)],
        cwd=ROOT,
        # Plugins of other packages take longer than all else here.
        env=os.environ | {"LOADAUDIT_TEST_NOSKIP": value, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr


@contextmanager
def _python(code: str) -> Iterator[subprocess.Popen[str]]:
    """Run code in a Python of its own that can import the tests, and end it with the block."""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()
