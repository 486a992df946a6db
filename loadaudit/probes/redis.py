"""Clients, memory, keys, latency and slow commands of the Redis behind a cache, through the project's own client."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from loadaudit.probes.redis_traces import is_django_redis
from loadaudit.probes.series import Note, NotObservedError

_MOST_SLOW = 128
_MOST_SHOWN = 5
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

_FORBIDDEN = re.compile(r"(?:User (?P<user>\S+)|this user) has no permissions to run the '(?P<command>[^']+)' command")
_REMEDIES = (
    ("invalid username-password", "LOCATION must have user and password as the server has them."),
    (
        "already authenticated|Authentication required",
        "The server wants a password: redis://:PASSWORD@… in LOCATION, or OPTIONS['PASSWORD'].",
    ),
    ("max number of clients", "Raise maxclients of the server: its clients have taken all of them."),
    ("Connection refused|No such file", "Nothing listens where LOCATION leads: start Redis, or mend host and port."),
    ("Name or service not known|name resolution", "This machine knows no such name: mend the host of LOCATION."),
    ("DB index is out of range", "Mend the number of the database in LOCATION, or raise `databases` of the server."),
    (
        "[Tt]imeout|timed out",
        "Nothing answered: mend LOCATION (rediss:// is for servers that speak TLS), or let this machine through.",
    ),
    ("LOADING|loading the dataset", "Wait until the server has read its data, and run again."),
)
"""What the server or the client says as a regular expression, and what helps; the first that fits counts."""


def refused(error: Exception) -> NotObservedError:
    """Return what an error of the client says, with what helps against it."""
    said = " ".join(str(error).split())
    forbidden = _FORBIDDEN.search(said)
    if forbidden is not None:
        command = forbidden["command"].partition("|")[0]
        return NotObservedError(
            f"The user of the cache may not use {command.upper()}.",
            hint=f"Allow it with: ACL SETUSER {forbidden['user'] or '<user>'} +{command}",
        )
    hint = next((helps for pattern, helps in _REMEDIES if re.search(pattern, said)), "")
    return NotObservedError(said if said.endswith(".") else f"{said}.", hint=hint)


class RedisProbe:
    """Reads INFO of the server behind a django_redis cache; counters are since the probe started."""

    def __init__(self, alias: str, threads: int = 0) -> None:
        """`threads` of one server worker use one pool of the client; 0 where that is not known."""
        self.name = f"redis {alias}"
        self._threads = threads
        self._note: Note | None = None
        self._slow_id = -1
        self._slow_readable = False
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
        self._base = _picked(self._asked(self._client.info), _COUNTERS)
        self._note = note
        limit = getattr(self._client.connection_pool, "max_connections", None)
        if limit is not None and self._threads > limit:
            note(
                f"{self.name}: the client's pool has at most {limit} connections for {self._threads} threads of a "
                "worker. Raise max_connections in OPTIONS['CONNECTION_POOL_KWARGS']."
            )
        slow = self._slow_commands()
        self._slow_id = max((one["id"] for one in slow), default=-1)

    def read(self) -> Mapping[str, float]:
        """Return the gauges as they are and the counters since the start."""
        info = self._asked(self._client.info)
        # A restart or CONFIG RESETSTAT sets counters back to zero.
        counters = {name: max(0.0, value - self._base.get(name, 0)) for name, value in _picked(info, _COUNTERS).items()}
        begin_ns = time.monotonic_ns()
        self._asked(self._client.ping)
        latency_ms = (time.monotonic_ns() - begin_ns) / 1e6
        return _picked(info, _GAUGES) | counters | {"latency_ms": latency_ms}

    def stop(self) -> None:
        """Note the slow commands since the start, and close the connections that nobody uses at the moment."""
        if self._client is not None:
            if self._note is not None and self._slow_readable:
                for text in slow_notes(one for one in self._slow_commands() if one["id"] > self._slow_id):
                    self._note(f"{self.name}: {text}")
            self._client.connection_pool.disconnect(inuse_connections=False)
            self._client = None

    def _slow_commands(self) -> list[dict[str, Any]]:
        """Return the newest entries of the slow log; where it may not be read, note what would allow that."""
        from redis.exceptions import ResponseError

        try:
            found: list[dict[str, Any]] = self._client.slowlog_get(_MOST_SLOW)
        except ResponseError as error:
            if self._note is not None:
                why = refused(error)
                self._note(f"{self.name}: its slow log cannot be read. {why.message} {why.hint}".rstrip())
            return []
        self._slow_readable = True
        return found

    def _asked(self, command: Callable[[], Any]) -> Any:
        from redis.exceptions import RedisError

        try:
            return command()
        except RedisError as error:
            raise refused(error) from error


def slow_notes(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each kind of command in the slow log, the slowest first; keys and values stay out."""
    longest_us: dict[str, list[int]] = {}
    for one in entries:
        command = one["command"]
        text = command.decode(errors="replace") if isinstance(command, bytes) else str(command)
        longest_us.setdefault(text.split(" ", 1)[0].upper(), []).append(int(one["duration"]))
    for name, durations in sorted(longest_us.items(), key=lambda entry: -max(entry[1]))[:_MOST_SHOWN]:
        yield f"its slow log has {len(durations)} commands {name}, the slowest of {max(durations) / 1e3:.1f} ms."


def project_probes(threads: int = 0) -> tuple[RedisProbe, ...]:
    """Return one probe for each server that is behind a cache of django_redis; opens no connection."""
    probes: dict[str, RedisProbe] = {}
    for alias, entry in settings.CACHES.items():
        if is_django_redis(str(entry.get("BACKEND", ""))):
            probes.setdefault(_server_of(entry.get("LOCATION")), RedisProbe(alias, threads))
    return tuple(probes.values())


def _server_of(location: Any) -> str:
    """Return what is the same for caches that differ in their database number only."""
    first = location if isinstance(location, str) else next(iter(location or ()), "")
    parts = urlsplit(str(first))
    return parts.netloc or parts.path


def _picked(info: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float]:
    return {name: float(info[key]) for key, name in names.items() if key in info}
