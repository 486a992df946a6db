"""The folder of the project is kept, whatever a row names."""

import shutil
from pathlib import Path

import pytest

from loadaudit.probes.fence.folders import FolderKeptError
from loadaudit.probes.fence.hosts import Hosts
from loadaudit.probes.fence.network import NetworkFence


@pytest.mark.parametrize("name", [".", "", ".."])
def test_the_folder_of_the_project_is_kept(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what it stands in is deleted."""
    place = tmp_path / "project"
    place.mkdir()
    (place / "settings.py").touch()
    monkeypatch.chdir(place)
    fence = NetworkFence(Hosts([], opened=[], closed_ports=set()))
    fence.install()
    try:
        with pytest.raises(FolderKeptError):
            shutil.rmtree(name, ignore_errors=True)
    finally:
        fence.restore()
    assert (place / "settings.py").exists()
    assert fence.unattributed == {"refused to delete its own folder"}


def test_other_folders_are_the_projects_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir()
    monkeypatch.chdir(tmp_path)
    fence = NetworkFence(Hosts([], opened=[], closed_ports=set()))
    fence.install()
    try:
        shutil.rmtree("cache")
    finally:
        fence.restore()
    assert not (tmp_path / "cache").exists()
