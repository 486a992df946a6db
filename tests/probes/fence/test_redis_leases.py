"""Keys of a run go with it, and a dead run's with the next; nobody else's ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio

from loadaudit.probes.fence.redis_client import RedisFence
from loadaudit.probes.fence.redis_leases import (
    LEASE_S,
    RUNS_KEY,
    LeaseKeeper,
    LeaseTaker,
    dead_runs,
    remove_dead,
    renew,
)
from loadaudit.probes.fence.redis_servers import RedisServer, configured, noted
from loadaudit.probes.fence.spec import FenceSpec
from tests import servers
from tests.probes.fence.conftest import DATABASE, MakeSpec


def alive(owner: str) -> bool | None:
    """Judge owners as the tests name them: `here|dead`, `here|…`, or one of another machine."""
    machine, _, process = owner.partition("|")
    return None if machine != "here" else process != "dead"


def test_first_key_registers_the_run(client: Any, outside: Any, spec: FenceSpec) -> None:
    """Looking alone does not."""
    client.ping()
    client.keys()
    assert not outside.exists(RUNS_KEY)
    client.set("a", 1)
    lease = json.loads(outside.hget(RUNS_KEY, spec.run_id) or "")
    assert lease["owner"] == spec.owner
    assert 0 <= lease["until"] - outside.time()[0] - LEASE_S + 5 <= 5
    (server,) = noted(spec.redis_folder)
    assert server.arguments["db"] == DATABASE


def test_run_removes_its_keys_alone(client: Any, outside: Any, spec: FenceSpec) -> None:
    """Those of a neighbour and of a living run stay."""
    client.mset({f"k{number}": number for number in range(2_500)})
    outside.set("loadaudit:other:a", 1)
    renew(outside, _other(spec))
    keeper = LeaseKeeper(spec, alive)
    keeper.start()
    assert keeper.stop() == []
    assert sorted(outside.keys()) == [b"foreign", b"loadaudit:other:a", RUNS_KEY.encode()]
    assert outside.hkeys(RUNS_KEY) == [b"other"]


@pytest.mark.parametrize(("owner", "until_s"), [("here|dead", LEASE_S), ("elsewhere|9", -1)])
def test_next_run_removes_a_dead_one_s_keys(
    client: Any, outside: Any, spec: FenceSpec, owner: str, until_s: int
) -> None:
    """Dead is whose process has ended on this machine, or who let the lease end on another."""
    outside.set("loadaudit:dead-1:a", 1)
    until = outside.time()[0] + until_s
    outside.hset(RUNS_KEY, "dead-1", json.dumps({"owner": owner, "until": until}))
    client.set("a", 1)
    keeper = LeaseKeeper(spec, alive)
    keeper.start()
    keeper.stop()
    assert outside.keys() == [b"foreign"]


def test_a_run_begins_with_the_keys_of_dead_ones(outside: Any, redis_server: servers.Redis) -> None:
    """Also one that will itself write nothing there; keys of living runs stay."""
    until = outside.time()[0] + LEASE_S
    for run_id, owner in (("dead-1", "here|dead"), ("living-1", "here|9")):
        outside.hset(RUNS_KEY, run_id, json.dumps({"owner": owner, "until": until}))
        outside.set(f"loadaudit:{run_id}:a", 1)
    caches: dict[str, dict[str, Any]] = {
        "default": {"LOCATION": redis_server.url(DATABASE)},
        "files": {"LOCATION": "/tmp/cache"},
        "memory": {},
    }
    remove_dead(configured(caches), alive)
    assert sorted(outside.keys()) == [b"foreign", b"loadaudit:living-1:a", RUNS_KEY.encode()]


def test_caches_are_found_by_their_urls() -> None:
    """Several in one entry, passwords beside it; what is no URL is passed over."""
    caches: dict[str, dict[str, Any]] = {
        "a": {"LOCATION": ["redis://one:1/2", "redis://two:2/3"], "OPTIONS": {"PASSWORD": "secret"}},
        "b": {"LOCATION": "redis://three:none/x"},
        "files": {"LOCATION": Path("/tmp/cache")},
    }
    found = list(configured(caches))
    assert [one.text for one in found] == ["one:1/2", "two:2/3"]
    assert found[0].arguments["password"] == "secret"


@pytest.mark.parametrize(("owner", "until_s"), [("here|9", -1), ("elsewhere|9", LEASE_S)])
def test_living_run_is_not_dead(outside: Any, owner: str, until_s: int) -> None:
    """A process that lives here may have been stopped for a while; elsewhere the lease counts."""
    until = outside.time()[0] + until_s
    outside.hset(RUNS_KEY, "living-1", json.dumps({"owner": owner, "until": until}))
    assert dead_runs(outside, alive) == []


def test_name_that_is_no_run_s_is_left_alone(outside: Any) -> None:
    """It would become a pattern."""
    outside.hset(RUNS_KEY, "*", json.dumps({"owner": "here|dead", "until": 0}))
    assert dead_runs(outside, alive) == []


def test_remembered_database_is_cleaned_without_the_notes(client: Any, outside: Any, spec: FenceSpec) -> None:
    """The server takes the run's folder with it."""
    client.set("a", 1)
    keeper = LeaseKeeper(spec, alive)
    keeper.start()
    keeper.remember()
    for path in spec.redis_folder.iterdir():
        path.unlink()
    keeper.stop()
    assert outside.keys() == [b"foreign"]


def test_lost_server_is_named_with_what_to_do(spec: FenceSpec) -> None:
    """The run still ends in order."""
    with servers.start_redis() as server:
        fence = RedisFence(spec.prefix, LeaseTaker(spec).take)
        fence.install()
        with redis.Redis(port=server.port, db=3) as client:
            client.set("a", 1)
        fence.restore()
    keeper = LeaseKeeper(spec, alive)
    keeper.start()
    (problem,) = keeper.stop()
    assert f"localhost:{server.port}/3" in problem
    assert f"'{spec.prefix}*'" in problem


@pytest.mark.parametrize("kind", [redis.Connection, redis.asyncio.Connection])
def test_connection_can_be_made_again(kind: Any) -> None:
    """Also of an asynchronous one; where it leads is told without the password."""
    wanted = {"host": "localhost", "port": 6400, "db": 3, "password": "secret", "username": "u"}
    server = RedisServer.of(kind(**wanted))
    assert wanted.items() <= server.arguments.items()
    assert server.text == "localhost:6400/3"
    made = server.client().connection_pool.make_connection()
    assert type(made) is redis.Connection
    assert (made.host, made.port, made.db, made.password) == ("localhost", 6400, 3, "secret")


def test_tls_and_sockets_can_be_made_again() -> None:
    """With the files of their certificates."""
    tls = RedisServer.of(redis.SSLConnection(host="h", ssl_ca_certs="/ca.pem", ssl_cert_reqs="required"))
    made = tls.client().connection_pool.make_connection()
    assert isinstance(made, redis.SSLConnection)
    assert made.ca_certs == "/ca.pem"
    assert made.cert_reqs == redis.SSLConnection(host="h", ssl_cert_reqs="required").cert_reqs
    unix: Any = redis.UnixDomainSocketConnection
    local = RedisServer.of(unix(path="/r.sock", db=1))
    assert local.text == "/r.sock/1"
    assert isinstance(local.client().connection_pool.make_connection(), redis.UnixDomainSocketConnection)


def test_notes_are_private(client: Any, spec: FenceSpec) -> None:
    """There may be a password in them."""
    client.set("a", 1)
    (path,) = spec.redis_folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0


def _other(spec: FenceSpec) -> FenceSpec:
    return FenceSpec(run_id="other", folder=spec.folder, owner="here|9")


def test_make_spec_gives_runs_folders_of_their_own(make_spec: MakeSpec) -> None:
    """Two runs share nothing."""
    assert make_spec("a").folder != make_spec("b").folder
