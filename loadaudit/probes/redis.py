"""Clients, memory and key space of the Redis behind a cache, through the project's own configured connection."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from loadaudit.probes.redis_traces import is_django_redis
from loadaudit.probes.series import Note, NotObservedError

_GAUGES = {
    "connected_clients": "clients",
    "maxclients": "max_clients",
    "used_memory": "used_memory_bytes",
    "maxmemory": "max_memory_bytes",
}
_COUNTERS = {
    "keyspace_hits": "keyspace_hits",
    "keyspace_misses": "keyspace_misses",
    "evicted_keys": "evicted_keys",
    "rejected_connections": "rejected_connections",
}


class RedisProbe:
    """Reads INFO of the server behind a django_redis cache; counters are since the probe started."""

    def __init__(self, alias: str) -> None:
        self.name = f"redis {alias}"
        self._alias = alias
        self._client: Any = None
        self._base: dict[str, float] = {}

    def start(self, note: Note) -> None:
        """Connect. Raises NotObservedError when django_redis is missing or the server refuses."""
        try:
            from django_redis import get_redis_connection
        except ImportError as error:
            raise NotObservedError(
                f"django_redis cannot be loaded: {error}.", hint="pip install django-redis"
            ) from error
        self._client = get_redis_connection(self._alias, write=False)
        self._base = _picked(self._info(), _COUNTERS)

    def read(self) -> Mapping[str, float]:
        """Return the gauges as they are and the counters since the start."""
        info = self._info()
        # A restart or CONFIG RESETSTAT sets counters back to zero.
        counters = {name: max(0.0, value - self._base.get(name, 0)) for name, value in _picked(info, _COUNTERS).items()}
        return _picked(info, _GAUGES) | counters

    def stop(self) -> None:
        """Close the connections that nobody in this process uses at the moment."""
        if self._client is not None:
            self._client.connection_pool.disconnect(inuse_connections=False)
            self._client = None

    def _info(self) -> Mapping[str, Any]:
        from redis.exceptions import NoPermissionError

        try:
            info: Mapping[str, Any] = self._client.info()
        except NoPermissionError as error:
            raise NotObservedError(
                "The user of the cache may not use INFO.", hint="Allow it with: ACL SETUSER <user> +info"
            ) from error
        return info


def project_probes() -> tuple[RedisProbe, ...]:
    """Return one probe for each server that is behind a cache of django_redis; opens no connection."""
    probes: dict[str, RedisProbe] = {}
    for alias, entry in settings.CACHES.items():
        if is_django_redis(str(entry.get("BACKEND", ""))):
            probes.setdefault(_server_of(entry.get("LOCATION")), RedisProbe(alias))
    return tuple(probes.values())


def _server_of(location: Any) -> str:
    """Return what is the same for caches that differ in their database number only."""
    first = location if isinstance(location, str) else next(iter(location or ()), "")
    parts = urlsplit(str(first))
    return parts.netloc or parts.path


def _picked(info: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float]:
    return {name: float(info[key]) for key, name in names.items() if key in info}
