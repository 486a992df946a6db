"""Django's storages over the run's own files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import AppRegistryNotReady
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from loadaudit.probes.fence.files import copy_small
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.spec import FenceSpec
from loadaudit.probes.fence.storages import StorageFence, isolate_storages, replace_remote_storages
from tests.probes.fence.conftest import MakeSpec

LOCAL = "django.core.files.storage.FileSystemStorage"
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


class Cloud:
    """A storage somewhere else."""


class OwnPaths(FileSystemStorage):
    """A project's own, which asks the original for each path."""

    def path(self, name: str) -> str:
        """Put everything below one folder."""
        return super().path(f"below/{name}")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """The project's files."""
    folder = tmp_path / "media"
    (folder / "letters").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.txt").write_text("original")
    (folder / "letters" / "b.txt").write_text("letter")
    return folder


@pytest.fixture
def storage(media: Path, spec: FenceSpec) -> Iterator[FileSystemStorage]:
    """A storage of them under the fence; afterwards nothing of them may have changed."""
    before = checksum(media)
    made = FileSystemStorage(location=media)
    fence = StorageFence(spec)
    fence.install()
    yield made
    fence.restore()
    assert checksum(media) == before


def checksum(folder: Path) -> str:
    """Return the checksum of names, contents and times of a tree."""
    found = [
        (str(path.relative_to(folder)), path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    ]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def read(storage: FileSystemStorage, name: str) -> str:
    """Return the text of a file."""
    with storage.open(name) as file:
        content: bytes = file.read()
    return content.decode()


def test_files_are_read_where_they_are(storage: FileSystemStorage, spec: FenceSpec) -> None:
    """Looking copies nothing."""
    assert storage.exists("a.txt")
    assert not storage.exists("c.txt")
    assert read(storage, "a.txt") == "original"
    assert storage.size("a.txt") == 8
    assert storage.get_modified_time("a.txt") <= storage.get_created_time("a.txt")
    assert storage.get_accessed_time("a.txt").timestamp() > 0
    folders, files = storage.listdir("")
    assert (sorted(folders), files) == (["empty", "letters"], ["a.txt"])
    assert [path for path in spec.files_folder.rglob("*") if path.is_file()] == []


def test_uploads_are_in_the_run_only(storage: FileSystemStorage, media: Path) -> None:
    """With the name that the project would have got, and listed with the others."""
    assert storage.save("c.txt", ContentFile(b"new")) == "c.txt"
    assert storage.save("letters/d.txt", ContentFile(b"new")) == "letters/d.txt"
    assert storage.save("a.txt", ContentFile(b"second")) != "a.txt"
    assert read(storage, "c.txt") == "new"
    assert sorted(storage.listdir("letters")[1]) == ["b.txt", "d.txt"]
    assert not (media / "c.txt").exists()


def test_changes_are_made_to_a_copy(storage: FileSystemStorage) -> None:
    """Through the storage and through a path that it hands out."""
    with storage.open("a.txt", "ab") as file:
        file.write(b" and more")
    assert read(storage, "a.txt") == "original and more"
    Path(storage.path("letters/b.txt")).write_text("changed")
    assert read(storage, "letters/b.txt") == "changed"


def test_deleted_files_are_gone_for_the_run(storage: FileSystemStorage, media: Path) -> None:
    """Until one of that name is saved again, and then that one."""
    storage.delete("a.txt")
    assert not storage.exists("a.txt")
    assert storage.listdir("")[1] == []
    with pytest.raises(FileNotFoundError):
        storage.open("a.txt")
    storage.delete("a.txt")
    assert storage.save("a.txt", ContentFile(b"again")) == "a.txt"
    assert read(storage, "a.txt") == "again"
    storage.delete("a.txt")
    assert not storage.exists("a.txt")
    assert (media / "a.txt").exists()


def test_folders_are_deleted_when_they_are_empty(storage: FileSystemStorage) -> None:
    """As by Django: one with files is an error."""
    with pytest.raises(OSError, match="not empty"):
        storage.delete("letters")
    storage.delete("letters/b.txt")
    storage.delete("letters")
    storage.delete("empty")
    assert storage.listdir("")[0] == []
    with pytest.raises(FileNotFoundError):
        storage.listdir("letters")


def test_empty_name_is_refused_as_ever(storage: FileSystemStorage) -> None:
    """It would be the whole folder."""
    with pytest.raises(ValueError, match="name must be given"):
        storage.delete("")


def test_overwriting_changes_the_copy(media: Path, spec: FenceSpec) -> None:
    """A storage that overwrites keeps the name."""
    fence = StorageFence(spec)
    fence.install()
    storage = FileSystemStorage(location=media, allow_overwrite=True)
    assert storage.save("a.txt", ContentFile(b"new")) == "a.txt"
    assert read(storage, "a.txt") == "new"
    fence.restore()
    assert (media / "a.txt").read_text() == "original"


def test_storages_of_one_folder_see_the_same(storage: FileSystemStorage, media: Path) -> None:
    """Also when one begins deeper, or hands out its paths in a way of its own."""
    FileSystemStorage(location=media / "letters").save("e.txt", ContentFile(b"new"))
    assert sorted(storage.listdir("letters")[1]) == ["b.txt", "e.txt"]
    OwnPaths(location=media).save("f.txt", ContentFile(b"new"))
    assert storage.listdir("below") == ([], ["f.txt"])


def test_location_that_does_not_exist_is_made_in_the_run(storage: FileSystemStorage, tmp_path: Path) -> None:
    """As Django makes it at the first upload."""
    FileSystemStorage(location=tmp_path / "new").save("a.txt", ContentFile(b"new"))
    assert not (tmp_path / "new").exists()


def test_static_files_are_left_alone(storage: FileSystemStorage, tmp_path: Path, settings: Any) -> None:
    """They are the project's code; without STATIC_ROOT they have no folder."""
    static = StaticFilesStorage(location=str(tmp_path / "static"))
    assert static.path("a.css") == str(tmp_path / "static" / "a.css")
    settings.STATIC_ROOT = None
    assert StaticFilesStorage().url("a.css").endswith("a.css")


def test_sources_of_static_files_are_found_where_they_are(
    storage: FileSystemStorage, tmp_path: Path, settings: Any
) -> None:
    """Compilers written in C open what a style imports below the folders that they are told."""
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "a.scss").write_text("b {}")
    settings.STATICFILES_DIRS = [str(tmp_path / "styles")]
    assert storage.exists("a.txt")
    assert finders.find("a.scss") == str(tmp_path / "styles" / "a.scss")
    found = [one for finder in finders.get_finders() for one in finder.storages.values()]  # type: ignore[attr-defined]
    assert {Path(one.path(".")).is_relative_to(tmp_path / "styles") for one in found} == {True, False}
    assert all(one.path(".") == one.base_location for one in found)
    with pytest.raises(PermissionError):
        found[0].save("b.scss", ContentFile("b {}"))
    with found[0].open("a.scss") as file:
        assert file.read() == b"b {}"
    with pytest.raises(PermissionError):
        found[0].open("a.scss", "w")
    with pytest.raises(PermissionError):
        found[0].delete("a.scss")


def test_restore_puts_back_the_identical_class(spec: FenceSpec) -> None:
    """Every attribute is the very object that it was."""
    before = dict(vars(FileSystemStorage))
    fence = StorageFence(spec)
    fence.install()
    fence.install()
    assert dict(vars(FileSystemStorage)) != before
    fence.restore()
    fence.restore()
    assert dict(vars(FileSystemStorage)) == before


@pytest.mark.parametrize("kind", [str, Path])
def test_settings_name_what_stands_in(tmp_path: Path, make_spec: MakeSpec, kind: type[str | Path]) -> None:
    """MEDIA_ROOT is the run's, text or path; a cloud storage is an empty folder; local ones, static files stay."""
    media = tmp_path / "media"
    spec = make_spec(media_root=str(media))
    storages = {
        "default": {"BACKEND": f"{__name__}.Cloud", "OPTIONS": {"bucket_name": "b"}},
        "local": {"BACKEND": LOCAL},
        "staticfiles": {"BACKEND": f"{__name__}.Cloud"},
    }
    settings = SimpleNamespace(STORAGES=storages, MEDIA_ROOT=kind(media))
    patches = Patches()
    changes = isolate_storages(settings, spec, patches)
    assert kind(f"{spec.files_folder}{media}") == settings.MEDIA_ROOT
    assert settings.STORAGES["default"]["BACKEND"] == LOCAL
    assert settings.STORAGES["local"] is storages["local"]
    assert settings.STORAGES["staticfiles"] is storages["staticfiles"]
    assert [change for change in changes if "'default'" in change and "Cloud" in change]
    patches.undo()
    assert (storages, kind(media)) == (settings.STORAGES, settings.MEDIA_ROOT)


def test_storage_beside_models_is_judged_once_the_apps_are_ready(
    tmp_path: Path, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing it before that raises what is no ImportError, and must not end the server."""
    spec = make_spec(folder=str(tmp_path / "run"))
    settings = SimpleNamespace(STORAGES={"default": {"BACKEND": f"{__name__}.Cloud"}}, MEDIA_ROOT="")
    patches = Patches()
    with monkeypatch.context() as early:
        early.setattr("loadaudit.probes.fence.storages.import_string", _apps_not_ready)
        assert len(isolate_storages(settings, spec, patches)) == 1
    assert "Cloud" in replace_remote_storages(settings, spec, patches)[0]
    assert settings.STORAGES["default"]["BACKEND"] == LOCAL
    patches.undo()
    assert settings.STORAGES["default"]["BACKEND"] == f"{__name__}.Cloud"


def _apps_not_ready(name: str) -> Any:
    raise AppRegistryNotReady


def test_small_media_folder_is_copied_as_a_whole(media: Path, tmp_path: Path) -> None:
    """For code that opens files below MEDIA_ROOT by itself; a large one is not, and that is said."""
    assert copy_small(media, tmp_path / "copy")
    assert checksum(tmp_path / "copy" / "letters") == checksum(media / "letters")
    assert not copy_small(media, tmp_path / "none", most_bytes=10)
    assert list((tmp_path / "none").iterdir()) == []


def test_unreadable_file_does_not_stop_the_copy(media: Path, tmp_path: Path) -> None:
    """The rest is there."""
    (media / "lost.txt").symlink_to(tmp_path / "nowhere")
    assert copy_small(media, tmp_path / "copy")
    assert (tmp_path / "copy" / "letters" / "b.txt").exists()
