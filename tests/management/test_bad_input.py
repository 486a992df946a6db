"""Wrong input: one message that says what to do, the exit code of its kind, and nothing left behind."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, Outcome, Site

RUN = ("run", "--duration", "3")

FAILING_CHECK = """
from django.core import checks

@checks.register
def leaks(app_configs, **options):
    return [checks.Error("the roof leaks", id="demo.E001")]
"""


@pytest.fixture
def site(site: Site) -> Site:
    """The demo with few routes: what is tested here is the same with all of them."""
    site.configure(ONLY_HEALTH)
    return site


def refused(outcome: Outcome, code: int, *parts: str) -> None:
    """Check that the command ended with this code and one message that has these parts."""
    assert outcome.code == code, outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.count("CommandError: ") + outcome.stderr.count(": error: ") == 1, outcome.stderr
    for part in parts:
        assert part in outcome.stderr, outcome.stderr


def left_nothing(site: Site) -> None:
    """Check that neither the runs folder nor the temporary folder has anything of a run."""
    assert site.run_paths() == []
    assert [path.name for path in site.runs.glob("*")] in ([], [".gitignore"])
    assert site.leftovers() == []


@pytest.mark.parametrize("subcommand", ["inventory", "run"])
def test_urlconf_that_fails_to_import(site: Site, subcommand: str) -> None:
    """The message leads to the line in which the URLconf fails."""
    (site.folder / "broken_urls.py").write_text("import os\n\nfrom tests.demo import nothing_of_that_name\n")
    site.configure("ROOT_URLCONF = 'broken_urls'")
    refused(site.loadaudit(subcommand), 2, "broken_urls.py:3", "nothing_of_that_name")
    left_nothing(site)


def test_unknown_setting(site: Site) -> None:
    """A misspelt key of LOADAUDIT is an error that names the nearest one, whatever is asked for."""
    site.configure("LOADAUDIT['USRES'] = []")
    for outcome in site.one_after_the_other([("run",), ("runs",)]):
        refused(outcome, 2, "'USRES'", "Did you mean 'USERS'?")
    left_nothing(site)


def test_failing_system_check(site: Site) -> None:
    """An error that `manage.py check` reports stops the command with the exit code of bad configuration."""
    site.configure(FAILING_CHECK)
    refused(site.loadaudit(*RUN), 2, "system checks fail", "demo.E001", "the roof leaks", "--skip-checks")
    left_nothing(site)


def test_failing_system_check_does_not_hide_the_inventory(site: Site) -> None:
    """What only reads the project says what fails, and lists."""
    site.configure(FAILING_CHECK)
    done = site.loadaudit("inventory", "--format", "csv")
    assert done.code == 0, done.stderr
    assert "the roof leaks" in done.stderr
    routes = ("live", "ready", "database", "cache")
    assert all(f"GET /health/{name}/" in done.stdout for name in routes), done.stdout


def test_check_that_raises(site: Site) -> None:
    """A check may ask a database that has no tables yet: the message names the error, without a traceback."""
    site.configure(FAILING_CHECK.replace('return [checks.Error("the roof leaks", id="demo.E001")]', "1 / 0"))
    refused(site.loadaudit(*RUN), 2, "system checks stop with ZeroDivisionError", "--skip-checks")
    left_nothing(site)


def test_busy_port(site: Site) -> None:
    """A port that is taken is named, with the way out."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = site.loadaudit(*RUN, "--port", str(port))
    assert done.code == 2, done.stderr
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
    left_nothing(site)


REFUSED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("--label", "a/b"): ("--label must be", "'a/b'", "For example"),
    ("--users", "0"): ("--users", "from 1 to 100000", "'0'"),
    ("--workers", "0"): ("--workers", "from 1 to 100000", "'0'"),
    ("--port", "70000"): ("--port", "65535", "'70000'"),
    ("--duration", "0"): ("--duration", "longer than none", "'0'"),
    ("--report", "report.pdf"): ("report.pdf", ".html, .md, .json or .xml"),
    ("--report", "missing/report.html"): ("missing/report.html cannot be written", "no folder missing"),
    ("--output", "missing/out.txt"): ("missing/out.txt cannot be written", "no folder missing"),
    ("--output", "."): ("cannot be written", "is a folder"),
    ("--server-config", "missing.conf.py"): ("missing.conf.py", "no such file"),
    ("--ca-file", "missing.pem"): ("missing.pem", "no such file"),
    ("--only", "nothing-has-this"): ("--only nothing-has-this", "manage.py loadaudit inventory"),
    ("--target", "staging.example.org"): ("--target must be a URL", "'staging.example.org'"),
}
"""Options that are wrong, and what the message says."""


WRONG_URLCONF = ("inventory", "--urlconf", "tests.demo.urlz")
NOT_NAMED = (*RUN, "--target", "https://www.example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What commands that are refused say, by their arguments, and the site on which they were tried."""

    site: Site
    of: Mapping[tuple[str, ...], Outcome]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory, database: Path) -> Iterator[Refusals]:
    """All of them in one process: to start it costs more than to refuse."""
    with stores.short_folder() as temporary:
        site = Site(tmp_path_factory.mktemp("refused"), temporary, DEMO_SQLITE_PATH=str(database))
        site.configure(ONLY_HEALTH)
        text = b"this is not a database, only some text that is long enough"
        (site.folder / "broken.loadaudit").write_bytes(text * 20)
        with closing(sqlite3.connect(site.folder / "newer.loadaudit")) as file:
            file.executescript("PRAGMA application_id = 0x4C414455; PRAGMA user_version = 99; CREATE TABLE run (key);")
        commands = [
            *((*RUN, *arguments) for arguments in REFUSED),
            ("diff",),
            ("diff", "nowhere"),
            ("report", "nowhere"),
            ("diff", "broken.loadaudit"),
            ("report", "newer.loadaudit"),
            WRONG_URLCONF,
            NOT_NAMED,
        ]
        yield Refusals(site=site, of=dict(zip(commands, site.one_after_the_other(commands), strict=True)))


@pytest.mark.parametrize("arguments", REFUSED, ids="=".join)
def test_option_refused_before_the_load(refusals: Refusals, arguments: tuple[str, ...]) -> None:
    """A wrong option costs no load: it is refused before anything starts."""
    outcome = refusals.of[*RUN, *arguments]
    refused(outcome, 2, *REFUSED[arguments])
    assert "Starting the server" not in outcome.stderr
    left_nothing(refusals.site)


@pytest.mark.parametrize("subcommand", ["diff", "report"])
def test_unknown_run(refusals: Refusals, subcommand: str) -> None:
    """A run that is not there is named, with the way to list the others."""
    refused(refusals.of[subcommand, "nowhere"], 2, "There is no run 'nowhere'", "manage.py loadaudit runs")


def test_no_run_yet(refusals: Refusals) -> None:
    """Before the first run the message says how to make one."""
    refused(refusals.of["diff",], 2, "There is no run in", "manage.py loadaudit run")


def test_broken_run_file(refusals: Refusals) -> None:
    """A file that is no run file is refused as such."""
    refused(refusals.of["diff", "broken.loadaudit"], 2, "broken.loadaudit")


def test_run_file_of_a_newer_version(refusals: Refusals) -> None:
    """A file that a later version wrote is not misread."""
    refused(refusals.of["report", "newer.loadaudit"], 2, "newer.loadaudit", "99")


def test_urlconf_of_the_option_that_does_not_exist(refusals: Refusals) -> None:
    """A misspelt --urlconf is bad input like a broken one."""
    refused(refusals.of[WRONG_URLCONF], 2, "tests.demo.urlz", "No module named")


def test_target_that_is_not_named(refusals: Refusals) -> None:
    """Only hosts that the settings name are loaded."""
    done = refusals.of[NOT_NAMED]
    assert done.code == 3, done.stderr
    assert "www.example.org is not named in LOADAUDIT['TARGETS']" in done.stderr
    left_nothing(refusals.site)


def test_production_by_name(site: Site, database: Path) -> None:
    """A database whose name says production is refused as unsafe."""
    done = site.loadaudit(*RUN, DEMO_SQLITE_PATH=str(site.folder / "shop-production.sqlite3"))
    assert done.code == 3, done.stderr
    assert "'production'" in done.stderr
    assert "looks like production" in done.stderr
    left_nothing(site)


def test_database_in_memory(site: Site) -> None:
    """A database that the server's processes cannot see is refused."""
    site.configure("DATABASES['default']['NAME'] = ':memory:'")
    done = site.loadaudit(*RUN)
    assert done.code == 3, done.stderr
    assert "in memory" in done.stderr
    assert "Traceback" not in done.stderr
    left_nothing(site)


def test_missing_tables(site: Site) -> None:
    """A database without the project's tables is refused with the command that makes them."""
    path = site.folder / "half.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE something_else (id INTEGER)")
    connection.close()
    done = site.loadaudit(*RUN, DEMO_SQLITE_PATH=str(path))
    assert done.code == 2, done.stderr
    assert "migrate" in done.stderr
    assert "Traceback" not in done.stderr
    left_nothing(site)


def test_database_server_that_does_not_answer(site: Site) -> None:
    """Without its database server a run cannot begin, and says so without a traceback."""
    done = site.loadaudit(*RUN, DEMO_DATABASE_URL="postgres://ann@127.0.0.1:1/budgets")
    assert done.code in (2, 3), done.stderr
    assert "Traceback" not in done.stderr
    left_nothing(site)
