"""Which runs have keys in a Redis database, and which of them are dead, so that their keys can be removed."""

import json
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from loadaudit.probes.fence.redis_client import delete_keys, unfenced
from loadaudit.probes.fence.redis_servers import RedisServer, note, noted
from loadaudit.probes.fence.spec import FenceSpec

RUNS_KEY = "loadaudit:runs"
"""A hash in each database: run id → owner and the time, by the server's clock, at which its lease ends."""
LEASE_S = 120
BEAT_S = 20.0
LOOK_S = 1.0

_RUN_ID = re.compile(r"[\w-]+")

IsAlive = Callable[[str], bool | None]
"""Whether an owner lives; None when that cannot be known here, because it is on another machine."""


class LeaseTaker:
    """In a fenced process: registers the run in a database before its first key is written there."""

    def __init__(self, spec: FenceSpec) -> None:
        self._spec = spec

    def take(self, connection: Any) -> None:
        """Note the database that a connection leads to and register the run there."""
        server = RedisServer.of(connection)
        if not note(self._spec.redis_folder, server):
            return
        client = server.client()
        try:
            with unfenced():
                renew(client, self._spec)
        finally:
            client.connection_pool.disconnect()


class LeaseKeeper:
    """In the run's own process: renews its leases while it lives, and at the end removes its keys and dead runs'."""

    def __init__(self, spec: FenceSpec, is_alive: IsAlive) -> None:
        self._spec = spec
        self._is_alive = is_alive
        self._known: dict[str, RedisServer] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="loadaudit-leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def remember(self) -> None:
        """Read what was noted; the folder goes with the server, whose last keys have to be removed after that."""
        self._known.update((server.text, server) for server in noted(self._spec.redis_folder))

    def stop(self) -> list[str]:
        """Remove every key of the run and of dead ones; return a sentence for each database where that failed."""
        self._ended.set()
        self._thread.join()
        self.remember()
        return [text for server in self._known.values() if (text := self._cleaned(server))]

    def _beat(self) -> None:
        renewed_s = 0.0
        while not self._ended.wait(LOOK_S):
            self.remember()
            renewed_s += LOOK_S
            if renewed_s >= BEAT_S:
                renewed_s = 0.0
                for server in list(self._known.values()):
                    _with_client(server, lambda client: renew(client, self._spec))

    def _cleaned(self, server: RedisServer) -> str:
        def clean(client: Any) -> None:
            _remove(client, [self._spec.run_id, *dead_runs(client, self._is_alive)])

        problem = _with_client(server, clean)
        if not problem:
            return ""
        return (
            f"Keys of this run may be left in Redis {server.text}: {problem}. "
            f"The next run removes them, or: redis-cli --scan --pattern '{self._spec.prefix}*' | xargs redis-cli unlink"
        )


def remove_dead(servers: Iterable[RedisServer], is_alive: IsAlive) -> None:
    """Remove the keys of dead runs; a database that does not answer is left to the next run."""
    for server in servers:
        _with_client(server, lambda client: _remove(client, dead_runs(client, is_alive)))


def _remove(client: Any, run_ids: Iterable[str]) -> None:
    for run_id in run_ids:
        delete_keys(client, f"loadaudit:{run_id}:*")
        client.hdel(RUNS_KEY, run_id)


def renew(client: Any, spec: FenceSpec) -> None:
    """Say in a database that the run lives for another `LEASE_S` seconds."""
    client.hset(RUNS_KEY, spec.run_id, json.dumps({"owner": spec.owner, "until": _now_s(client) + LEASE_S}))


def dead_runs(client: Any, is_alive: IsAlive) -> list[str]:
    """Return the runs that are registered and whose owner has died or let the lease end."""
    now_s = _now_s(client)
    dead = []
    for name, text in client.hgetall(RUNS_KEY).items():
        if not _RUN_ID.fullmatch(name.decode()):
            # It would become a part of the pattern by which keys are deleted.
            continue
        lease = json.loads(text)
        alive = is_alive(lease["owner"])
        if alive is False or (alive is None and lease["until"] < now_s):
            dead.append(name.decode())
    return dead


def _now_s(client: Any) -> int:
    # The server's clock, because the runs' machines may disagree.
    return int(client.time()[0])


def _with_client(server: RedisServer, use: Callable[[Any], None]) -> str:
    """Call `use` with a client; return what went wrong."""
    client = None
    try:
        client = server.client()
        with unfenced():
            use(client)
    except Exception as error:  # whatever the library or the server raises, the run must end in order
        return str(error) or type(error).__name__
    finally:
        if client is not None:
            client.connection_pool.disconnect()
    return ""
