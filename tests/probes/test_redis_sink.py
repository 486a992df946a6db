"""Traces through Redis: whole, only to a run that listens, and without a request that waits for any of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from loadaudit.load.correlation import control_number
from loadaudit.load.envelopes import MAX_BYTES, list_key
from loadaudit.probes import redis_sink as sinks
from loadaudit.probes.redis_sink import RedisSink
from loadaudit.probes.redis_traces import LISTEN_S, RedisTraces, redis_alias
from loadaudit.probes.sink import NoSink
from loadaudit.records import Trace
from tests import servers
from tests.analysis.factories import trace, use
from tests.processes import free_port

DATABASE = 13
KEY, RUN = "a-key-of-both-sides", "run-1"


@pytest.fixture
def client(redis_server: servers.Redis) -> Iterator[redis.Redis]:
    """A client of a database of these tests' own."""
    with redis.Redis(port=redis_server.port, db=DATABASE) as made:
        yield made
        made.flushdb()


@pytest.fixture
def make_sink() -> Iterator[Callable[..., RedisSink]]:
    """A function that returns a sink, stopped at the end."""
    made: list[RedisSink] = []

    def make(connect: Callable[[], Any]) -> RedisSink:
        made.append(RedisSink(connect, KEY, facts=lambda: {"python": "3"}))
        return made[-1]

    yield make
    for one in made:
        one.stop(within_s=0.1)


@pytest.fixture
def sink(client: redis.Redis, make_sink: Callable[..., RedisSink]) -> RedisSink:
    """A sink of a deployment."""
    return make_sink(lambda: client)


def received(inbox: RedisTraces, count: int, timeout_s: float = 10) -> list[Trace]:
    """Wait for so many traces and return them."""
    got: list[Trace] = []

    def enough() -> bool:
        got.extend(inbox.take())
        return len(got) >= count

    inbox.wait_for(enough, timeout_s)
    return got


def test_traces_come_whole(client: redis.Redis, sink: RedisSink) -> None:
    """With statements, in order, and with what the server process says of itself; the list goes with the run."""
    sent = [trace(number, statements=(use("SELECT 1", 3, call_site="a.py:1 in f"),)) for number in range(1, 400)]
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        for one in sent:
            sink.put(one, RUN)
        assert received(inbox, len(sent)) == sent
        assert [(one.pid, one.facts) for one in inbox.hellos] == [(os.getpid(), {"python": "3"})]
        assert 0 < client.ttl(list_key(RUN)) <= LISTEN_S
        assert inbox.notes() == []
    assert client.keys() == []


def test_a_trace_that_somebody_waits_for_is_sent_at_once(client: redis.Redis, sink: RedisSink) -> None:
    """The control plane waits for each of its traces."""
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        sink.put(trace(control_number(1)), RUN)
        received(inbox, 1)
        begin_s = time.monotonic()
        sink.put(trace(control_number(2)), RUN)
        assert len(received(inbox, 1)) == 1
        assert time.monotonic() - begin_s < 1


def test_nothing_is_written_where_nobody_listens(client: redis.Redis, sink: RedisSink) -> None:
    """A run that has no Redis, or has died, leaves nothing in it."""
    sink.put(trace(control_number(1)), RUN)
    sink.stop()
    assert client.keys() == []


def test_what_others_put_into_the_list_is_refused(client: redis.Redis, sink: RedisSink) -> None:
    """Forged and repeated entries are counted, and the run goes on."""
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        client.rpush(list_key(RUN), b"cos\nsystem\n(S'true'\ntR.", b'{"t": []}')
        sink.put(trace(1), RUN)
        assert received(inbox, 1) == [trace(1)]
        assert "2 entries of the traces' list in Redis were refused" in inbox.notes()[-1]


def test_a_list_that_nobody_empties_stays_short(
    client: redis.Redis, make_sink: Callable[..., RedisSink], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no room is dropped and counted, and said as soon as there is room."""
    monkeypatch.setattr(sinks, "MOST_BATCHES", 2)
    client.rpush(list_key(RUN), b"loadaudit listens")
    for number in range(1, 6):
        sink = make_sink(lambda: client)
        sink.put(trace(control_number(number)), RUN)
        sink.stop()
    assert client.llen(list_key(RUN)) == 3


def test_a_dead_redis_costs_a_request_nothing(make_sink: Callable[..., RedisSink]) -> None:
    """What waits is bounded, and each put returns at once."""
    sink = make_sink(lambda: redis.Redis(port=free_port()))
    begin_s = time.monotonic()
    for number in range(sinks.CAPACITY * 2):
        sink.put(trace(number), RUN)
    assert time.monotonic() - begin_s < 1
    assert len(sink._queue) <= sinks.CAPACITY


def test_a_redis_that_hangs_holds_nobody(make_sink: Callable[..., RedisSink]) -> None:
    """Neither a request nor the end of the process."""
    sink = make_sink(lambda: time.sleep(60))
    begin_s = time.monotonic()
    sink.put(trace(control_number(1)), RUN)
    sink.stop(within_s=0.2)
    assert time.monotonic() - begin_s < 1


def test_a_redis_that_comes_back_is_used_again(client: redis.Redis, make_sink: Callable[..., RedisSink]) -> None:
    """The traces that were lost in between are counted."""
    failures = iter([redis.ConnectionError("gone")])

    def connect() -> redis.Redis:
        for failure in failures:
            raise failure
        return client

    sink = make_sink(connect)
    with RedisTraces(lambda: client, KEY, RUN) as inbox, pytest.MonkeyPatch.context() as patched:
        patched.setattr(sinks, "PAUSE_S", 0.0)
        sink.put(trace(1), RUN)
        assert received(inbox, 1, timeout_s=0.5) == []
        sink.put(trace(2), RUN)
        assert received(inbox, 1) == [trace(2)]
        assert inbox.dropped == 1


def test_a_trace_too_long_for_a_batch_is_dropped_alone(client: redis.Redis, sink: RedisSink) -> None:
    """Those before and after it come."""
    long = trace(2, statements=(use("SELECT " + "x" * MAX_BYTES, 1),))
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        for one in (trace(1), long, trace(3, statements=(use("SELECT 3", 1),))):
            sink.put(one, RUN)
        assert [one.number for one in received(inbox, 2)] == [1, 3]
        assert inbox.wait_for(lambda: inbox.dropped == 1, 5)


def test_a_forked_worker_sends_its_own(client: redis.Redis, redis_server: servers.Redis) -> None:
    """A server may have loaded the project before it forked: the thread of the parent is not in the child."""
    sink = RedisSink(lambda: redis.Redis(port=redis_server.port, db=DATABASE), KEY, facts=dict)
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        sink.put(trace(1), RUN)
        assert len(received(inbox, 1)) == 1
        child = os.fork()
        if not child:
            sink.put(trace(control_number(2)), RUN)
            sink.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert [one.number for one in received(inbox, 1)] == [control_number(2)]
    sink.stop()


def test_a_run_makes_its_list_again_when_redis_has_lost_it(client: redis.Redis, sink: RedisSink) -> None:
    """A restart, or somebody's FLUSHDB."""
    with RedisTraces(lambda: client, KEY, RUN) as inbox:
        client.flushdb()
        assert inbox.wait_for(lambda: bool(client.exists(list_key(RUN))), 5)
        sink.put(trace(1), RUN)
        assert received(inbox, 1) == [trace(1)]


def test_without_django_redis_there_is_no_sink(settings: Any) -> None:
    """Then the summary is all that goes back."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert isinstance(sinks.redis_sink(KEY), NoSink)


def test_the_default_cache_comes_first(settings: Any) -> None:
    """Both sides look at the same one."""
    backend = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"sessions": backend, "default": backend}
    assert redis_alias() == "default"
    assert isinstance(sinks.redis_sink(KEY), RedisSink)
