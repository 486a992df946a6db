"""What a kill during the load costs: the traces of the moment, and no request."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from loadaudit.load.receiver import TraceReceiver
from loadaudit.load.wire import Hello
from loadaudit.probes.redis_sink import RedisSink
from loadaudit.probes.redis_traces import RedisTraces
from loadaudit.probes.sink import SocketSink
from tests import servers
from tests.analysis.factories import trace
from tests.probes.conftest import KEY, RUN_ID, Site
from tests.processes import wait_until

LATEST_S = 1.0
"""A trace older than this is safe, whatever is killed."""
FEW = 5


@pytest.fixture
def path() -> Iterator[Path]:
    """Of a socket; its folder has a short path."""
    with TemporaryDirectory(prefix="loadaudit-") as name:
        yield Path(name) / "s"


@contextmanager
def process(work: str, path: Path) -> Iterator[int]:
    """Fork, let the child do the work until it is killed, and yield its process id."""
    pid = os.fork()
    if not pid:
        try:
            _collect(path) if work == "collect" else _serve(path)
        finally:
            os._exit(0)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _collect(path: Path) -> None:
    got = 0
    with TraceReceiver(path) as receiver:
        while True:
            got += len(receiver.take())
            path.with_suffix(".count").write_text(str(got))
            time.sleep(0.005)


def _serve(path: Path) -> None:
    sink = SocketSink(str(path), Hello(pid=os.getpid()))
    sink.start()
    for number in range(1, FEW + 1):
        sink.put(trace(number))
    time.sleep(60)


def count(receiver: TraceReceiver, least: int, within_s: float = 5) -> int:
    """Return how many traces came in once there are `least`, or when the time is over."""
    got = 0

    def enough() -> bool:
        nonlocal got
        got += len(receiver.take())
        return got >= least

    receiver.wait_for(enough, within_s)
    return got


def statuses(site: Site, requests: int = FEW) -> set[int]:
    """Send some requests of the run and return how they were answered."""
    return {site.get("/raw/").status_code for _ in range(requests)}


def test_a_killed_worker_loses_its_last_moment(path: Path) -> None:
    """What it has recorded is at the collector within a second, so that a kill finds nothing older to take along."""
    with TraceReceiver(path) as receiver:
        with process("serve", path) as pid:
            assert receiver.wait_for(lambda: bool(receiver.hellos), 10)
            assert count(receiver, FEW, LATEST_S) == FEW
            os.kill(pid, signal.SIGKILL)
        # The others go on.
        other = SocketSink(str(path), Hello(pid=1))
        other.put(trace(99))
        other.flush()
        assert count(receiver, 1) == 1
        other.stop()


def test_a_killed_collector_costs_no_request(site: Site, path: Path) -> None:
    """Requests are answered as before, and the next collector gets what is recorded from then on."""
    sink = SocketSink(str(path), Hello(pid=1))
    site.put = sink.put  # type: ignore[method-assign]
    counted = path.with_suffix(".count")
    with process("collect", path):
        assert wait_until(path.exists, step_s=0.005)
        sink.start()
        assert statuses(site) == {200}
        assert wait_until(lambda: counted.read_text() == str(FEW), within_s=LATEST_S + 1, step_s=0.005)
    assert statuses(site) == {200}
    sink.flush()
    path.unlink()
    with TraceReceiver(path) as receiver:
        sink.flush()
        assert statuses(site) == {200}
        assert count(receiver, FEW) >= FEW
        sink.stop()
    assert receiver.dropped <= FEW


def test_a_killed_redis_costs_no_request(site: Site) -> None:
    """What was there before was read; what comes after is lost and counted."""
    with servers.start_redis() as server:
        client = redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0))
        sink = RedisSink(lambda: client, KEY, facts=lambda: {})
        site.put = sink.put  # type: ignore[method-assign]
        with client, RedisTraces(lambda: client, KEY, RUN_ID) as inbox:
            assert statuses(site) == {200}
            assert inbox.wait_for(lambda: len(inbox._traces) == FEW, LATEST_S + 1)
            os.kill(server.pid, signal.SIGKILL)
            begin_s = time.monotonic()
            assert statuses(site) == {200}
            assert time.monotonic() - begin_s < LATEST_S
            assert len(inbox.take()) == FEW
        sink.stop(within_s=0.5)
        assert sum(sink._dropped.values()) + len(sink._queue) >= 1
