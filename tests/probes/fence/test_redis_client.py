"""redis-py under the fence, on a real server: whoever uses it stays among the keys of the run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.exceptions import NoScriptError, ResponseError

from loadaudit.probes.fence.redis_client import RedisFence, unfenced
from loadaudit.probes.fence.spec import FenceSpec
from loadaudit.probes.recorder import Recorder, recording
from tests import servers
from tests.probes.fence.conftest import DATABASE

DELETE_BY_PATTERN = "local found = redis.call('KEYS', ARGV[1]) return redis.call('DEL', unpack(found))"


def names(outside: Any) -> set[str]:
    """Return every key that is really in the database, but the fence's own register."""
    return {key.decode() for key in outside.keys("*")} - {"foreign", "loadaudit:runs"}


def test_keys_are_the_run_s_own(client: Any, outside: Any) -> None:
    """Set, read, count, move, delete: with the prefix in the server, without it for the project."""
    client.set("a", "1")
    assert client.incr("a") == 2
    client.rename("a", "b")
    client.mset({"c": "3", "d": "4"})
    assert client.mget("b", "c", "d", "foreign") == [b"2", b"3", b"4", None]
    assert client.delete("d", "foreign") == 1
    assert names(outside) == {"loadaudit:run-1:b", "loadaudit:run-1:c"}
    assert outside.get("foreign") == b"kept"


@pytest.fixture
def _packing_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything pack with `pack_command`, as redis-py 3 does."""

    def send_command(self: Any, *args: Any, **kwargs: Any) -> None:
        self.send_packed_command(self.pack_command(*args), check_health=kwargs.get("check_health", True))

    def pack_commands(self: Any, commands: Any) -> list[bytes]:
        return [part for one in commands for part in self.pack_command(*one)]

    monkeypatch.setattr("redis.connection.AbstractConnection.send_command", send_command)
    monkeypatch.setattr("redis.connection.AbstractConnection.pack_commands", pack_commands)


@pytest.mark.usefixtures("_packing_with_one")
def test_an_older_library_gets_the_prefix_once(client: Any, outside: Any) -> None:
    """Alone and in a pipeline, and in a script that makes keys of keys."""
    client.set("a", "1")
    with client.pipeline() as pipeline:
        pipeline.set("b", "2").execute()
    client.eval("redis.call('zadd', KEYS[1] .. ':set', 1, 'member')", 1, "c")
    assert names(outside) == {f"loadaudit:run-1:{one}" for one in ("a", "b", "c:set")}


def test_listing_shows_the_run_s_keys_alone(client: Any) -> None:
    """KEYS and SCAN know nobody else's."""
    client.mset({"a1": 1, "a2": 2, "b": 3})
    assert sorted(client.keys("a*")) == [b"a1", b"a2"]
    assert sorted(client.scan_iter()) == [b"a1", b"a2", b"b"]
    assert sorted(client.scan_iter("a*", count=1)) == [b"a1", b"a2"]


@pytest.mark.parametrize("transaction", [True, False])
def test_pipelines_stay_inside(client: Any, outside: Any, transaction: bool) -> None:
    """Their commands are packed together, with the replies in one list."""
    with client.pipeline(transaction=transaction) as pipeline:
        pipeline.set("a", 1).rpush("l", "x").blpop(["l"]).keys("a")
        assert pipeline.execute() == [True, 1, (b"l", b"x"), [b"a"]]
    assert names(outside) == {"loadaudit:run-1:a"}


def test_watch_and_multi_work(client: Any) -> None:
    """Optimistic locking watches the run's key."""
    client.set("a", 1)
    with client.pipeline() as pipeline:
        pipeline.watch("a")
        pipeline.multi()
        pipeline.set("a", 2)
        client.set("a", 9)
        with pytest.raises(redis.WatchError):
            pipeline.execute()


def test_streams_and_blocking_replies_name_keys_as_the_project_does(client: Any) -> None:
    """XREAD and BZPOPMIN answer with the key."""
    client.xadd("s", {"f": "v"}, id="1-1")
    assert client.xread({"s": "0"}) == [[b"s", [(b"1-1", {b"f": b"v"})]]]
    client.zadd("z", {"m": 1})
    assert client.bzpopmin(["z"]) == (b"z", b"m", 1.0)


def test_channels_are_the_run_s_own(client: Any, outside: Any) -> None:
    """A neighbour's subscriber hears nothing, and the run nothing of the neighbour."""
    listening, neighbour = client.pubsub(), outside.pubsub()
    listening.subscribe("news")
    neighbour.subscribe("news")
    assert listening.get_message(timeout=2) is not None
    assert neighbour.get_message(timeout=2) is not None
    outside.publish("news", "theirs")
    client.publish("news", "ours")
    assert (listening.get_message(timeout=2) or {})["data"] == b"ours"
    assert (neighbour.get_message(timeout=2) or {})["data"] == b"theirs"
    assert neighbour.get_message(timeout=0.1) is None
    listening.close()
    neighbour.close()


def test_scripts_see_their_keys(client: Any, outside: Any) -> None:
    """EVAL, a registered script, one in a pipeline, and redis-py's lock, which is one."""
    assert client.eval("redis.call('SET', KEYS[1], ARGV[1]) return {KEYS[1], #ARGV}", 1, "a", "x") == [b"a", 1]
    script = client.register_script("return redis.call('GET', KEYS[1])")
    assert [script(keys=["a"]), script(keys=["a"])] == [b"x", b"x"]
    with client.pipeline() as pipeline:
        script(keys=["a"], client=pipeline)
        assert pipeline.execute() == [b"x"]
    with client.lock("lock", timeout=5):
        assert names(outside) == {"loadaudit:run-1:a", "loadaudit:run-1:lock"}


def test_script_that_deletes_by_pattern_finds_the_run_s_keys(client: Any, outside: Any) -> None:
    """The idiom would empty the neighbour's database."""
    client.mset({"a": 1, "b": 2})
    assert client.eval(DELETE_BY_PATTERN, 0, "*") == 2
    assert names(outside) == set()
    assert outside.get("foreign") == b"kept"


@pytest.mark.parametrize(
    "script",
    [
        "return redis.call('FLUSHALL')",
        "return redis.pcall('SWAPDB', 0, 1)",
        "return server.call('FLUSHDB')",
    ],
)
def test_script_that_reaches_out_is_refused(client: Any, outside: Any, script: str) -> None:
    """What it calls is only known while it runs."""
    with pytest.raises(ResponseError, match="loadaudit refused"):
        client.eval(script, 0, "x")
    assert outside.get("foreign") == b"kept"


def test_keys_that_a_script_makes_up_are_the_run_s_too(client: Any, outside: Any) -> None:
    """Redis wants them declared, but many libraries do not; a value that reads like the key stays as it is."""
    script = """
        redis.call('DEL', 'foreign')
        redis.call('SET', ARGV[1], ARGV[1])
        redis.call('MSET', 'a', 'b', 'b', 'a', 1, 1)
        redis.call('ZADD', 'z', 1, 'z')
        redis.call('ZUNIONSTORE', 'sum', 1, 'z')
        return {redis.call('GET', ARGV[1]), redis.call('GET', 'a'), redis.call('GET', 1), redis.call('TYPE', 'sum').ok}
    """
    assert client.eval(script, 0, "x") == [b"x", b"b", b"1", b"zset"]
    assert names(outside) == {f"loadaudit:run-1:{name}" for name in ("x", "a", "b", "1", "z", "sum")}
    assert outside.get("foreign") == b"kept"
    assert outside.zrange("loadaudit:run-1:z", 0, -1) == [b"z"]


def test_script_that_the_project_loaded_earlier_is_loaded_again(client: Any) -> None:
    """The one in the server is not checked."""
    with unfenced():
        sha = client.script_load("return redis.call('DEL', 'foreign')")
    assert client.script_exists(sha) == [False]
    with pytest.raises(NoScriptError):
        client.evalsha(sha, 0)


@pytest.mark.parametrize(
    "command",
    [
        lambda one: one.flushdb(),
        lambda one: one.flushall(),
        lambda one: one.swapdb(0, 1),
        lambda one: one.config_set("maxmemory", 1),
        lambda one: one.script_flush(),
        lambda one: one.shutdown(),
        lambda one: one.select(DATABASE + 1),
        lambda one: one.pipeline().set("a", 1).flushdb().execute(),
    ],
)
def test_what_reaches_beyond_the_keys_is_refused(client: Any, outside: Any, command: Callable[[Any], Any]) -> None:
    """By an error that the project may handle like one of the server's, before anything is sent."""
    with pytest.raises(ResponseError, match="loadaudit refused"):
        command(client)
    assert names(outside) == set()
    assert outside.get("foreign") == b"kept"
    assert client.ping()


def test_a_refusal_is_noted_with_the_request(client: Any) -> None:
    """So that the run can say which operation it was."""
    recorder = Recorder(1, 1)
    with recording(recorder), pytest.raises(ResponseError):
        client.flushall()
    assert recorder.outgoing == ["refused redis FLUSHALL"]


def test_text_replies_lose_the_prefix_too(fence: RedisFence, redis_server: servers.Redis) -> None:
    """A client that decodes gets text."""
    with redis.Redis(port=redis_server.port, db=DATABASE, decode_responses=True) as client:
        client.set("größe", "1")
        assert client.keys() == ["größe"]


@pytest.mark.parametrize("protocol", [2, 3])
def test_both_protocols(fence: RedisFence, redis_server: servers.Redis, protocol: int) -> None:
    """RESP3 answers with maps."""
    with redis.Redis(port=redis_server.port, db=DATABASE, protocol=protocol) as client:
        client.zadd("z", {"m": 1})
        client.xadd("s", {"f": "v"})
        assert client.keys("z") == [b"z"]
        assert next(iter(client.xread({"s": "0"}))) in (b"s", [b"s", client.xrange("s")])


def test_clients_of_valkey_stay_inside(fence: RedisFence, outside: Any, redis_server: servers.Redis) -> None:
    """Its library is a fork, with errors of its own."""
    valkey = pytest.importorskip("valkey")
    with valkey.Valkey(port=redis_server.port, db=DATABASE) as client:
        client.set("a", 1)
        assert client.keys() == [b"a"]
        with pytest.raises(valkey.ResponseError, match="loadaudit refused"):
            client.flushdb()
    assert names(outside) == {"loadaudit:run-1:a"}


def test_asynchronous_clients_stay_inside(fence: RedisFence, outside: Any, redis_server: servers.Redis) -> None:
    """As those of channels."""

    async def work() -> None:
        async with redis.asyncio.Redis(port=redis_server.port, db=DATABASE) as client:
            await client.set("a", 1)
            async with client.pipeline() as pipeline:
                pipeline.set("b", 2)
                pipeline.keys("b")
                assert await pipeline.execute() == [True, [b"b"]]
            with pytest.raises(ResponseError, match="loadaudit refused"):
                await client.flushdb()
            async with client.pubsub() as listening:
                await listening.subscribe("news")
                await client.publish("news", "ours")
                found = [await listening.get_message(timeout=2) for _ in range(2)]
                assert [one["channel"] for one in found if one] == [b"news", b"news"]

    asyncio.run(work())
    assert names(outside) == {"loadaudit:run-1:a", "loadaudit:run-1:b"}


def test_two_runs_do_not_see_each_other(outside: Any, redis_server: servers.Redis) -> None:
    """Each has keys and listings of its own, in the same database."""
    for number in ("1", "2"):
        fence = RedisFence(f"loadaudit:run-{number}:", lambda connection: None)
        fence.install()
        with redis.Redis(port=redis_server.port, db=DATABASE) as client:
            assert client.keys() == []
            client.set("a", number)
            assert client.delete("loadaudit:run-1:a") == 0
        fence.restore()
    assert outside.mget("loadaudit:run-1:a", "loadaudit:run-2:a") == [b"1", b"2"]


def test_threads_are_fenced(client: Any, outside: Any) -> None:
    """The fence belongs to the process."""
    thread = threading.Thread(target=lambda: client.set("a", 1))
    thread.start()
    thread.join()
    assert names(outside) == {"loadaudit:run-1:a"}


def test_restore_puts_back_the_identical_methods(spec: FenceSpec) -> None:
    """On both kinds of connection, the clients and the caches."""
    from django.core.cache.backends.redis import RedisCache
    from django_redis.cache import RedisCache as DjangoRedisCache

    patched = (
        redis.connection.AbstractConnection,
        redis.asyncio.connection.AbstractConnection,
        RedisCache,
        DjangoRedisCache,
        *redis.Redis.__mro__,
    )
    before = [dict(vars(one)) for one in patched]
    fence = RedisFence(spec.prefix, lambda connection: None)
    fence.install()
    fence.install()
    assert [dict(vars(one)) for one in patched] != before
    fence.restore()
    fence.restore()
    assert [dict(vars(one)) for one in patched] == before
