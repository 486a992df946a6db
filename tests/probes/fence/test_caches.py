"""Caches of an isolated run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis import get_redis_connection

from loadaudit.probes.fence.caches import isolate_caches
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.redis_client import RedisFence
from tests import servers
from tests.probes.fence.conftest import DATABASE

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
BACKENDS = ("django.core.cache.backends.redis.RedisCache", "django_redis.cache.RedisCache")


class OwnCache(LocMemCache):
    """A project's own, derived from one that stays in the process."""


class Unknown:
    """A back end that nobody has heard of."""


def isolated(folder: Path, entry: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what becomes of the entry of a cache, and what is said of it."""
    settings = SimpleNamespace(CACHES={"default": {"BACKEND": LOCMEM}, "other": entry})
    patches = Patches()
    before = dict(settings.CACHES)
    changes = isolate_caches(settings, folder, patches)
    found: dict[str, Any] = settings.CACHES["other"]
    patches.undo()
    assert before == settings.CACHES
    return found, changes


@pytest.mark.parametrize(
    "backend",
    [
        LOCMEM,
        "django.core.cache.backends.dummy.DummyCache",
        "django.core.cache.backends.db.DatabaseCache",
        f"{__name__}.OwnCache",
    ],
)
def test_caches_that_nobody_shares_stay(tmp_path: Path, backend: str) -> None:
    """In the process or in the clone."""
    entry = {"BACKEND": backend, "LOCATION": "x"}
    assert isolated(tmp_path, entry) == (entry, ())


@pytest.mark.parametrize("backend", BACKENDS)
def test_redis_stays_and_is_named(tmp_path: Path, backend: str) -> None:
    """Its keys are fenced on the wire."""
    entry = {"BACKEND": backend, "LOCATION": "redis://h"}
    found, (change,) = isolated(tmp_path, entry)
    assert found == entry
    assert "prefix" in change


@pytest.mark.parametrize(
    "backend",
    ["django.core.cache.backends.memcached.PyMemcacheCache", f"{__name__}.Unknown", "not.installed.Cache"],
)
def test_others_are_replaced_by_a_folder(tmp_path: Path, backend: str) -> None:
    """What the project says of keys and times is kept, what only its server understands is not."""
    entry = {"BACKEND": backend, "LOCATION": "h:11211", "TIMEOUT": 7, "KEY_PREFIX": "p", "OPTIONS": {"no_delay": True}}
    found, (change,) = isolated(tmp_path, entry)
    assert found["BACKEND"].endswith("FileBasedCache")
    assert found["LOCATION"] == str(tmp_path / "cache-other")
    assert (found["TIMEOUT"], found["KEY_PREFIX"]) == (7, "p")
    assert "no_delay" not in found["OPTIONS"]
    assert backend.rpartition(".")[2] in change


def test_folder_of_the_project_is_not_touched(tmp_path: Path, settings: Any) -> None:
    """A cache in files works in the run's folder; the project's own has what it had, and is there again afterwards."""
    theirs = FileBasedCache(str(tmp_path / "theirs"), {})
    theirs.set("a", "kept")
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path / "theirs")}}
    patches = Patches()
    isolate_caches(settings, tmp_path / "run", patches)
    cache = caches["default"]
    assert cache.get("a") is None
    cache.set("a", "new")
    cache.clear()
    patches.undo()
    assert theirs.get("a") == "kept"
    assert caches["default"].get("a") == "kept"


@pytest.fixture(params=BACKENDS)
def redis_cache(request: pytest.FixtureRequest, settings: Any, redis_server: servers.Redis) -> Iterator[None]:
    """A cache of each kind, which neighbours share, as `default`."""
    settings.CACHES = {"default": {"BACKEND": request.param, "LOCATION": redis_server.url(DATABASE)}}
    yield
    caches["default"].close()


@pytest.mark.usefixtures("fence", "redis_cache")
def test_clear_deletes_the_run_s_keys_alone(outside: Any) -> None:
    """For Django and django-redis it is FLUSHDB, which would log everybody out and empty the queue."""
    cache = caches["default"]
    cache.set_many({f"k{number}": number for number in range(1_500)})
    assert cache.get("k7") == 7
    assert outside.dbsize() > 1_500
    cache.clear()
    assert cache.get("k7") is None
    assert sorted(outside.keys()) == [b"foreign", b"loadaudit:runs"]


@pytest.mark.usefixtures("fence")
def test_patterns_of_django_redis_stay_inside(settings: Any, outside: Any, redis_server: servers.Redis) -> None:
    """And so does the raw connection."""
    settings.CACHES = {"default": {"BACKEND": BACKENDS[1], "LOCATION": redis_server.url(DATABASE)}}
    outside.set(":1:a9", "kept")
    cache: Any = caches["default"]
    cache.set_many({"a1": 1, "a2": 2, "b": 3})
    assert sorted(cache.keys("a*")) == ["a1", "a2"]
    assert cache.delete_pattern("a*") == 2
    raw = get_redis_connection("default")
    assert raw.incr("counter") == 1
    with pytest.raises(redis.ResponseError, match="loadaudit refused"):
        raw.flushdb()
    with cache.lock("here"):
        pass
    assert outside.get(":1:a9") == b"kept"
    assert outside.get("loadaudit:run-1:counter") == b"1"
    cache.close()


@pytest.mark.usefixtures("redis_cache")
def test_clear_is_real_again_after_the_fence(fence: RedisFence, outside: Any) -> None:
    """Restoring is exact."""
    fence.restore()
    caches["default"].clear()
    assert outside.keys() == []
