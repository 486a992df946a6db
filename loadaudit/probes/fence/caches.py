"""Caches of an isolated run: those that a neighbour could see are replaced by folders of the run's own."""

from pathlib import Path
from typing import Any

from asgiref.local import Local
from django.core.cache import caches, close_caches
from django.utils.module_loading import import_string

from loadaudit.probes.fence.patches import Patches

_FILES = "django.core.cache.backends.filebased.FileBasedCache"
_IN_PROCESS = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
    # In the clone.
    "django.core.cache.backends.db.DatabaseCache",
)
_REDIS = (
    "django.core.cache.backends.redis.RedisCache",
    "django_redis.cache.RedisCache",
    "django_valkey.cache.ValkeyCache",
)
_KEPT_ENTRIES = ("TIMEOUT", "KEY_PREFIX", "VERSION", "KEY_FUNCTION")
_MOST_ENTRIES = 100_000
"""Django's default of 300 would throw away what the project's own cache keeps."""


def isolate_caches(settings: Any, folder: Path, patches: Patches) -> tuple[str, ...]:
    """Replace what is not the run's own, and return a sentence for each cache that is affected."""
    changes = []
    entries = dict(settings.CACHES)
    for alias, entry in settings.CACHES.items():
        backend = str(entry.get("BACKEND", ""))
        if _is_any(backend, _IN_PROCESS):
            continue
        if _is_any(backend, _REDIS):
            changes.append(f"CACHES[{alias!r}]: every key has the run's own prefix; clear() deletes those keys only")
            continue
        entries[alias] = _in_folder(entry, folder / f"cache-{alias}", keep_options=_is_any(backend, (_FILES,)))
        changes.append(f"CACHES[{alias!r}]: a folder of the run's own stands in for {backend.rpartition('.')[2]}")
    if entries != settings.CACHES:
        patches.put_setting(settings, "CACHES", entries)
        _forget_caches()
        patches.later(_forget_caches)
        patches.put(caches, "settings", caches.configure_settings(entries))
    return tuple(changes)


def _in_folder(entry: dict[str, Any], folder: Path, *, keep_options: bool) -> dict[str, Any]:
    kept = {name: entry[name] for name in _KEPT_ENTRIES if name in entry}
    options = entry.get("OPTIONS", {}) if keep_options else {"MAX_ENTRIES": _MOST_ENTRIES}
    return {"BACKEND": _FILES, "LOCATION": str(folder), "OPTIONS": options, **kept}


def _forget_caches() -> None:
    """Make Django create the caches anew; this thread's are closed, another's go with their thread."""
    close_caches()
    caches._connections = Local(caches.thread_critical)  # type: ignore[attr-defined]


def _is_any(backend: str, bases: tuple[str, ...]) -> bool:
    """Whether a back end is one of these or derived from one; what cannot be imported is none."""
    if backend in bases:
        return True
    try:
        found = import_string(backend)
    except Exception:
        # Among them that the apps are not ready, where a back end stands beside models.
        return False
    return isinstance(found, type) and any(f"{one.__module__}.{one.__qualname__}" in bases for one in found.__mro__)
