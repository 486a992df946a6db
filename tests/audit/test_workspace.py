"""The run's private folder goes with the run, and a dead run's with the next."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from loadaudit.audit.workspace import remove_leftovers, workspace


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def leave(parent: Path, owner: str | None) -> Path:
    """Make the folder of a run, owned by what `owner` says."""
    folder = parent / "loadaudit-left"
    folder.mkdir()
    if owner is not None:
        (folder / "owner").write_text(owner)
    return folder


def dead_process() -> str:
    """Return what the owner file of a process that has ended says."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return f"{process.pid} {psutil.Process(process.pid).create_time()}\n"


def test_workspace_is_private_and_goes(parent: Path) -> None:
    """It holds the token key and a copy of the database."""
    with workspace() as folder:
        assert folder.parent == parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_workspace_goes_after_an_error(parent: Path) -> None:
    """However the run ends."""
    with pytest.raises(KeyboardInterrupt), workspace():
        raise KeyboardInterrupt
    assert list(parent.iterdir()) == []


def test_folder_of_a_dead_run_is_removed(parent: Path) -> None:
    """A killed run cannot clean up; the next one does."""
    left = leave(parent, dead_process())
    with workspace():
        assert not left.exists()


def test_folder_of_a_living_run_is_kept(parent: Path) -> None:
    """Two runs may go on at once."""
    with workspace() as folder:
        remove_leftovers(parent)
        assert folder.exists()


def test_reused_process_id_does_not_keep_a_folder(parent: Path) -> None:
    """Ids come again, start times do not."""
    left = leave(parent, f"{os.getpid()} 1000.0\n")
    remove_leftovers(parent)
    assert not left.exists()


def test_folder_without_an_owner_is_kept(parent: Path) -> None:
    """It may be somebody else's, or a moment old."""
    left = leave(parent, None)
    remove_leftovers(parent)
    assert left.exists()
