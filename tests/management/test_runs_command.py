"""`loadaudit runs`: what it deletes, and what it refuses to."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from loadaudit.audit.workspace import own_process
from loadaudit.management.commands._runs import _age_s, _size_bytes
from tests.analysis.factories import operation, run_info, write_run

ONE = "20260301"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """One run that has ended, of a known revision."""
    info = run_info(id=ONE, label="old", environment={"revision": "0123456789ab, with changes"})
    write_run(tmp_path / f"{ONE}.loadaudit", [operation()], info=info)
    with override_settings(LOADAUDIT={**settings.LOADAUDIT, "RUNS_DIR": str(tmp_path)}):
        yield tmp_path


def call(*arguments: str) -> tuple[int, str, str]:
    """Call `runs` in this process and return its code and what it printed."""
    stdout, stderr = io.StringIO(), io.StringIO()
    try:
        call_command("loadaudit", "runs", *arguments, stdout=stdout, stderr=stderr, skip_checks=True)
    except CommandError as error:
        return error.returncode, stdout.getvalue(), str(error)
    return 0, stdout.getvalue(), stderr.getvalue()


def _ending(error: type[BaseException]) -> Callable[[str], str]:
    def ask(_question: str) -> str:
        raise error

    return ask


@pytest.mark.parametrize(
    "answer",
    [lambda _: "", lambda _: "no", _ending(EOFError), _ending(KeyboardInterrupt)],
    ids=["enter", "no", "ctrl-d", "ctrl-c"],
)
def test_what_is_no_yes_deletes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]
) -> None:
    """Neither does an end of the input or Ctrl-C, and neither fails."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    code, _printed, said = call("prune", "--older-than", "0d")
    assert code == 0
    assert "Nothing was deleted" in said
    assert (folder / f"{ONE}.loadaudit").exists()


def test_a_file_outside_the_folder_is_deleted_by_its_path(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not one that is still being made there, and one that is not there is named."""
    place = tmp_path_factory.mktemp("elsewhere")
    ended, running = place / "a.loadaudit", place / "b.loadaudit"
    write_run(ended, [operation()], info=run_info())
    write_run(running, [operation()], info=run_info(finish_reason="", environment={"process": own_process()}))
    assert call("delete", str(ended), "--yes")[0] == 0
    assert not ended.exists()
    for arguments in (("delete", str(running), "--yes"), ("label", str(running), "other")):
        code, _printed, said = call(*arguments)
        assert code == 2
        assert "in progress" in said
    code, _printed, said = call("delete", str(ended), "--yes")
    assert code == 2
    assert "There is no file" in said


def test_showing_one_run(folder: Path) -> None:
    """With the revision of the project, and as JSON the whole analysis."""
    assert "0123456789ab, with changes" in call("show", "old")[1]
    assert json.loads(call("show", "old", "--format", "json")[1])["run"]["label"] == "old"


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("2w", 1_209_600), ("0.5d", 43_200)]
)
def test_ages(text: str, seconds: float) -> None:
    """A number with a unit."""
    assert _age_s(text) == seconds


@pytest.mark.parametrize(("text", "size"), [("2G", 2 * 1024**3), ("500MB", 500 * 1024**2), ("1.5KiB", 1536), ("9b", 9)])
def test_sizes(text: str, size: int) -> None:
    """A number with a unit, however it is written."""
    assert _size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "30", "-3d", "-3M", "x", "3 weeks", "1e3d"])
def test_ages_and_sizes_without_a_unit_are_refused(text: str) -> None:
    """30 might be days or gigabytes; as seconds or bytes it would delete everything."""
    for parse in (_age_s, _size_bytes):
        with pytest.raises(argparse.ArgumentTypeError, match="such as"):
            parse(text)
