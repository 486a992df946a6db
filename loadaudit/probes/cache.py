"""Counts and times what a request asks of the caches, and how often they had it."""

import inspect
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.utils.connection import BaseConnectionHandler

from loadaudit.probes.recorder import SpanKind, current

Call = Callable[..., Any]

_MISSING = object()


class CacheProbe:
    """Wraps the methods of every cache. `install` and `restore` are idempotent."""

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
            for name in (*_OBSERVERS, *_further(_kind(cache))):
                vars(cache).pop(name, None)
        self._observed.clear()

    def _observed_create(self, original: Callable[..., BaseCache]) -> Callable[..., BaseCache]:
        def create_connection(handler: "BaseConnectionHandler[BaseCache]", alias: str) -> BaseCache:
            return self._observe(original(handler, alias))

        return create_connection

    def _observe(self, cache: BaseCache) -> BaseCache:
        for name, observer in _OBSERVERS.items():
            built_on_others = name in _BUILT_ON_OTHERS and getattr(type(cache), name) is getattr(BaseCache, name)
            if not built_on_others:
                setattr(cache, name, observer(getattr(cache, name)))
        for name in _further(_kind(cache)):
            setattr(cache, name, _timed(getattr(cache, name)))
        self._observed.add(cache)
        return cache


@lru_cache
def _further(kind: Any) -> tuple[str, ...]:
    """Return the methods that a kind of cache has beyond Django's, such as django-redis' `ttl` and `hset`.

    What yields is left alone: its time is that of whoever takes from it.
    """
    found = {name: inspect.getattr_static(kind, name) for name in dir(kind) if not hasattr(BaseCache, name)}
    return tuple(
        name
        for name, method in found.items()
        if not name.startswith("_") and inspect.isfunction(method) and not _is_lazy(inspect.unwrap(method))
    )


def _kind(cache: BaseCache) -> Any:
    return type(cache)


def _is_lazy(method: Callable[..., Any]) -> bool:
    return inspect.isgeneratorfunction(method) or inspect.iscoroutinefunction(method)


def _observed_get(original: Call) -> Call:
    def get(key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(key, default, *args, **kwargs)
        # Asked with a default of our own, because a cached value may be the caller's default itself.
        value = recorder.span(SpanKind.CACHE, original, key, _MISSING, *args, **kwargs)
        recorder.cache_gets += 1
        recorder.cache_hits += value is not _MISSING
        return default if value is _MISSING else value

    return get


def _observed_get_or_set(original: Call) -> Call:
    """Count one look-up, where Django makes three. Not a span: what it does in between is the project's code."""

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


def _observed_get_many(original: Call) -> Call:
    def get_many(keys: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(keys, *args, **kwargs)
        wanted = list(keys)
        found = recorder.span(SpanKind.CACHE, original, wanted, *args, **kwargs)
        recorder.cache_gets += len(wanted)
        recorder.cache_hits += len(found)
        return found

    return get_many


def _observed_set(original: Call) -> Call:
    def write(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(*args, **kwargs)
        recorder.cache_sets += 1
        return recorder.span(SpanKind.CACHE, original, *args, **kwargs)

    return write


def _observed_set_many(original: Call) -> Call:
    def set_many(data: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(data, *args, **kwargs)
        recorder.cache_sets += len(data)
        return recorder.span(SpanKind.CACHE, original, data, *args, **kwargs)

    return set_many


def _timed(original: Call) -> Call:
    def other(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        return (
            original(*args, **kwargs) if recorder is None else recorder.span(SpanKind.CACHE, original, *args, **kwargs)
        )

    return other


_OBSERVERS = {
    "get": _observed_get,
    "get_many": _observed_get_many,
    "get_or_set": _observed_get_or_set,
    "set": _observed_set,
    "add": _observed_set,
    "set_many": _observed_set_many,
    **dict.fromkeys(("delete", "delete_many", "touch", "incr", "decr", "incr_version", "has_key", "clear"), _timed),
}
_BUILT_ON_OTHERS = ("get_many", "set_many", "delete_many", "incr", "decr", "incr_version", "has_key")
"""Methods that Django's base class makes of `get`, `set` and `delete`, which are observed already."""
