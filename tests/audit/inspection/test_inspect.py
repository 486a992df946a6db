"""`loadaudit inspect` as a user calls it, on a project without DEBUG that does not have the debug toolbar."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys

import pytest

from tests.audit.site import Outcome, Site
from tests.processes import wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fence is not for Windows")

NOTES = "GET /notes/"

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
call_command("loadaudit", "inspect", "GET /notes/")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The project with three notes in its database."""
    folder = tmp_path_factory.mktemp("inspected")
    temporary = tmp_path_factory.mktemp("t")
    path = folder / "notes.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
        database.executemany("INSERT INTO note (text) VALUES (?)", [["one"], ["two"], ["three"]])
    database.close()
    return Site(folder, temporary, base="tests.audit.inspection.settings", INSPECTED=str(path))


@pytest.fixture(scope="module")
def printed(project: Site) -> Outcome:
    """What is printed of the list of notes."""
    return project.loadaudit("inspect", NOTES, COLUMNS="80")


def test_where_time_and_statements_went(printed: Outcome) -> None:
    """Statements with their place in code or template, what was asked twice, and the slowest one's plan."""
    assert printed.code == 0, printed.stderr
    shown = " ".join(printed.stdout.split())
    assert "200, " in shown
    assert "Statements: 6 in " in shown
    assert "3 asked once more for what had been asked before" in shown
    assert re.search(r"3 with the same values SELECT text FROM note WHERE id = \? \S*urls\.py:\d+ in _asked", shown)
    assert "notes.html:3 {% endfor %}{{ late }}" in shown
    assert "Cache: 1 get in " in shown
    assert "0 hits, 1 misses" in shown
    assert "Templates: notes.html" in shown
    assert "Slowest statement: " in shown
    assert "note" in shown.partition("Slowest statement: ")[2].partition("Change the code")[0]


def test_it_fits_80_columns(printed: Outcome) -> None:
    """But for the command to type next, which can be copied; and there is no colour in it."""
    assert max(map(len, printed.stdout.splitlines())) <= 80
    assert "\x1b" not in printed.stdout
    assert printed.stdout.rstrip().endswith("manage.py loadaudit inspect 'GET /notes/' --repeat")


def test_a_write_goes_to_a_clone(project: Site) -> None:
    """Nothing of it is in the project's database or left of the clone; the first --repeat sends it twice."""
    outcome = project.loadaudit("inspect", "add", "--repeat", "--format", "json")
    assert outcome.code == 0, outcome.stderr
    for found in (outcome.document()["before"], outcome.document()["inspection"]):
        assert (found["status"], found["outcome"], found["alone"]) == (200, "ok", False)
        assert [one["sql"] for one in found["panels"]["statements"]] == ["INSERT INTO note (text) VALUES (?)"]
        assert sum(found["parts"].values()) == pytest.approx(found["service_ns"], rel=0.01)
    with sqlite3.connect(project.folder / "notes.sqlite3") as database:
        assert database.execute("SELECT COUNT(*) FROM note").fetchone() == (3,)
    database.close()
    assert project.leftovers() == []


def test_killed_in_the_middle_nothing_stays(project: Site) -> None:
    """Neither a process nor a clone."""
    with project.started("inspect", "GET /slow/") as command:
        command.wait_for_phase("Preflight")
        command.remember_family()
        assert command.relatives("inspection.child")
        command.process.send_signal(signal.SIGKILL)
        assert command.all_gone()
    assert wait_until(lambda: project.leftovers() == [])


@pytest.mark.slow
def test_interrupted_nothing_stays(project: Site) -> None:
    """The exit code says that it came to no end."""
    with project.started("inspect", "GET /slow/") as command:
        command.wait_for_phase("Preflight")
        command.remember_family()
        command.press_ctrl_c()
        outcome = command.end()
        assert command.all_gone()
    assert outcome.code == 4
    assert project.leftovers() == []


def test_without_the_toolbar_it_says_what_to_install(project: Site) -> None:
    """And every other module is imported without it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TOOLBAR],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "which is not installed here" in done.stderr
    assert "pip install django-debug-toolbar" in done.stderr
