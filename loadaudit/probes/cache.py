"""Counts what a request asks of the caches, and how often they had it."""

from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.utils.connection import BaseConnectionHandler

from loadaudit.probes.recorder import current


class CacheProbe:
    """Wraps the reading methods of every cache that Django creates. `install` and `restore` are idempotent."""

    def __init__(self) -> None:
        self._create: Any = None

    def install(self) -> None:
        """Wrap the caches that will be created; each thread creates its own."""
        if self._create is None:
            self._create = type(caches).create_connection
            type(caches).create_connection = _observed_create(self._create)  # type: ignore[method-assign]

    def restore(self) -> None:
        """Create plain caches again."""
        if self._create is not None:
            type(caches).create_connection = self._create  # type: ignore[method-assign]
            self._create = None


def _observed_create(original: Callable[..., BaseCache]) -> Callable[..., BaseCache]:
    def create_connection(self: "BaseConnectionHandler[BaseCache]", alias: str) -> BaseCache:
        cache = original(self, alias)
        cache.get = _observed_get(cache.get)  # type: ignore[method-assign]
        if type(cache).get_many is not BaseCache.get_many:
            # Django's own asks `get` for each key, which is counted already.
            cache.get_many = _observed_get_many(cache.get_many)  # type: ignore[method-assign]
        return cache

    return create_connection


def _observed_get(original: Callable[..., Any]) -> Callable[..., Any]:
    def get(key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        value = original(key, default, *args, **kwargs)
        recorder = current()
        if recorder is not None:
            recorder.cache_gets += 1
            recorder.cache_hits += value is not default
        return value

    return get


def _observed_get_many(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_many(keys: Any, *args: Any, **kwargs: Any) -> Any:
        wanted = list(keys)
        found = original(wanted, *args, **kwargs)
        recorder = current()
        if recorder is not None:
            recorder.cache_gets += len(wanted)
            recorder.cache_hits += len(found)
        return found

    return get_many
