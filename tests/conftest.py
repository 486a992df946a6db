"""Fixtures for the whole suite: real servers and runs, made at most once per session and only when a test asks."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests import processes, servers
from tests.audit import stores
from tests.audit.site import Site
from tests.audit.stores import SharedRun
from tests.examples.commands import Shell
from tests.mysite.deployment import deployed

NOSKIP = "LOADAUDIT_TEST_NOSKIP"
"""Set to 1 where every program is installed: then a skipped test fails the session."""

TOGETHER = {
    "tests/audit/test_scenarios_of_a_run.py": "tests/audit/test_full_run.py",
    "tests/audit/test_sessions_of_a_run.py": "tests/audit/test_full_run.py",
    "tests/audit/test_logins_of_a_run.py": "tests/audit/test_plain_run.py",
    "tests/management/test_subcommands.py": "tests/audit/test_plain_run.py",
    "tests/audit/inspection/test_inspect.py": "tests/test_examples.py",
}
"""Modules that share a whole run with another one: where several processes run the tests, one runs both."""

LONG = ("tests/test_packaging.py", "tests/test_servers.py")
"""Modules that take long and would come last by their names, when the other processes have nothing left to do."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector not look for garbage among the tests that are being found: a quarter of what it takes."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones; all others keep their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give whole modules to the processes, in the order of the tests: those that share a run to the same one."""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):  # type: ignore[misc]
        """Modules as units of work."""

        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return TOGETHER.get(module, module)

    config.option.loadscopereorder = False
    return ByModule(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where nothing may be skipped."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that was skipped whole into a failed one where nothing may be skipped."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and _noskip():
        report.outcome = "failed"
        report.longrepr = f"{NOSKIP}=1: skipped tests are failures. It was skipped for: {report.longrepr}"


def _noskip() -> bool:
    return os.environ.get(NOSKIP) == "1"


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords quickly: as on a real site each would take a third of a second of CPU."""
    names = ("MD5PasswordHasher", "PBKDF2PasswordHasher")
    with override_settings(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}" for name in names]):
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    """PostgreSQL 18."""
    with servers.start_postgres() as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: servers.Postgres) -> Iterator[str]:
    """The name of a fresh database on `postgres_server`, dropped after the test."""
    with postgres_server.database() as name:
        yield name


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.Redis]:
    """A Redis-protocol server, shared by all tests: use a key prefix or a database of your own."""
    with servers.start_redis() as server:
        yield server


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: servers.Postgres) -> Iterator[servers.Postgres]:
    """PgBouncer in transaction mode before `postgres_server`."""
    _require("pgbouncer", package="pgbouncer")
    with servers.start_pgbouncer(postgres_server) as server:
        yield server


@pytest.fixture
def nginx() -> Iterator[Callable[[str], servers.Nginx]]:
    """A function that starts nginx with the given directives in its server block, until the test ends."""
    _require("nginx", package="nginx")
    with ExitStack() as stack:
        yield lambda server_block: stack.enter_context(servers.start_nginx(server_block))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small seeded demo database."""
    return stores.seed(tmp_path_factory)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The temporary folder of a site's processes."""
    with stores.short_folder() as folder:
        yield folder


@pytest.fixture
def site(tmp_path: Path, temporary: Path, database: Path) -> Site:
    """The clean demo with a runs folder of the test's own."""
    return Site(tmp_path, temporary, DEMO_SQLITE_PATH=str(database))


@pytest.fixture(scope="session")
def plain_run(database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run of the clean demo that sends only what reads."""
    folder = tmp_path_factory.mktemp("plain")
    return stores.finished_run(folder, database, *stores.long_enough(), "--label", "plain")


@pytest.fixture(scope="session")
def full_run(database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run as it is by default: every operation alone, the load with writes, and what destroys behind it."""
    folder = tmp_path_factory.mktemp("full")
    given = Path(__file__).parent / "audit"
    shutil.copy(given / "loadtests_of_a_site.py", folder / "loadtests.py")
    (folder / "runs").mkdir()
    shutil.copy(given / "recorded_of_a_site.json", folder / "runs" / "recorded.json")
    return stores.finished_run(folder, database, *stores.requests(800), "--think-time", "20ms", sends_all=True)


@pytest.fixture(scope="session")
def mysite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The project of a few pages, with its database."""
    with stores.short_folder() as temporary:
        yield deployed(tmp_path_factory.mktemp("mysite"), temporary)


@pytest.fixture(scope="session")
def shell(mysite: Site) -> Iterator[Shell]:
    """What executes examples of the documentation on it; what was executed once is shared."""
    with ExitStack() as stack:
        yield Shell(mysite, stack)


@pytest.fixture(scope="session")
def chromium() -> servers.Chromium:
    """Headless Chromium."""
    _require("chromium", "chromium-browser", "google-chrome", package="chromium")
    return servers.find_chromium()


def _require(*names: str, package: str) -> None:
    """Skip the test when the program is missing, or fail it where nothing may be skipped."""
    try:
        processes.find_program(*names, package=package)
    except processes.NotInstalled as error:
        if _noskip():
            pytest.fail(str(error))
        pytest.skip(str(error))
