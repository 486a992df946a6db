"""Django's storages over the run's own files: local ones show the originals, others begin empty."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files import File
from django.core.files.storage import FileSystemStorage, InMemoryStorage, default_storage, storages
from django.utils._os import safe_join
from django.utils.functional import empty
from django.utils.module_loading import import_string

from loadaudit.probes.fence.files import Overlay
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.spec import FenceSpec

_LOCAL = "django.core.files.storage.FileSystemStorage"
_STATIC_FILES = "staticfiles"
_READING = frozenset({"r", "rb", "rt"})


class _Sources(FileSystemStorage):
    """The static files of one app or folder, as finders read them: compilers of styles are handed the folder itself.

    Nothing is written there, since it would be past the overlay.
    """

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        if mode not in _READING:
            raise PermissionError(f"{name}: the sources of static files are only read")
        return File(Path(self.path(name)).open(mode))

    def _save(self, name: str, content: Any) -> str:
        raise PermissionError(f"{name}: the sources of static files are only read")

    def delete(self, name: str) -> None:
        raise PermissionError(f"{name}: the sources of static files are only read")


_WHERE_THEY_ARE = (StaticFilesStorage, _Sources)

Use = Callable[..., Any]
"""Called with the storage and the path in the run's folder."""


class StorageFence:
    """Puts every FileSystemStorage on the overlay, but not those of static files. `install` and `restore` are exact.

    Neither are those that find the sources of static files.
    """

    def __init__(self, spec: FenceSpec) -> None:
        self._overlay = Overlay(spec)
        self._patches = Patches()

    def install(self) -> None:
        """Patch the class; a second call does nothing."""
        if self._patches:
            return
        readable = self._overlay.readable
        uses: dict[str, Use] = {
            "_open": self._open,
            "delete": lambda _, path: self._overlay.delete(path),
            "exists": lambda _, path: os.path.lexists(readable(path)),
            "get_accessed_time": lambda storage, path: _time(storage, Path(readable(path)).stat().st_atime),
            "get_created_time": lambda storage, path: _time(storage, Path(readable(path)).stat().st_ctime),
            "get_modified_time": lambda storage, path: _time(storage, Path(readable(path)).stat().st_mtime),
            "listdir": lambda _, path: self._overlay.names(path),
            "size": lambda _, path: Path(readable(path)).stat().st_size,
        }
        for name, use in uses.items():
            self._patches.put(FileSystemStorage, name, self._method(name, use))
        self._patches.put(FileSystemStorage, "path", self._path())
        self._patches.put(FileSystemStorage, "location", _Location(self._overlay))
        self._patches.put(finders, "FileSystemStorage", _Sources)
        self._patches.put(finders.AppDirectoriesFinder, "storage_class", _Sources)
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]
        self._patches.later(finders.get_finder.cache_clear)  # type: ignore[attr-defined]

    def restore(self) -> None:
        """Put back what `install` found."""
        self._patches.undo()

    def _method(self, name: str, use: Use) -> Use:
        """Return a method on the overlay; a storage that finds its paths by itself keeps the original."""
        original = vars(FileSystemStorage)[name]

        def method(storage: FileSystemStorage, path: str, *args: Any, **kwargs: Any) -> Any:
            # Deleting the empty name is an error, and would be the whole folder.
            if not _uses_overlay(storage) or (name == "delete" and not path):
                return original(storage, path, *args, **kwargs)
            return use(storage, self._own(storage, path), *args, **kwargs)

        return method

    def _path(self) -> Use:
        original = FileSystemStorage.path

        def path(storage: FileSystemStorage, name: str) -> str:
            if isinstance(storage, _WHERE_THEY_ARE):
                return original(storage, name)
            # Whoever has a path may write there.
            return self._overlay.writable(self._own(storage, name))

        return path

    def _own(self, storage: FileSystemStorage, name: str) -> str:
        return self._overlay.upper(str(safe_join(storage.location, name)))

    def _open(self, storage: FileSystemStorage, path: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        found = self._overlay.readable(path) if mode in _READING else self._overlay.writable(path)
        return File(Path(found).open(mode))


class _Location:
    """The attribute `location`: a folder of the run, because saving makes names relative to it and asks whose it is.

    What a storage has set or cached itself stays in its own dict, as with the original.
    """

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay

    def __get__(self, storage: FileSystemStorage | None, owner: type[FileSystemStorage]) -> Any:
        if storage is None:
            return self
        values = vars(storage)
        if isinstance(storage, _WHERE_THEY_ARE):
            if "location" not in values:
                values["location"] = os.path.abspath(storage.base_location)  # noqa: PTH100
            return values["location"]
        upper = self._overlay.upper(values.get("location") or os.path.abspath(storage.base_location))  # noqa: PTH100
        Path(upper).mkdir(parents=True, exist_ok=True)
        return upper

    def __set__(self, storage: FileSystemStorage, value: Any) -> None:
        vars(storage)["location"] = value


def isolate_storages(settings: Any, spec: FenceSpec, patches: Patches) -> tuple[str, ...]:
    """Replace storages that are not local and point MEDIA_ROOT to the run's files; return a sentence for each."""
    if spec.media_root:
        upper = Overlay(spec).upper(spec.media_root)
        # The project's code may go on from a Path with `/`, or from a text with `+`.
        kept: str | Path = Path(upper) if isinstance(settings.MEDIA_ROOT, Path) else upper
        patches.put_setting(settings, "MEDIA_ROOT", kept)
    files = "storages: files are read where they are; what is written or deleted is so in the run only"
    return files, *replace_remote_storages(settings, spec, patches)


def replace_remote_storages(settings: Any, spec: FenceSpec, patches: Patches) -> tuple[str, ...]:
    """Put empty folders in the place of storages that are not local; return a sentence for each.

    A back end beside the project's models cannot be imported before its apps are ready; it is judged by a second call.
    """
    changes = []
    entries = dict(settings.STORAGES)
    for alias, entry in settings.STORAGES.items():
        backend = str(entry.get("BACKEND", ""))
        if alias == _STATIC_FILES or _is_local(backend):
            continue
        location = Path(spec.folder, f"storage-{alias}")
        location.mkdir(parents=True, exist_ok=True)
        entries[alias] = {"BACKEND": _LOCAL, "OPTIONS": {"location": str(location)}}
        changes.append(f"STORAGES[{alias!r}]: an empty folder stands in for {backend.rpartition('.')[2]}")
    if entries != settings.STORAGES:
        patches.put_setting(settings, "STORAGES", entries)
        _forget_storages()
        patches.later(_forget_storages)
    return tuple(changes)


def _forget_storages() -> None:
    """Make Django create the storages anew, as its own tests do where a setting has changed."""
    vars(storages).pop("backends", None)
    storages._backends = None  # type: ignore[attr-defined]
    storages._storages = {}  # type: ignore[attr-defined]
    default_storage._wrapped = empty  # type: ignore[attr-defined]


def _uses_overlay(storage: FileSystemStorage) -> bool:
    return not isinstance(storage, _WHERE_THEY_ARE) and type(storage).path is FileSystemStorage.path


def _time(storage: FileSystemStorage, timestamp: float) -> Any:
    return storage._datetime_from_timestamp(timestamp)  # type: ignore[attr-defined]


def _is_local(backend: str) -> bool:
    """Whether a back end keeps its files in memory or on the overlay; what cannot be imported is left to fail."""
    try:
        found = import_string(backend)
    except Exception:
        # Among them that the apps are not ready.
        return True
    return isinstance(found, type) and issubclass(found, (FileSystemStorage, InMemoryStorage))
