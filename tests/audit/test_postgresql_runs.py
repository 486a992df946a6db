"""Runs on PostgreSQL with Redis: on a clone, which goes, beside a source that stays as it is."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests import servers
from tests.audit.site import ONLY_HEALTH, Command, Outcome, Site
from tests.audit.stores import SEED, short_folder
from tests.processes import wait_until

NOBODY = ("run", "--anonymous", "--only", "health", "--users", "2", "--workers", "1", "--duration", "30")
WRITING_ONLY = ("--only", "api/v2/items/<", "--only", "budget/reset", "--only", "logout", "--only", "health")
WRITING = ("run", *WRITING_ONLY, "--users", "2", "--workers", "1", "--duration", "1")
PHASES = {
    "Cloning the database": NOBODY,
    "Putting up the fence": NOBODY,
    "Starting the server": NOBODY,
    "Planning": NOBODY,
    "Load: ": NOBODY,
    "Preflight: ": WRITING,
    "Logging in": WRITING,
    "Writes at the same moment": WRITING,
    "Logouts and account changes": WRITING,
    "Destructive operations": WRITING,
    "Analysing": WRITING,
}
CLONES = "SELECT datname FROM pg_database WHERE datname LIKE 'loadaudit_%'"


@pytest.fixture(scope="module")
def source(postgres_server: servers.Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a seeded database."""
    with postgres_server.database() as name:
        folder = tmp_path_factory.mktemp("source")
        site = Site(folder, folder, DEMO_DATABASE_URL=_url(postgres_server, name))
        for arguments in (("migrate", "-v0"), SEED):
            done = site.manage(*arguments)
            assert done.code == 0, done.stderr
        yield name


@pytest.fixture
def site(
    tmp_path: Path, temporary: Path, postgres_server: servers.Postgres, redis_server: servers.Redis, source: str
) -> Site:
    """The demo on PostgreSQL and Redis."""
    return Site(
        tmp_path,
        temporary,
        DEMO_DATABASE_URL=_url(postgres_server, source),
        DEMO_REDIS_URL=redis_server.url(7),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FullRun:
    """A run that sent all that it can, and what was around it before and afterwards."""

    outcome: Outcome
    before: dict[str, tuple[object, ...]]
    after: dict[str, tuple[object, ...]]
    clones: list[tuple[object, ...]]
    keys: list[bytes]


@pytest.fixture(scope="module")
def full_run(
    postgres_server: servers.Postgres,
    redis_server: servers.Redis,
    source: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> FullRun:
    """Every operation of the demo alone, the load with writes, and what destroys."""
    folder = tmp_path_factory.mktemp("full")
    before = _contents(postgres_server, source)
    variables = {"DEMO_DATABASE_URL": _url(postgres_server, source), "DEMO_REDIS_URL": redis_server.url(7)}
    with short_folder() as temporary, redis.Redis(port=redis_server.port, db=7) as client:
        client.set("kept", "yes")
        site = Site(folder, temporary, **variables)
        site.sends_all = True
        done = site.loadaudit("run", "--duration", "3", "--format", "json")
        keys = list(client.keys())
        client.flushdb()
    assert done.code == 0, done.stderr
    after = _contents(postgres_server, source)
    return FullRun(outcome=done, before=before, after=after, clones=list(postgres_server.execute(CLONES)), keys=keys)


class TestFullRun:
    """On PostgreSQL with Redis, everything that a run does by default."""

    def test_reads_work_on_a_clone(self, full_run: FullRun) -> None:
        """The driver is recorded, and the clone is gone afterwards."""
        document = full_run.outcome.document()
        assert document["run"]["environment"]["database default"].startswith("postgresql, driver psycopg 3")
        levels = {one["id"]: one["level"] for one in document["operations"] if one["id"].startswith("GET ")}
        tried = {one for one, level in levels.items() if level != "untouched"}
        assert len(full_run.outcome.succeeded() & tried) >= 0.9 * len(tried) > 60
        assert full_run.clones == []

    def test_writes_and_deletions_stay_in_the_clone(self, full_run: FullRun) -> None:
        """Deep copies, resets and deletions worked, and every table and sequence of the source is as it was."""
        worked = full_run.outcome.succeeded()
        assert {"POST /projects/<int:project_id>/copy/", "POST /projects/<int:project_id>/budget/reset/"} <= worked
        assert {"POST /projects/<int:project_id>/delete/", "POST /catalog/materials/<int:pk>/delete/"} & worked
        assert any(one.startswith("DELETE ") for one in worked)
        assert full_run.before == full_run.after

    def test_the_cache_of_the_project_survives(self, full_run: FullRun) -> None:
        """What is in it is still there, and nothing of the run is left."""
        assert full_run.keys == [b"kept"]

    def test_it_finds_nothing_in_the_clean_demo(self, full_run: FullRun) -> None:
        """Apart from what is good to know."""
        assert [one for one in full_run.outcome.document()["findings"] if one["severity"] != "info"] == []


@pytest.mark.slow
def test_runs_killed_at_any_phase_leave_nothing_behind_the_next(
    tmp_path: Path, temporary: Path, postgres_server: servers.Postgres, redis_server: servers.Redis, source: str
) -> None:
    """Clone, processes, folders and keys: the guardian ends what runs, and the next run removes the rest."""
    sites = [
        _site_beside(tmp_path, temporary, f"site-{number}", postgres_server, redis_server, source)
        for number in range(len(PHASES))
    ]
    with ExitStack() as stack, redis.Redis(port=redis_server.port, db=7) as client:
        client.set("foreign", "kept")
        waiting = {}
        for site, (phase, arguments) in zip(sites, PHASES.items(), strict=True):
            site.sends_all = arguments is WRITING
            # With few routes planning is over before a signal arrives.
            if arguments is NOBODY and phase != "Planning":
                site.configure(ONLY_HEALTH)
            waiting[phase] = stack.enter_context(site.started(*arguments))
        commands = tuple(waiting.values())
        assert wait_until(lambda: not _kill_in_their_phases(waiting), within_s=100, step_s=0.01), waiting.keys()
        assert {one.process.wait() for one in commands} == {-signal.SIGKILL}
        assert wait_until(lambda: not [one for command in commands for one in command.survivors()])
        assert wait_until(lambda: not postgres_server.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
        after = sites[0].loadaudit(*NOBODY[:-1], "1")
        assert after.code == 0, after.stderr
        assert sites[0].leftovers() == []
        assert client.keys("loadaudit*") == []
        assert client.get("foreign") == b"kept"
        client.flushdb()
    assert postgres_server.execute(CLONES) == []


@pytest.mark.slow
def test_killed_run_leaves_a_clone_to_the_next(site: Site, postgres_server: servers.Postgres) -> None:
    """A clone whose run was killed is removed by the next run, and not by one while its own run lives."""
    site.configure(ONLY_HEALTH)
    arguments = NOBODY[:-1]
    with site.started(*arguments, "600") as command:
        command.wait_for_samples()
        (clone,) = postgres_server.execute(CLONES)
        beside = site.loadaudit(*arguments, "1")
        assert beside.code == 0, beside.stderr
        assert postgres_server.execute(CLONES) == [clone]
        command.remember_family()
        command.process.kill()
        command.end()
        assert command.all_gone()
    assert wait_until(lambda: not postgres_server.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
    after = site.loadaudit(*arguments, "1")
    assert after.code == 0, after.stderr
    assert postgres_server.execute(CLONES) == []


def _kill_in_their_phases(waiting: dict[str, Command]) -> dict[str, Command]:
    """Kill each command that has come to its phase, and return those that have not."""
    for phase, command in list(waiting.items()):
        if command.has_come_to(phase):
            command.remember_family()
            command.process.kill()
            del waiting[phase]
    return waiting


def _site_beside(
    tmp_path: Path, temporary: Path, name: str, postgres: servers.Postgres, redis_server: servers.Redis, source: str
) -> Site:
    """Return the demo with output of its own and the runs folder of the others."""
    folder = tmp_path / name
    folder.mkdir()
    runs = f"LOADAUDIT['RUNS_DIR'] = {str(tmp_path / 'runs')!r}\nLOADAUDIT['USERS'] = LOADAUDIT['USERS'][:1]"
    variables = {"DEMO_DATABASE_URL": _url(postgres, source), "DEMO_REDIS_URL": redis_server.url(7)}
    return Site(folder, temporary, extra=runs, **variables)


def _contents(server: servers.Postgres, database: str) -> dict[str, tuple[object, ...]]:
    """Return number and checksum of the rows of every table, and the state of every sequence."""
    names = server.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 2200", database)
    query = (
        "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM (SELECT * FROM \"{}\") AS t"
    )
    found = {name: server.execute(query.format(name), database)[0] for (name,) in names}
    assert len(found) > 40
    return found


def _url(server: servers.Postgres, name: str) -> str:
    return f"postgres://{server.user}@{server.host}:{server.port}/{name}"
