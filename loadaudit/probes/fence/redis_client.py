"""Puts the fence where redis-py and valkey-py pack commands for the wire, so that whoever uses them is inside."""

import contextvars
import importlib
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import unwrap
from types import ModuleType
from typing import Any

from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.redis_rewrite import Refused, Rewriter, UnknownScript
from loadaudit.probes.recorder import note_outgoing

LIBRARIES = ("redis", "valkey")
_CACHES = (
    "django.core.cache.backends.redis.RedisCache",
    "django_redis.cache.RedisCache",
    "django_valkey.cache.ValkeyCache",
)
_UNLINK_AT_ONCE = 1000

_open: contextvars.ContextVar[bool] = contextvars.ContextVar("loadaudit_redis_open", default=False)
_clearing: contextvars.ContextVar[bool] = contextvars.ContextVar("loadaudit_redis_clearing", default=False)

OnServer = Callable[[Any], None]


@contextmanager
def unfenced() -> Iterator[None]:
    """Let the commands of this block through as they are."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


class RedisFence:
    """Rewrites what goes over every connection. `install` and `restore` are idempotent and exact."""

    def __init__(self, prefix: str, on_server: OnServer) -> None:
        """`on_server` is called with a connection before it sends the first command that may leave a key."""
        self._prefix = prefix
        self._on_server = on_server
        self._patches = Patches()

    def install(self) -> None:
        """Patch the connections of the libraries that are installed, and what the caches clear themselves with."""
        if self._patches:
            return
        for name in LIBRARIES:
            library = _imported(name)
            if library is not None:
                self._fence_library(library)
        for path in _CACHES:
            module_name, _, attribute = path.rpartition(".")
            module = _imported(module_name)
            if module is not None:
                cache = getattr(module, attribute)
                self._patches.put(cache, "clear", _clear(cache.clear))

    def restore(self) -> None:
        """Put back what `install` found."""
        self._patches.undo()

    def _fence_library(self, library: ModuleType) -> None:
        fence = _LibraryFence(library, Rewriter(self._prefix), self._on_server)
        blocking = _base(importlib.import_module(f"{library.__name__}.connection"))
        self._patches.put(blocking, "pack_command", fence.rewriting(blocking.pack_command))
        # Older libraries (redis-py 3) pack everything with that one, and keys would get the prefix twice.
        if "pack_command" not in unwrap(blocking.send_command).__code__.co_names:
            self._patches.put(blocking, "send_command", fence.rewriting(blocking.send_command))
            self._patches.put(blocking, "pack_commands", fence.rewriting_all(blocking.pack_commands))
        self._patches.put(blocking, "read_response", fence.reading(blocking.read_response))
        asynchronous = _imported(f"{library.__name__}.asyncio.connection")
        if asynchronous is not None:
            awaited = _base(asynchronous)
            # Everything else there packs with this one.
            self._patches.put(awaited, "pack_command", fence.rewriting(awaited.pack_command))
            self._patches.put(awaited, "read_response", fence.awaiting(awaited.read_response))
        client = library.Redis if library.__name__ == "redis" else library.Valkey
        owner = next(one for one in client.__mro__ if "flushdb" in vars(one))
        self._patches.put(owner, "flushdb", _flushdb(owner.flushdb))


class _LibraryFence:
    """The replacements of one library's methods; its errors are that library's, so that projects handle them."""

    def __init__(self, library: ModuleType, rewriter: Rewriter, on_server: OnServer) -> None:
        errors = importlib.import_module(f"{library.__name__}.exceptions")
        self._refused = errors.ResponseError
        self._no_script = errors.NoScriptError
        self._rewriter = rewriter
        self._on_server = on_server
        self._seen: weakref.WeakSet[Any] = weakref.WeakSet()

    def rewriting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `send_command` or `pack_command` that rewrites its command."""

        def rewritten(connection: Any, *args: Any, **kwargs: Any) -> Any:
            return original(connection, *self._rewritten(connection, args), **kwargs)

        return rewritten

    def rewriting_all(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `pack_commands` that rewrites every command of a pipeline."""

        def pack_commands(connection: Any, commands: Any) -> Any:
            return original(connection, [self._rewritten(connection, one) for one in commands])

        return pack_commands

    def reading(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `read_response` that gives keys without the prefix."""

        def read_response(connection: Any, *args: Any, **kwargs: Any) -> Any:
            return self._reply(original(connection, *args, **kwargs))

        return read_response

    def awaiting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return the asynchronous `read_response` that gives keys without the prefix."""

        async def read_response(connection: Any, *args: Any, **kwargs: Any) -> Any:
            return self._reply(await original(connection, *args, **kwargs))

        return read_response

    def _rewritten(self, connection: Any, args: Any) -> Any:
        if _open.get():
            return args
        try:
            rewritten = self._rewriter.command(args, connection.encoder.encode)
            _check_database(rewritten, connection)
        except Refused as refusal:
            note_outgoing(f"refused redis {refusal.command}")
            raise self._refused(str(refusal)) from None
        except UnknownScript as unknown:
            raise self._no_script(str(unknown)) from None
        if connection not in self._seen and self._rewriter.names_key(args):
            self._seen.add(connection)
            self._on_server(connection)
        return rewritten

    def _reply(self, value: Any) -> Any:
        return value if _open.get() else self._rewriter.reply(value)


def delete_keys(client: Any, pattern: str) -> int:
    """Delete the keys that match, without blocking the server; return how many there were."""
    count = 0
    batch: list[Any] = []
    for key in client.scan_iter(match=pattern, count=_UNLINK_AT_ONCE):
        batch.append(key)
        if len(batch) >= _UNLINK_AT_ONCE:
            count += client.unlink(*batch)
            batch.clear()
    return count + (client.unlink(*batch) if batch else 0)


def _check_database(words: Any, connection: Any) -> None:
    """Refuse a database that is not the connection's own: the run would not know where to remove its keys."""
    name = words[0] if isinstance(words[0], str) else words[0].decode("latin-1")
    if name.upper() == "SELECT" and str(_text(words[1])) != str(getattr(connection, "db", 0) or 0):
        raise Refused(
            "SELECT",
            "loadaudit refused the Redis command SELECT: in an isolated run a connection stays in the database that "
            "it was opened for. Give the other database a connection of its own.",
        )


def _text(word: Any) -> Any:
    return word.decode("latin-1") if isinstance(word, bytes) else word


def _clear(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a cache's `clear` in which the client's `flushdb` deletes the run's keys."""

    def clear(*args: Any, **kwargs: Any) -> Any:
        token = _clearing.set(True)
        try:
            return original(*args, **kwargs)
        finally:
            _clearing.reset(token)

    return clear


def _flushdb(original: Callable[..., Any]) -> Callable[..., Any]:
    def flushdb(client: Any, *args: Any, **kwargs: Any) -> Any:
        if not _clearing.get():
            return original(client, *args, **kwargs)
        # Through the fence itself, which knows only keys of the run.
        delete_keys(client, "*")
        return True

    return flushdb


def _base(module: ModuleType) -> Any:
    """Return the class that all connections are derived from; older libraries have only the one over TCP."""
    return getattr(module, "AbstractConnection", None) or module.Connection


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except Exception:  # a package that is installed but not used may want settings that are not there
        return None
