"""`loadaudit inspect` as a user calls it, on a project without DEBUG that does not have the debug toolbar."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.audit.site import Outcome, Site
from tests.examples.commands import Shell
from tests.processes import wait_until
from tests.reporting.schemas import assert_valid

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fence is not for Windows")

PROJECTS = "GET /projects/"
EDIT = "POST /projects/<int:project_id>/edit/"

WITHOUT_TOOLBAR = """
import sys
sys.modules["debug_toolbar"] = None
import django
django.setup()
import importlib, pkgutil
import loadaudit
for one in pkgutil.walk_packages(loadaudit.__path__, "loadaudit."):
    if not one.name.removeprefix("loadaudit.").startswith(("panels", "pytest_plugin", "load.locust", "contrib")):
        importlib.import_module(one.name)
from django.core.management import call_command
call_command("loadaudit", "inspect", "GET /projects/")
"""


@pytest.fixture(scope="module")
def printed(shell: Shell) -> Outcome:
    """What is printed of the list of projects."""
    return shell.inspect([PROJECTS])


def test_where_time_and_statements_went(printed: Outcome) -> None:
    """Statements with their place in code or template, what was asked twice, and the slowest one's plan."""
    assert printed.code == 0, printed.stderr
    shown = " ".join(printed.stdout.split())
    assert "200, " in shown
    assert "Statements: 6 in " in shown
    assert "3 asked once more for what had been asked before" in shown
    assert "3 with the same values SELECT name FROM mysite_project WHERE id = ?" in shown
    assert re.search(r"urls\.py:\d+ in _asked", shown)
    assert "projects.html:3 {% endfor %}{{ late }}" in shown
    assert "Cache: 1 get in " in shown
    assert "hits: 0, misses: 1" in shown
    assert "Templates: projects.html" in shown
    assert "Slowest statement: " in shown
    assert "mysite_project" in shown.partition("Slowest statement: ")[2].partition("Change the code")[0]


def test_it_fits_80_columns(printed: Outcome) -> None:
    """But for the command to type next, which can be copied; and there is no colour in it."""
    assert max(map(len, printed.stdout.splitlines())) <= 80
    assert "\x1b" not in printed.stdout
    assert printed.stdout.rstrip().endswith("manage.py loadaudit inspect 'GET /projects/' --repeat")


def test_a_write_goes_to_a_clone(mysite: Site, shell: Shell) -> None:
    """Nothing of it is in the project's database or left of the clone; the page is one file with what it did."""
    shell.inspect([EDIT, "--format", "html", "-o", "edit.html"])
    page = (mysite.folder / "edit.html").read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "UPDATE &quot;mysite_project&quot; SET" in page
    assert "whose own work counts as Python" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    database = mysite.folder / "mysite.sqlite3"
    with sqlite3.connect(database) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM mysite_project ORDER BY id")]
    connection.close()
    assert names == ["one", "two", "three"]
    assert mysite.leftovers() == []


AS_STAFF = ("inspect", "GET /dashboard/", "--user", "staff", "--no-isolate", "--format", "json")
AS_NOBODY = ("inspect", "GET /dashboard/", "--user", "anonymous", "--format", "json")
ON_THE_PROJECTS_OWN = ("inspect", EDIT, "--no-isolate")


@pytest.fixture(scope="module")
def left(mysite: Site) -> Mapping[tuple[str, ...], Outcome]:
    """What these commands leave, made in one process, in which only what is to be inspected has one of its own."""
    commands = (AS_STAFF, AS_NOBODY, ON_THE_PROJECTS_OWN)
    return dict(zip(commands, mysite.one_after_the_other(commands), strict=True))


def test_as_whom_it_is_sent(left: Mapping[tuple[str, ...], Outcome]) -> None:
    """As the user whose name is given, and nobody else; on the project's own database where that is asked for."""
    found = left[AS_STAFF]
    assert found.code == 0, found.stderr
    assert_valid("inspection", found.document())
    inspection = found.document()["inspection"]
    assert (inspection["status"], inspection["request"]["username"]) == (200, "staff")
    assert inspection["panels"]["statements"]


def test_whoever_is_turned_away_is_shown(left: Mapping[tuple[str, ...], Outcome]) -> None:
    """Nobody else is tried in place of whom the operator named."""
    found = left[AS_NOBODY]
    assert found.code == 0, found.stderr
    inspection = found.document()["inspection"]
    assert (inspection["status"], inspection["outcome"]) == (302, "denied")


def test_a_write_without_a_clone_needs_a_word_more(left: Mapping[tuple[str, ...], Outcome]) -> None:
    """Nothing is sent, and the answer names the option."""
    refused = left[ON_THE_PROJECTS_OWN]
    assert refused.code in (2, 3)
    assert "--writes" in refused.stderr


def test_the_slowest_request_of_the_last_run(shell: Shell) -> None:
    """With its address, and the run that it is from."""
    found = shell.inspect([PROJECTS, "--slowest"])
    assert "slowest request of the run" in " ".join(found.stdout.split())


def test_the_same_request_before_and_after(shell: Shell) -> None:
    """What changed since the last inspection of the operation."""
    found = " ".join(shell.inspect([PROJECTS, "--repeat"]).stdout.split())
    assert "Before" in found or "before" in found


def test_killed_in_the_middle_nothing_stays(mysite: Site) -> None:
    """Neither a process nor a clone."""
    with mysite.started("inspect", "GET /slow/", MYSITE_WHOLE="1") as command:
        command.wait_for_phase("Preflight")
        command.remember_family()
        assert command.relatives("inspection.child")
        command.process.send_signal(signal.SIGKILL)
        assert command.all_gone()
    assert wait_until(lambda: mysite.leftovers() == [])


@pytest.mark.slow
def test_interrupted_nothing_stays(mysite: Site) -> None:
    """The exit code says that it came to no end."""
    with mysite.started("inspect", "GET /slow/", MYSITE_WHOLE="1") as command:
        command.wait_for_phase("Preflight")
        command.remember_family()
        command.press_ctrl_c()
        outcome = command.end()
        assert command.all_gone()
    assert outcome.code == 4
    assert mysite.leftovers() == []


def test_without_the_toolbar_it_says_what_to_install(mysite: Site) -> None:
    """And every other module is imported without it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TOOLBAR],
        cwd=mysite.folder,
        env=mysite.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "which is not installed here" in done.stderr
    assert "pip install django-debug-toolbar" in done.stderr
