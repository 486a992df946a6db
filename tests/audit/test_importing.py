"""An import from files to a run in the runs folder."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadaudit.analysis.comparison.result import Verdict
from loadaudit.audit.comparing import compare_runs
from loadaudit.audit.importing import Import, ImportOptions, import_results
from loadaudit.audit.options import Selection
from loadaudit.audit.runs import analyse_run
from loadaudit.audit.saved import saved_document
from loadaudit.audit.summaries import summaries
from loadaudit.conf import read_config
from loadaudit.errors import UsageError
from loadaudit.records import Inventory, Match
from loadaudit.reporting.comparison_words import evidence_text
from tests.importers.builders import OPERATIONS, write_csv

ROWS = [
    ("GET", "[AUTH] Login page", 10, 0, 5000.0),
    ("POST", "[AUTH] Login", 10, 0, 900.0),
    ("GET", "/site/dashboard/", 40, 0, 7000.5),
    ("GET", "/projects/[id]/", 30, 2, 1200.5),
]
FAILURES = ["GET,/projects/[id]/,HTTPError('500 Server Error: x for url: /projects/?token=hunter2'),2"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return a file with the small inventory."""
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(saved_document(Inventory(operations=OPERATIONS), Selection())), encoding="utf-8")
    return path


def imported(tmp_path: Path, saved: Path | None, **options: Any) -> Import:
    """Import a set of CSV files into a runs folder of the test's own."""
    files = options.pop("files", None) or tuple(write_csv(tmp_path, ROWS, FAILURES))
    config = replace(read_config(), runs_dir=tmp_path / "runs")
    return import_results(config, ImportOptions(files=files, inventory=saved, **options))


def test_a_quick_login_page_makes_no_page_faster(tmp_path: Path, saved: Path) -> None:
    """In the second results all pages have the login page's size: they are worse, and the run is called that."""
    imported(tmp_path, saved, facts={"database": "PostgreSQL, direct"})
    rows = [(method, name, requests, 0, 5000.0) for method, name, requests, _failures, _size in ROWS]
    files = tuple(write_csv(tmp_path, rows, prefix="pooled"))
    imported(tmp_path, saved, files=files, label="pooled", facts={"database": "PostgreSQL behind PgBouncer"})
    series = compare_runs(tmp_path / "runs", ["night", "pooled"])
    assert not series.whole.of(Verdict.BETTER)
    worse = {one.operation_id for one in series.whole.of(Verdict.WORSE)}
    assert worse == {"GET /site/dashboard/", "GET /site/projects/<int:project_id>/"}
    conditions = {one.code: one.values for one in series.whole.differences}
    assert conditions["database"] == ("PostgreSQL, direct", "PostgreSQL behind PgBouncer")
    assert conditions["behind_login"] == ("2 / 2", "0 / 2")
    assert evidence_text(series.runs).startswith("Almost nothing behind the login was reached in pooled")


def test_an_import_is_a_run_like_any_other(tmp_path: Path, saved: Path) -> None:
    """It is listed, read again with the same figures, and compared."""
    made = imported(tmp_path, saved)
    (summary,) = summaries(tmp_path / "runs")
    assert summary.info is not None
    assert (summary.info.label, summary.requests, summary.info.finish_reason) == ("night", 90, "imported")
    _path, again = analyse_run(tmp_path / "runs", "night")
    assert again.coverage == made.analysis.coverage
    assert again.coverage.total.succeeded == 2
    second = imported(tmp_path, saved, label="second")
    assert second.path != made.path
    found = compare_runs(tmp_path / "runs", ["night", "second"]).whole
    assert not found.single_requests
    assert not found.of(Verdict.WORSE)


def test_unmatched_names_give_a_stub_that_settles_them(tmp_path: Path, saved: Path) -> None:
    """What the stub proposes can be given back as it is."""
    made = imported(tmp_path, saved)
    assert json.loads(made.mapping_stub) == {
        "GET [AUTH] Login page": "GET /accounts/login/",
        "POST [AUTH] Login": "POST /accounts/login/",
    }
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(json.loads(made.mapping_stub) | {"GET gone": None}), encoding="utf-8")
    again = imported(tmp_path, saved, mapping=mapping)
    assert again.mapping_stub == ""
    assert again.analysis.imported is not None
    assert again.analysis.imported.matches[Match.MAPPED] == 2
    assert "'GET gone', which the results do not have" in again.analysis.messages[0]


def test_the_projects_own_urlconf_resolves_paths(tmp_path: Path) -> None:
    """Without a saved inventory the project at hand is the one that was tested."""
    log = tmp_path / "access.log"
    line = '1.1.1.1 - - [10/Jan/2026:22:43:23 +0700] "GET {} HTTP/1.1" 200 5000 "-" "x" 0.010\n'
    log.write_text(line.format("/health/live/") + line.format("/no/such/page/"), encoding="utf-8")
    made = imported(tmp_path, None, files=(log,))
    assert made.analysis.imported is not None
    assert made.analysis.imported.matches == {Match.RESOLVED: 1, Match.NONE: 1}
    assert made.analysis.coverage.total.succeeded == 1


def test_no_secret_of_the_results_is_stored(tmp_path: Path, saved: Path) -> None:
    """Texts of failures have addresses in them."""
    made = imported(tmp_path, saved)
    assert b"hunter2" not in made.path.read_bytes()
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_bad_files_leave_no_run(tmp_path: Path, saved: Path) -> None:
    """Nothing is written before everything was read."""
    files = write_csv(tmp_path, ROWS, FAILURES)
    files[0].write_text(files[0].read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(UsageError, match="truncated"):
        imported(tmp_path, saved, files=tuple(files))
    assert not (tmp_path / "runs").exists()


def test_results_without_a_request_are_refused(tmp_path: Path, saved: Path) -> None:
    """There is nothing to judge."""
    with pytest.raises(UsageError, match="no request"):
        imported(tmp_path, saved, files=tuple(write_csv(tmp_path, [])))


def test_a_killed_import_leaves_nothing_that_a_list_shows(tmp_path: Path, saved: Path) -> None:
    """The file has another name until it is whole; the next import removes it."""
    files = [str(path) for path in write_csv(tmp_path, ROWS, FAILURES)]
    code = (
        "import os, signal, sys, django; django.setup()\n"
        "from dataclasses import replace; from pathlib import Path\n"
        "from loadaudit.audit import importing; from loadaudit.conf import read_config\n"
        "importing.analyse = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "config = replace(read_config(), runs_dir=Path(sys.argv[1]))\n"
        "files = tuple(map(Path, sys.argv[3:]))\n"
        "importing.import_results(config, importing.ImportOptions(files=files, inventory=Path(sys.argv[2])))\n"
    )
    folder = tmp_path / "runs"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.demo.settings"}
    command = [sys.executable, "-c", code, str(folder), str(saved), *files]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [path for path in folder.iterdir() if path.suffix == ".importing"]
    assert summaries(folder) == []
    imported(tmp_path, saved)
    assert not [path for path in folder.iterdir() if ".importing" in path.name]
    assert len(summaries(folder)) == 1
