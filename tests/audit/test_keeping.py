"""Which runs are kept."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loadaudit.audit.inspection.kept import FOLDER
from loadaudit.audit.keeping import Limits, chosen, relabelled, remove, stale_inspections, superfluous
from loadaudit.audit.summaries import summaries
from loadaudit.audit.workspace import own_process
from loadaudit.errors import UsageError
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.schema import SCHEMA_VERSION
from tests.analysis.factories import operation, run_info, write_run

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Runs of the first to the ninth of March, and one that this process is still making."""
    for day in range(1, 10):
        info = run_info(id=f"2026030{day}", label=f"day-{day}", started_at=f"2026-03-0{day}T12:00:00+00:00")
        write_run(tmp_path / f"2026030{day}.loadaudit", [operation()], info=info)
    info = run_info(id="20260101", label="running", finish_reason="", environment={"process": own_process()})
    write_run(tmp_path / "20260101.loadaudit", [operation()], info=info)
    return tmp_path


def labels(runs: object) -> list[str]:
    """Return the labels of summaries."""
    assert isinstance(runs, (list, tuple))
    return [one.info.label for one in runs]


@pytest.mark.parametrize(
    ("limits", "dropped"),
    [
        (Limits(count=7), ["day-2", "day-1"]),
        (Limits(age_s=7.5 * 86_400), ["day-2", "day-1"]),
        (Limits(size_bytes=0), [f"day-{day}" for day in range(9, 0, -1)]),
        (Limits(count=8, age_s=6.5 * 86_400), ["day-3", "day-2", "day-1"]),
    ],
)
def test_what_limits_drop(folder: Path, limits: Limits, dropped: list[str]) -> None:
    """By count, age and size, the oldest last; the run in progress is the oldest, and stays."""
    assert labels(superfluous(summaries(folder), limits, now=NOW)) == dropped


def test_inspections_go_with_the_runs(folder: Path) -> None:
    """Those that are older than every run that stays, or than the age; without a limit that drops one they stay."""
    (folder / "20260101.loadaudit").unlink()
    (folder / FOLDER).mkdir()
    for day in (1, 3, 9):
        path = folder / FOLDER / f"{day}.json"
        path.write_text("{}")
        moment_s = datetime(2026, 3, day, 11, tzinfo=UTC).timestamp()
        os.utime(path, (moment_s, moment_s))
    for limits, gone in (
        (Limits(count=7), ["1", "3"]),
        (Limits(count=20), []),
        (Limits(age_s=6.5 * 86_400), ["1", "3"]),
        (Limits(count=0), ["1", "3", "9"]),
    ):
        runs = summaries(folder)
        dropped = superfluous(runs, limits, now=NOW)
        assert [one.stem for one in stale_inspections(folder, limits, runs, dropped, now=NOW)] == gone
    assert remove([], [path]) == 2
    assert not path.exists()


def test_removing_leaves_no_part_of_a_run(folder: Path) -> None:
    """The file and what SQLite keeps beside it."""
    (folder / "20260301.loadaudit-wal").write_bytes(b"")
    freed_bytes = remove(chosen(folder, ["day-1"]))
    assert freed_bytes > 0
    assert not list(folder.glob("20260301*"))
    assert len(summaries(folder)) == 9


def test_a_run_in_progress_is_not_touched(folder: Path) -> None:
    """Neither removed nor changed."""
    with pytest.raises(UsageError, match="in progress"):
        chosen(folder, ["running"])
    with pytest.raises(UsageError, match="in progress"):
        relabelled(folder, "running", label="other")


def test_a_run_of_another_machine_is_in_progress_while_its_file_is_written(tmp_path: Path) -> None:
    """Its process is none of this machine's; five minutes of silence end it."""
    path = tmp_path / "20260101.loadaudit"
    elsewhere = {"process": "1 1.0", "host": "another-machine"}
    write_run(path, [operation()], info=run_info(id="20260101", finish_reason="", environment=elsewhere))
    assert not superfluous(summaries(tmp_path), Limits(count=0), now=NOW)
    os.utime(path, (0, 0))
    assert len(superfluous(summaries(tmp_path), Limits(count=0), now=NOW)) == 1


def test_a_thousand_runs_cost_little_more_than_to_open_them(tmp_path: Path) -> None:
    """Of this version and of an older one, which is not copied for it.

    Beside files that are only opened, because seconds of a busy machine tell nothing; those are in
    `benchmarks/runs_list.py`.
    """
    kept = tmp_path / "first.loadaudit"
    write_run(kept, [operation()], info=run_info())
    older = tmp_path / "older.loadaudit"
    shutil.copy(kept, older)
    with closing(sqlite3.connect(older)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    for number in range(998):
        os.link(older if number % 2 else kept, tmp_path / f"{number}.loadaudit")
    begin_s = time.process_time()
    assert len(summaries(tmp_path)) == 1000
    listed_s = time.process_time()
    for path in tmp_path.iterdir():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    # 2.2 to 2.9 times were measured.
    assert listed_s - begin_s < 5 * (time.process_time() - listed_s)


def test_another_label_and_a_note(folder: Path) -> None:
    """Both are in the file, which keeps its name."""
    path = relabelled(folder, "day-9", label="release", note="before the index, password=hunter2")
    with RunFile(path) as run:
        assert (run.info().label, run.info().id) == ("release", "20260309")
        assert run.info().note.startswith("before the index")
    assert labels(chosen(folder, ["release"])) == ["release"]


@pytest.mark.parametrize("label", ["", "two words", "../x"])
def test_labels_that_are_refused(folder: Path, label: str) -> None:
    """As `run --label` refuses them."""
    with pytest.raises(UsageError, match="letters, digits"):
        relabelled(folder, "day-9", label=label)
