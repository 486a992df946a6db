"""Every example of README and docs is executed, or listed with the reason why no test can.

`console`: what reads files is executed on a folder of runs and results of other tools made for it, everything else on
the project of `tests/mysite`. `python`: settings are read, loadtests modules executed and what they declare is called.
`yaml`: read, and its commands executed. `json` and `nginx` are read by what reads them.
"""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from django.test import override_settings

from tests.analysis.factories import PAGE, operation, requests, run_info, write_run
from tests.audit.site import ROOT
from tests.examples import Example, examples
from tests.examples.commands import ELSEWHERE, Shell
from tests.examples.languages import CHECKS, unchecked
from tests.importers.builders import write_csv, write_html
from tests.test_docs import DOCUMENTS

FOUND = examples(DOCUMENTS)
CHECKED = [one for one in FOUND if one.language in CHECKS]

LABELS = ("before-index", "before", "after", "v10", "v11", "v12", "v13", "main", "ci", "first", "second")
LOG_LINE = '10.0.0.1 - - [10/Jan/2026:13:55:36 +0000] "GET /projects/ HTTP/1.1" 200 512 "-" "Mozilla" rt=0.030\n'


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs, and with results of other tools."""
    folder = tmp_path_factory.mktemp("examples")
    runs = folder / "loadaudit-runs"
    runs.mkdir()
    for number, label in enumerate((*LABELS, "20261128-0645-ab12", "abc123")):
        path = runs / (
            f"{label}.loadaudit" if label.startswith("2026") else f"2026010{number // 10}-{number}.loadaudit"
        )
        write_run(path, [operation(PAGE)], requests(30), info=run_info(label=label, id=path.stem))
    shutil.copy(path, folder / "run.loadaudit")
    for prefix in ("night", "v10", "v15"):
        write_csv(folder, [("GET", "/projects/", 30, 0, 700.5)], prefix=prefix)
    (folder / "night_exceptions.csv").write_text("Count,Message,Traceback,Nodes\n", encoding="utf-8")
    (folder / "access.log").write_text(LOG_LINE * 3, encoding="utf-8")
    (folder / "items.csv").write_text("a;b\n", encoding="utf-8")
    write_html(folder / "report.html", [("GET", "/projects/", 30, 0, 700.5)])
    (folder / "log").mkdir()
    (folder / "log" / "access.log").write_text(LOG_LINE, encoding="utf-8")
    with gzip.open(folder / "log" / "access.log.1.gz", "wt") as packed:
        packed.write(LOG_LINE)
    return folder


@pytest.fixture
def there(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder, entered, with what examples find in their environment."""
    there = tmp_path / "there"
    shutil.copytree(files, there)
    monkeypatch.chdir(there)
    for name in ("OWNER_PASSWORD", "STAFF_PASSWORD", "API_TOKEN", "LOADAUDIT_TOKEN_KEY"):
        monkeypatch.setenv(name, "a secret of its own that is long enough")
    monkeypatch.setenv("CI_COMMIT", "abc123")
    return there


@pytest.mark.parametrize("example", CHECKED, ids=lambda one: one.name)
def test_example(example: Example, there: Path, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """It does what the page says."""
    with override_settings(LOADAUDIT={"RUNS_DIR": str(there / "loadaudit-runs")}):
        CHECKS[example.language](example.text, shell)


def test_every_language_is_read() -> None:
    """A block that nothing reads would be an example that nobody has tried."""
    assert [one.name for one in unchecked(FOUND)] == []
    assert len(CHECKED) > 50


@pytest.mark.parametrize("beginning", ELSEWHERE)
def test_what_is_not_executed_stands_in_the_documents(beginning: str) -> None:
    """With a reason that names the file that does or checks it instead."""
    assert any(beginning in one.text for one in CHECKED)
    reason, _, file = ELSEWHERE[beginning].rpartition(": ")
    assert reason
    assert (ROOT / file).exists()
