"""INFO of a real Redis-protocol server through a cache of django_redis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.test import override_settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from loadaudit.probes.redis import RedisProbe, project_probes
from loadaudit.probes.series import NotObservedError, SeriesProbe
from tests import servers
from tests.processes import free_port

BACKEND = "django_redis.cache.RedisCache"


def cache(location: Any, backend: str = BACKEND) -> dict[str, Any]:
    """Return an entry of CACHES."""
    return {"BACKEND": backend, "LOCATION": location}


@pytest.fixture
def configured(redis_server: servers.Redis) -> Iterator[None]:
    """A project whose default cache is that server."""
    with override_settings(CACHES={"default": cache(redis_server.url(11))}):
        yield


@pytest.fixture
def probe(configured: None) -> Iterator[SeriesProbe]:
    """A started probe."""
    probe = RedisProbe("default")
    probe.start(lambda _: None)
    yield probe
    probe.stop()


def test_counters_are_since_the_start(probe: SeriesProbe) -> None:
    """What the server did before the load is not the load's."""
    caches["default"].set("there", 1)
    for key in ("there", "there", "not there"):
        caches["default"].get(key)
    values = probe.read()
    assert (values["keyspace_hits"], values["keyspace_misses"]) == (2, 1)
    assert (values["evicted_keys"], values["rejected_connections"]) == (0, 0)


def test_gauges_have_their_limits_beside_them(probe: SeriesProbe) -> None:
    """Clients and memory as they are now."""
    values = probe.read()
    assert 1 <= values["clients"] <= values["max_clients"]
    assert values["used_memory_bytes"] > 100_000
    assert values["max_memory_bytes"] == 0


def test_refused_connections_are_counted(probe: SeriesProbe, redis_server: servers.Redis) -> None:
    """Those beyond the server's limit of clients."""
    probe.read()
    with redis.Redis(port=redis_server.port) as client:
        most = client.config_get("maxclients")["maxclients"]
        client.config_set("maxclients", client.info("clients")["connected_clients"])
        try:
            with pytest.raises(redis.ConnectionError, match="max number of clients"):
                redis.Redis(port=redis_server.port, retry=Retry(NoBackoff(), 0)).ping()
            assert probe.read()["rejected_connections"] == 1
        finally:
            client.config_set("maxclients", most)


def test_counters_that_were_reset_are_not_negative(probe: SeriesProbe, redis_server: servers.Redis) -> None:
    """Somebody may restart the server or reset its statistics."""
    with redis.Redis(port=redis_server.port) as client:
        client.get("not there")
        client.config_resetstat()
    assert probe.read()["keyspace_misses"] == 0


def test_stopping_closes_its_connection(configured: None, redis_server: servers.Redis) -> None:
    """Nothing of the probe stays on the server."""
    probe = RedisProbe("default")
    with redis.Redis(port=redis_server.port) as client:
        probe.start(lambda _: None)
        during = int(client.info("clients")["connected_clients"])
        probe.stop()
        after = int(client.info("clients")["connected_clients"])
    assert after == during - 1
    probe.stop()


def test_a_forbidden_info_names_the_rule(redis_server: servers.Redis) -> None:
    """As a hosted Redis may forbid it."""
    with redis.Redis(port=redis_server.port) as client:
        client.execute_command("ACL", "SETUSER", "plain", "on", "nopass", "~*", "+@all", "-info")
        url = f"redis://plain:any@{redis_server.host}:{redis_server.port}/11"
        try:
            with override_settings(CACHES={"default": cache(url)}):
                probe = RedisProbe("default")
                with pytest.raises(NotObservedError, match="may not use INFO") as caught:
                    probe.start(lambda _: None)
                probe.stop()
        finally:
            client.execute_command("ACL", "DELUSER", "plain")
    assert caught.value.hint == "Allow it with: ACL SETUSER plain +info"


@pytest.mark.parametrize(
    ("rule", "hint"),
    [("-ping", "SETUSER plain +ping"), ("-select", "SETUSER plain +select"), ("resetpass", "LOCATION")],
)
def test_other_refusals_name_what_helps(redis_server: servers.Redis, rule: str, hint: str) -> None:
    """A command of its own each, or the password."""
    with redis.Redis(port=redis_server.port) as client:
        client.execute_command("ACL", "SETUSER", "plain", "on", ">any", "~*", "+@all", rule)
        url = f"redis://plain:any@{redis_server.host}:{redis_server.port}/11"
        try:
            with override_settings(CACHES={"default": cache(url)}), pytest.raises(NotObservedError) as caught:
                _read_once()
        finally:
            client.execute_command("ACL", "DELUSER", "plain")
    assert hint in caught.value.hint


def _read_once() -> None:
    probe = RedisProbe("default")
    try:
        probe.start(lambda _: None)
        probe.read()
    finally:
        probe.stop()


def test_a_server_that_is_not_there() -> None:
    """Nothing that it could allow would help."""
    with override_settings(CACHES={"default": cache(f"redis://127.0.0.1:{free_port()}/1")}):
        probe = RedisProbe("default")
        with pytest.raises(NotObservedError, match="Connection refused") as caught:
            probe.start(lambda _: None)
        probe.stop()
    assert "start Redis" in caught.value.hint


@override_settings(
    CACHES={
        "default": cache("redis://cache.example.org:6379/0"),
        "sessions": cache("redis://cache.example.org:6379/1"),
        "pages": cache(["redis://pages.example.org/0", "redis://copy.example.org/0"]),
        "local": cache("", "django.core.cache.backends.locmem.LocMemCache"),
        "gone": cache("", "not.installed.Cache"),
    }
)
def test_one_probe_for_each_server_of_django_redis() -> None:
    """Databases of the same server share one; other back ends have none; nothing is connected."""
    assert [one.name for one in project_probes()] == ["redis default", "redis pages"]


@override_settings(CACHES={"default": cache("redis://cache.example.org:6379/0")})
def test_without_django_redis_there_is_no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that names it and does not have it fails by itself, in its own words."""
    monkeypatch.setitem(__import__("sys").modules, "django_redis.cache", None)
    assert project_probes() == ()


def test_slow_commands_since_the_start(configured: None, redis_server: servers.Redis) -> None:
    """By the command alone: keys and values stay out."""
    notes: list[str] = []
    with redis.Redis(port=redis_server.port) as client:
        client.config_set("slowlog-log-slower-than", 0)
        try:
            client.get("before")
            probe = RedisProbe("default")
            probe.start(notes.append)
            client.set("secret-key", "secret-value")
            assert probe.read()["latency_ms"] > 0
            probe.stop()
        finally:
            client.config_set("slowlog-log-slower-than", 10_000)
    text = "\n".join(notes)
    assert "commands SET, the slowest of" in text
    assert "secret" not in text


def test_a_pool_smaller_than_the_threads_is_said(redis_server: servers.Redis) -> None:
    """Of the client that the project's server workers use."""
    entry = cache(redis_server.url(12)) | {"OPTIONS": {"CONNECTION_POOL_KWARGS": {"max_connections": 3}}}
    notes: list[str] = []
    with override_settings(CACHES={"default": entry}):
        probe = RedisProbe("default", threads=4)
        probe.start(notes.append)
        probe.stop()
    assert any("at most 3 connections for 4 threads" in text for text in notes)
