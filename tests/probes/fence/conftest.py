"""A fence around the test's own process, with a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from loadaudit.probes.fence.redis_client import RedisFence
from loadaudit.probes.fence.redis_leases import LeaseTaker
from loadaudit.probes.fence.spec import FenceSpec
from tests import servers

DATABASE = 9
"""Of the shared Redis server, for these tests alone."""

MakeSpec = Callable[..., FenceSpec]


@pytest.fixture
def make_spec(tmp_path: Path) -> MakeSpec:
    """A function that returns the fence of a run."""

    def make(run_id: str = "run-1", **changes: Any) -> FenceSpec:
        folder = tmp_path / "workspaces" / run_id
        folder.mkdir(parents=True, exist_ok=True)
        return FenceSpec(**({"run_id": run_id, "folder": str(folder), "owner": "here|1 1.0"} | changes))

    return make


@pytest.fixture
def spec(make_spec: MakeSpec) -> FenceSpec:
    """The fence of one run."""
    return make_spec()


@pytest.fixture
def outside(redis_server: servers.Redis) -> Iterator[redis.Redis]:
    """An unfenced client of the database, as a neighbour has it."""
    pool = redis.ConnectionPool(port=redis_server.port, db=DATABASE, connection_class=Unfenced)
    client = redis.Redis(connection_pool=pool)
    client.flushdb()
    client.set("foreign", "kept")
    yield client
    client.flushdb()
    pool.disconnect()


@pytest.fixture
def fence(spec: FenceSpec, outside: redis.Redis) -> Iterator[RedisFence]:
    """Redis under the fence of `spec`."""
    made = RedisFence(spec.prefix, LeaseTaker(spec).take)
    made.install()
    yield made
    made.restore()


@pytest.fixture
def client(fence: RedisFence, redis_server: servers.Redis) -> Iterator[redis.Redis]:
    """A client such as a project makes, under the fence."""
    with redis.Redis(port=redis_server.port, db=DATABASE) as made:
        yield made


class Unfenced(redis.Connection):
    """A connection with the methods that the class had before any fence."""

    send_command = redis.connection.AbstractConnection.send_command
    pack_command = redis.connection.AbstractConnection.pack_command
    pack_commands = redis.connection.AbstractConnection.pack_commands
    read_response = redis.connection.AbstractConnection.read_response
