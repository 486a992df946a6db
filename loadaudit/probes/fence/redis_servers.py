"""The Redis databases that hold keys of a run: noted by the server's processes, used and cleaned by the run itself."""

import contextlib
import hashlib
import importlib
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from loadaudit.runfile.codec import from_plain, to_plain

_PLAIN = (str, int, float, bool, type(None))
_LEFT_OUT = frozenset(
    {"self", "decode_responses", "encoding", "encoding_errors", "protocol", "client_name", "lib_name", "lib_version"}
)
"""Parameters of a connection that matter to the project's own use only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    """How to open a connection to one database of a server."""

    module: str
    name: str
    """Class of the connection."""
    arguments: Mapping[str, Any]

    @classmethod
    def of(cls, connection: Any) -> Self:
        """Return the database that a connection of redis-py or valkey-py, also an asynchronous one, leads to."""
        kind = next(one for one in type(connection).__mro__ if _is_known(one))
        module = kind.__module__.replace(".asyncio", "")
        return cls(module=module, name=kind.__name__, arguments=_arguments(module, kind.__name__, connection))

    @property
    def text(self) -> str:
        """Where it is, without a password."""
        known = self.arguments
        place = known.get("path") or f"{known.get('host')}:{known.get('port')}"
        return f"{place}/{known.get('db') or 0}"

    def client(self) -> Any:
        """Return a new client with a pool of its own, which the caller disconnects."""
        library = importlib.import_module(self.module.partition(".")[0])
        kind = getattr(importlib.import_module(self.module), self.name)
        pool = library.ConnectionPool(
            connection_class=kind, **{**self.arguments, "socket_timeout": 10, "socket_connect_timeout": 5}
        )
        return (library.Redis if library.__name__ == "redis" else library.Valkey)(connection_pool=pool)


def configured(caches: Mapping[str, Mapping[str, Any]]) -> Iterator[RedisServer]:
    """Yield the databases that the settings' caches name by URL; opens no connection."""
    try:
        import redis
    except ImportError:
        return
    for entry in caches.values():
        location = entry.get("LOCATION") or ()
        options = entry.get("OPTIONS") or {}
        # A cache in files may name its folder as a path.
        for url in location if isinstance(location, (list, tuple, set)) else (location,):
            if str(url).startswith(("redis://", "rediss://", "unix://")):
                # What is no address for the library is none for the project either, which will say so itself.
                with contextlib.suppress(ValueError, TypeError):
                    pool = redis.ConnectionPool.from_url(str(url), password=options.get("PASSWORD"))
                    yield RedisServer.of(pool.make_connection())


def note(folder: Path, server: RedisServer) -> bool:
    """Keep the database in the folder, for the run alone to read; return whether it was not yet there."""
    text = json.dumps(to_plain(server), sort_keys=True)
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if path.exists():
        return False
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    unfinished.replace(path)
    return True


def noted(folder: Path) -> Iterator[RedisServer]:
    """Yield the databases that were kept in the folder."""
    for path in sorted(folder.glob("*.json")):
        yield from_plain(RedisServer, json.loads(path.read_text(encoding="utf-8")))


def _is_known(kind: type) -> bool:
    """Whether this is a connection class of the library itself, which can be made again from its arguments."""
    names = ("Connection", "SSLConnection", "UnixDomainSocketConnection")
    return (
        kind.__name__ in names
        and kind.__module__.startswith(("redis.", "valkey."))
        and "sentinel" not in (kind.__module__)
    )


def _arguments(module: str, name: str, connection: Any) -> dict[str, Any]:
    kind = getattr(importlib.import_module(module), name)
    found = {}
    for owner in kind.__mro__:
        if "__init__" not in vars(owner):
            continue
        for parameter in inspect.signature(vars(owner)["__init__"]).parameters:
            value = _attribute(connection, parameter)
            if parameter not in _LEFT_OUT and value is not None:
                found[parameter] = value
    return found


def _attribute(connection: Any, parameter: str) -> Any:
    """Return what a connection keeps of a parameter, when it is a plain value."""
    for name in (parameter, parameter.removeprefix("ssl_")):
        value = getattr(connection, name, None)
        if value is not None and isinstance(value, _PLAIN):
            return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return None
