"""Files of an isolated run: a copy is made when one is opened to be changed, and the original stays as it is.

A file at /srv/media/a lies, once it has a copy, at FOLDER/files/srv/media/a. What the run deletes is only marked.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from loadaudit.probes.fence.spec import FenceSpec

MOST_COPIED_BYTES = 100 * 1024 * 1024
"""A media folder up to this size is copied as a whole, for code that reads it without Django's storages."""


class Overlay:
    """Two trees seen as one: the run's own over the project's, which is only read."""

    def __init__(self, spec: FenceSpec) -> None:
        self._folder = spec.folder
        self._files = str(spec.files_folder)
        self._deleted = spec.deleted_folder

    def upper(self, path: str) -> str:
        """Return where the run's own version of a path is; a path in the run's folder is that already."""
        if self._is_own(path):
            return path
        return os.path.join(self._files, os.path.relpath(path, os.path.sep))  # noqa: PTH118

    def lower(self, path: str) -> str:
        """Return the original of a path in the run's folder; empty when it has none or the run deleted it."""
        if not path.startswith(self._files + os.path.sep):
            return ""
        original = os.path.sep + os.path.relpath(path, self._files)
        return "" if self._mark(original).exists() or not os.path.lexists(original) else original

    def readable(self, path: str) -> str:
        """Return the path to read: the run's own version if there is one, else the original."""
        return path if os.path.lexists(path) else self.lower(path) or path

    def writable(self, path: str) -> str:
        """Return the run's own version, copied first from the original if there is one; of a folder only itself."""
        original = "" if os.path.lexists(path) else self.lower(path)
        if original and Path(original).is_dir():
            Path(path).mkdir(parents=True, exist_ok=True)
        elif original:
            _copy(original, path)
        return path

    def names(self, path: str) -> tuple[list[str], list[str]]:
        """Return names of folders and of files in both trees. Raises FileNotFoundError when it is in neither."""
        original = self.lower(path)
        if not Path(path).is_dir() and not original:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        found: dict[str, bool] = {}
        if original:
            found |= {one.name: one.is_dir() for one in _entries(original) if not self._mark(one.path).exists()}
        if Path(path).is_dir():
            found |= {one.name: one.is_dir() for one in _entries(path)}
        return [name for name in found if found[name]], [name for name in found if not found[name]]

    def delete(self, path: str) -> None:
        """Remove the run's own version and mark the original as deleted. Raises OSError for a folder with content."""
        original = self.lower(path)
        if Path(path).is_dir() or (original and Path(original).is_dir()):
            if any(self.names(path)):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)
            with suppress(FileNotFoundError):
                Path(path).rmdir()
        else:
            Path(path).unlink(missing_ok=True)
        if original:
            self._deleted.mkdir(parents=True, exist_ok=True)
            self._mark(original).touch()

    def _is_own(self, path: str) -> bool:
        return path == self._folder or path.startswith(self._folder + os.path.sep)

    def _mark(self, original: str) -> Path:
        return self._deleted / hashlib.sha256(os.fsencode(original)).hexdigest()


def copy_small(source: Path, target: Path, most_bytes: int = MOST_COPIED_BYTES) -> bool:
    """Copy a tree unless it holds more than `most_bytes`; return whether it was copied. What is unreadable is left."""
    target.mkdir(parents=True, exist_ok=True)
    if _is_larger(source, most_bytes):
        return False
    for folder, folders, files in os.walk(source):
        place = target / Path(folder).relative_to(source)
        for name in folders:
            (place / name).mkdir(exist_ok=True)
        for name in files:
            with suppress(OSError):
                shutil.copy2(Path(folder, name), place / name)
    return True


def _is_larger(source: Path, most_bytes: int) -> bool:
    total = 0
    for folder, _, files in os.walk(source):
        for name in files:
            with suppress(OSError):
                total += Path(folder, name).stat().st_size
            if total > most_bytes:
                return True
    return False


def _entries(path: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        yield from entries


def _copy(original: str, path: str) -> None:
    """Copy so that others see the whole file or none; one that was quicker keeps what it made."""
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=folder, prefix=".loadaudit-")
    os.close(descriptor)
    try:
        shutil.copy2(original, unfinished)
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()
