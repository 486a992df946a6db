"""Counts what a request asks of the caches, and how often they had it."""

import weakref
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.utils.connection import BaseConnectionHandler

from loadaudit.probes.recorder import current

_MISSING = object()


class CacheProbe:
    """Wraps the reading methods of every cache. `install` and `restore` are idempotent."""

    def __init__(self) -> None:
        self._create: Any = None
        self._observed: weakref.WeakSet[BaseCache] = weakref.WeakSet()

    def install(self) -> None:
        """Wrap the caches that this thread has, and those that will be created; each thread creates its own."""
        if self._create is not None:
            return
        self._create = type(caches).create_connection
        type(caches).create_connection = self._observed_create(self._create)  # type: ignore[method-assign]
        for cache in caches.all(initialized_only=True):
            self._observe(cache)

    def restore(self) -> None:
        """Create plain caches again, and unwrap those that are."""
        if self._create is None:
            return
        type(caches).create_connection = self._create  # type: ignore[method-assign]
        self._create = None
        for cache in list(self._observed):
            for name in _OBSERVERS:
                vars(cache).pop(name, None)
        self._observed.clear()

    def _observed_create(self, original: Callable[..., BaseCache]) -> Callable[..., BaseCache]:
        def create_connection(handler: "BaseConnectionHandler[BaseCache]", alias: str) -> BaseCache:
            return self._observe(original(handler, alias))

        return create_connection

    def _observe(self, cache: BaseCache) -> BaseCache:
        for name, observer in _OBSERVERS.items():
            # Django's own get_many asks `get` for each key, which is counted already.
            if name != "get_many" or type(cache).get_many is not BaseCache.get_many:
                setattr(cache, name, observer(getattr(cache, name)))
        self._observed.add(cache)
        return cache


def _observed_get(original: Callable[..., Any]) -> Callable[..., Any]:
    def get(key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(key, default, *args, **kwargs)
        # Asked with a default of our own, because a cached value may be the caller's default itself.
        value = original(key, _MISSING, *args, **kwargs)
        recorder.cache_gets += 1
        recorder.cache_hits += value is not _MISSING
        return default if value is _MISSING else value

    return get


def _observed_get_or_set(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_or_set(key: Any, default: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(key, default, *args, **kwargs)
        counted: list[tuple[int, int]] = []

        def produce() -> Any:
            value = default() if callable(default) else default
            counted.append((recorder.cache_gets, recorder.cache_hits))
            return value

        value = original(key, produce, *args, **kwargs)
        if counted:
            # After a miss Django reads the new value back, which the request did not ask for.
            recorder.cache_gets, recorder.cache_hits = counted[0]
        return value

    return get_or_set


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


_OBSERVERS = {"get": _observed_get, "get_many": _observed_get_many, "get_or_set": _observed_get_or_set}
