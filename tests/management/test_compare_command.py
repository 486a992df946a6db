"""`loadaudit compare` and `check --against`: what fails a pipeline, and what is said of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from loadaudit.audit.run import FinishedRun
from loadaudit.audit.runs import analyse_run
from loadaudit.management.commands import _run
from tests.analysis.comparison.test_compare import FIRST, IDS, made
from tests.analysis.factories import operation, run_info, write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs before and after a page got slower, and one more with other users, which is the latest."""
    place = tmp_path_factory.mktemp("runs")
    operations = [operation(one) for one in IDS]
    for label, slower, users in (("1-before", 1.0, 10), ("2-after", 1.4, 10), ("3-crowd", 1.4, 50)):
        info = run_info(id=label, label=label, load_ns=40_000_000_000, users=users)
        write_run(place / f"{label}.loadaudit", operations, made(len(label), slower=slower), info=info)
    with override_settings(LOADAUDIT={**settings.LOADAUDIT, "RUNS_DIR": str(place)}):
        yield place


def call(*arguments: str) -> tuple[int, str, str]:
    """Call a command in this process and return its code and what it printed."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("loadaudit", *arguments, stdout=stdout, stderr=stderr, skip_checks=True)
    except SystemExit as end:
        code = int(end.code or 0)
    except CommandError as error:
        return error.returncode, stdout.getvalue(), str(error)
    return code, stdout.getvalue(), stderr.getvalue()


def test_a_baseline_fails_by_what_got_worse(folder: Path) -> None:
    """The operation is named; without being asked the same comparison fails nothing."""
    code, _printed, said = call("compare", "--baseline", "1-before", "2-after")
    assert code == 1
    assert f"Worse than before: {FIRST}" in said
    assert call("compare", "1-before", "2-after")[0] == 0


def test_a_baseline_is_compared_with_the_latest_run(folder: Path) -> None:
    """Where no other is named."""
    _code, printed, _said = call("compare", "--baseline", "1-before", "--format", "json")
    document = json.loads(printed)
    assert [one["label"] for one in document["runs"]] == ["1-before", "3-crowd"]
    assert list(document)[:3] == ["format_version", "differences", "runs"]


def test_one_run_alone_is_explained(folder: Path) -> None:
    """With what to type."""
    code, _printed, said = call("compare", "1-before")
    assert code == 2
    assert "needs two runs" in said


def test_a_check_says_other_conditions_before_what_got_worse(folder: Path) -> None:
    """On standard error, so that the criteria stay what a program reads."""
    code, _printed, said = call("check", "3-crowd", "--against", "1-before", "--format", "json")
    assert code == 1
    assert "Virtual users: 10 → 50" in said
    assert said.index("different conditions") < said.index(f"Worse than before: {FIRST}")


def test_what_got_worse_is_in_what_programs_read(folder: Path) -> None:
    """A CI server that shows the JUnit file names the operation and its figure, and so does the JSON."""
    arguments = ("check", "2-after", "--against", "1-before", "--format")
    suite = ElementTree.fromstring(call(*arguments, "junit")[1]).find("testsuite[@name='compared']")
    assert suite is not None
    assert [one.get("name") for one in suite] == [FIRST]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("latency ")
    assert [one["operation"] for one in json.loads(call(*arguments, "json")[1])["worse"]] == [FIRST]
    assert json.loads(call("check", "2-after", "--format", "json")[1])["worse"] is None


def finished(folder: Path, label: str) -> FinishedRun:
    """Return what making a run comes to, of one that is there."""
    path, analysis = analyse_run(folder, label)
    return FinishedRun(path=path, analysis=analysis)


def test_a_run_fails_by_what_got_worse_since_its_baseline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind its own report it says what changed, and names the operation on standard error."""
    monkeypatch.setattr(_run, "_made", lambda *_: finished(folder, "2-after"))
    code, printed, said = call("run", "--baseline", "1-before")
    assert code == 1
    assert f"Worse than before: {FIRST}" in said
    assert printed.index("Coverage") < printed.index("Worse")
    assert FIRST in printed[printed.index("Worse") :]


def test_a_run_as_good_as_its_baseline_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing got worse from the slow one to the slow one with more users."""
    monkeypatch.setattr(_run, "_made", lambda *_: finished(folder, "3-crowd"))
    code, _printed, said = call("run", "--baseline", "2-after")
    assert code == 0
    assert "different conditions" in said


def test_a_baseline_that_is_not_there_costs_no_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for before anything is sent."""
    monkeypatch.setattr(_run, "_made", lambda *_: pytest.fail("a run was made"))
    code, _printed, said = call("run", "--baseline", "nightly")
    assert code == 2
    assert "There is no run 'nightly'" in said


def test_a_run_cannot_drop_coverage_against_nothing(folder: Path) -> None:
    """The option needs a baseline."""
    code, _printed, said = call("run", "--fail-on-coverage-drop")
    assert code == 2
    assert "Add --baseline RUN" in said
