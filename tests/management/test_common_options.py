"""Django's own options after the subcommand, help, colours and pipes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.management.base import BaseCommand

from loadaudit.management.commands._shared import Context
from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, ROOT, Outcome, Site

QUICK = ("run", "--anonymous", "--only", "health", "--users", "2", "--workers", "1", "--duration", "1")
ESCAPE = "\x1b["
SUBCOMMANDS = ("inventory", "plan", "run", "diff", "check", "report", "runs", "record")
LEVELS = ("0", "1", "2", "3")
WITH_TRACEBACK = ("diff", "nowhere", "--traceback")


@pytest.fixture
def site(site: Site) -> Site:
    """The demo with few routes: what is tested here is the same with all of them."""
    site.configure(ONLY_HEALTH)
    return site


def test_no_subcommand(site: Site) -> None:
    """Without a subcommand the usage is shown, with the exit code of bad usage."""
    done = site.loadaudit()
    assert done.code == 2
    assert "SUBCOMMAND" in done.stderr
    assert "Traceback" not in done.stderr


Printed = Mapping[tuple[str, ...], Outcome]


@pytest.fixture(scope="module")
def printed(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What is left by commands that load nothing, in one process, by their arguments."""
    commands = [
        ("--help",),
        *((subcommand, "--help") for subcommand in SUBCOMMANDS),
        *(("runs", "-v", level) for level in LEVELS),
        WITH_TRACEBACK,
        ("inventory", "--force-color"),
    ]
    with stores.short_folder() as temporary:
        site = Site(tmp_path_factory.mktemp("printed"), temporary, DEMO_SQLITE_PATH=str(database))
        site.configure(ONLY_HEALTH)
        return dict(zip(commands, site.one_after_the_other(commands), strict=True))


@pytest.fixture(scope="module")
def loads(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What short runs leave, in one process, by their arguments."""
    commands = [(*QUICK, "-v", "0"), (*QUICK, "-v", "2"), ("-v", "0", *QUICK)]
    with stores.short_folder() as temporary:
        site = Site(tmp_path_factory.mktemp("loads"), temporary, DEMO_SQLITE_PATH=str(database))
        site.configure(ONLY_HEALTH)
        return dict(zip(commands, site.one_after_the_other(commands), strict=True))


def test_help_names_every_subcommand(printed: Printed) -> None:
    """The help lists what there is."""
    done = printed["--help",]
    assert done.code == 0
    assert all(name in done.stdout for name in SUBCOMMANDS)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_help_of_a_subcommand(printed: Printed, subcommand: str) -> None:
    """Each subcommand explains its own options and Django's."""
    done = printed[subcommand, "--help"]
    assert done.code == 0
    assert "--format" in done.stdout or subcommand == "record"
    assert "--verbosity" in done.stdout


def test_verbosity_0_writes_no_progress(loads: Printed) -> None:
    """With -v 0 only the report is left."""
    done = loads[*QUICK, "-v", "0"]
    assert done.code == 0, done.stderr
    assert done.stderr == ""
    assert "Category" in done.stdout


def test_verbosity_2_writes_the_notes(loads: Printed) -> None:
    """With -v 2 the conditions of the run are on standard error."""
    done = loads[*QUICK, "-v", "2"]
    assert done.code == 0, done.stderr
    assert "Changed for the run" in done.stderr


@pytest.mark.parametrize("level", LEVELS)
def test_every_verbosity_is_taken(printed: Printed, level: str) -> None:
    """Django's levels, from least to most, work after the subcommand, also where they change nothing."""
    assert printed["runs", "-v", level].code == 0


def test_options_before_the_subcommand(loads: Printed) -> None:
    """Django's options work before the subcommand too, and keep their values."""
    done = loads["-v", "0", *QUICK]
    assert done.code == 0, done.stderr
    assert done.stderr == ""


def test_traceback_shows_it_and_keeps_the_exit_code(printed: Printed) -> None:
    """With --traceback an error comes with its traceback, and scripts still see its kind."""
    done = printed[WITH_TRACEBACK]
    assert done.code == 2
    assert "Traceback (most recent call last)" in done.stderr
    assert "There is no run 'nowhere'" in done.stderr


def test_settings_after_the_subcommand(site: Site) -> None:
    """--settings wins over the environment."""
    done = site.loadaudit("inventory", "--settings", "tests.demo.settings_secure", DJANGO_SETTINGS_MODULE="nothing")
    assert done.code == 0, done.stderr


def test_skip_checks(site: Site) -> None:
    """--skip-checks goes on where a system check fails."""
    site.configure(
        "from django.core import checks\n"
        "checks.register(lambda app_configs, **options: [checks.Error('no', id='demo.E001')])"
    )
    plan = ("plan", "--only", "health")
    checked, unchecked = site.one_after_the_other([plan, (*plan, "--skip-checks")])
    assert (checked.code, unchecked.code) == (2, 0)


def test_force_color(printed: Printed) -> None:
    """--force-color colours what goes to no terminal."""
    assert ESCAPE in printed["inventory", "--force-color"].stdout


def test_pipe_has_no_colours(site: Site) -> None:
    """Without a terminal there are no escape sequences."""
    assert ESCAPE not in site.loadaudit("inventory").stdout


def test_terminal_has_colours(site: Site) -> None:
    """On a terminal the table is coloured."""
    assert ESCAPE in on_a_terminal(site, "inventory", "--only", "health")


def test_no_color_on_a_terminal(site: Site) -> None:
    """--no-color writes plain text to a terminal."""
    assert ESCAPE not in on_a_terminal(site, "inventory", "--only", "health", "--no-color")


def test_no_color_of_the_environment_on_a_terminal(site: Site) -> None:
    """NO_COLOR does the same for every program, see no-color.org."""
    assert ESCAPE not in on_a_terminal(site, "inventory", "--only", "health", NO_COLOR="1")


def test_live_progress_needs_no_colours() -> None:
    """NO_COLOR takes the colours and leaves the table."""
    context = Context.of(BaseCommand(), {"verbosity": 1, "no_color": True, "force_color": False})
    console = context.live_console()
    assert (console.is_terminal, console.no_color) == (True, True)


def test_live_progress_is_drawn_in_place(site: Site) -> None:
    """On a terminal the load is drawn over itself by category, never in the red of errors, and is gone at the end."""
    text = on_a_terminal(site, *QUICK)
    load = text.partition("Load: ")[2].partition("Analysing")[0]
    assert load.count(" left at most") > 1
    assert "Health" in load
    # One line up for each line that was drawn before.
    assert f"{ESCAPE}1A" in load
    assert f"{ESCAPE}31" not in load


def test_reader_that_leaves_early(site: Site) -> None:
    """A pipe to `head` ends without a traceback; what is written is more than a pipe holds."""
    site.configure("ROOT_URLCONF = 'tests.demo.urls'")
    command = f"{sys.executable} {ROOT / 'manage.py'} loadaudit inventory --format json | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=site.folder, env=site.environment(), capture_output=True)
    assert done.stdout == b"{\n"
    assert b"Traceback" not in done.stderr, done.stderr.decode()


def on_a_terminal(site: Site, *arguments: str, **variables: str) -> str:
    """Run a subcommand on a terminal of its own and return all that it showed."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "loadaudit", *arguments],
        cwd=site.folder,
        env=site.environment() | {"TERM": "xterm-256color"} | variables,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:
        # Linux ends a terminal whose last writer has gone with an error, not with an empty read.
        pass
    finally:
        os.close(master)
    assert process.wait() == 0, shown.decode()
    return shown.decode()
