"""Run files read where there is no Django project."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadaudit.audit.options import Selection
from loadaudit.audit.saved import saved_document
from loadaudit.records import Inventory
from tests.analysis.factories import PAGE, operation, requests, run_info, write_run
from tests.audit.site import ROOT
from tests.importers.builders import OPERATIONS, write_csv


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder but for a run file that somebody has sent."""
    place = tmp_path_factory.mktemp("colleague")
    info = run_info(label="sent", thresholds=("p95 < 1ms",))
    write_run(place / "sent.loadaudit", [operation(PAGE)], requests(30), info=info)
    return place


def call(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m loadaudit` in the folder, without settings."""
    hidden = ("DJANGO_SETTINGS_MODULE", "LOADAUDIT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **variables}
    command = [sys.executable, "-m", "loadaudit", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_a_report_without_a_project(folder: Path) -> None:
    """A colleague opens what a pipeline attached."""
    done = call(folder, "report", "sent.loadaudit", "-o", "report.html")
    assert done.returncode == 0, done.stderr
    assert "</html>" in (folder / "report.html").read_text(encoding="utf-8")


def test_the_ending_of_the_file_is_the_format(folder: Path) -> None:
    """Where none is asked for."""
    done = call(folder, "report", "sent.loadaudit", "-o", "report.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["run"]["label"] == "sent"


def test_the_limits_of_the_run_are_judged(folder: Path) -> None:
    """They are in its file; a settings module that does not exist here is no obstacle."""
    done = call(folder, "check", "sent.loadaudit", DJANGO_SETTINGS_MODULE="mysite.settings")
    assert done.returncode == 1, done.stderr
    assert "p95 < 1ms" in done.stdout


def test_the_folder_of_runs(folder: Path) -> None:
    """Named by an environment variable."""
    done = call(folder, "runs", LOADAUDIT_RUNS_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    assert "sent" in done.stdout


def test_what_needs_a_project_is_not_offered(folder: Path) -> None:
    """Neither in the help nor by its name."""
    done = call(folder, "run")
    assert done.returncode == 2
    assert "invalid choice: 'run'" in done.stderr
    assert "usage: python -m loadaudit" in done.stderr


def test_results_are_imported_with_a_saved_inventory(folder: Path) -> None:
    """They are often where the project is not; without an inventory the command says what it needs."""
    files = [path.name for path in write_csv(folder, [("GET", "/site/search/", 30, 0, 700.5)])]
    document = saved_document(Inventory(operations=OPERATIONS), Selection())
    (folder / "inventory.json").write_text(json.dumps(document), encoding="utf-8")
    done = call(folder, "import", *files, "--inventory", "inventory.json", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["totals"]["succeeded"] == 1
    done = call(folder, "import", *files)
    assert done.returncode == 2
    assert "--inventory FILE" in done.stderr
