"""Traces on their way out: nothing that happens to the sink reaches a request."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from loadaudit.load.receiver import TraceReceiver
from loadaudit.load.wire import Hello
from loadaudit.probes import sink as sinks
from loadaudit.probes.sink import NoSink, SocketSink
from loadaudit.records import Trace
from tests.analysis.factories import trace, use


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, as a socket needs."""
    with TemporaryDirectory(prefix="loadaudit-") as name:
        yield Path(name)


@pytest.fixture
def sink(folder: Path) -> Iterator[SocketSink]:
    """A sink that is flushed by hand; nobody listens at `folder / "s"` yet."""
    made = SocketSink(str(folder / "s"), Hello(pid=77, changes=("one",)))
    yield made
    made.stop()


def received(receiver: TraceReceiver, count: int) -> list[Trace]:
    """Wait for so many traces and return them."""
    got: list[Trace] = []

    def enough() -> bool:
        got.extend(receiver.take())
        return len(got) >= count

    assert receiver.wait_for(enough, timeout_s=5)
    return got


def test_traces_arrive_as_they_were(folder: Path, sink: SocketSink) -> None:
    """What is put in comes out."""
    sent = trace(1, statements=(use("SELECT 1", 3, call_site="a.py:1 in f"),))
    with TraceReceiver(folder / "s") as receiver:
        sink.put(sent)
        sink.flush()
        assert received(receiver, 1) == [sent]


def test_start_says_hello_and_sends_by_itself(folder: Path, sink: SocketSink) -> None:
    """The thread of the sink sends what waits, without anybody asking."""
    with TraceReceiver(folder / "s") as receiver:
        sink.start()
        sink.put(trace(1))
        received(receiver, 1)
        assert [(one.pid, one.changes) for one in receiver.hellos] == [(77, ("one",))]


def test_a_dead_socket_costs_no_time(sink: SocketSink) -> None:
    """`put` returns at once and nothing is raised, whoever is gone."""
    start_ns = time.perf_counter_ns()
    for number in range(1000):
        sink.put(trace(number))
    assert time.perf_counter_ns() - start_ns < 500_000_000
    sink.flush()


def test_the_queue_is_bounded(folder: Path, sink: SocketSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is counted and told once the receiver is there."""
    monkeypatch.setattr(sinks, "CAPACITY", 5)
    for number in range(8):
        sink.put(trace(number))
    with TraceReceiver(folder / "s") as receiver:
        sink.flush()
        assert len(received(receiver, 5)) == 5
        assert receiver.wait_for(lambda: receiver.dropped == 3, timeout_s=5)


def test_every_dropped_trace_is_counted_over_several_failures(folder: Path, sink: SocketSink) -> None:
    """Failing again and again loses traces but never the count of them."""
    for number in range(4):
        sink.put(trace(number))
        sink.flush()
    sink.flush()
    with TraceReceiver(folder / "s") as receiver:
        sink.put(trace(9))
        sink.flush()
        received(receiver, 1)
        assert receiver.wait_for(lambda: receiver.dropped == 4, timeout_s=5)


def test_the_count_is_told_once(folder: Path, sink: SocketSink) -> None:
    """A count that has arrived is not sent again."""
    sink.put(trace(1))
    sink.flush()
    with TraceReceiver(folder / "s") as receiver:
        sink.flush()
        sink.put(trace(2))
        sink.flush()
        received(receiver, 1)
        assert receiver.dropped == 1


def test_a_new_connection_gets_the_sql_texts_again(folder: Path, sink: SocketSink) -> None:
    """Texts go once per connection; the next receiver never saw the first one's."""
    with_sql = trace(1, statements=(use("SELECT 1"),))
    with TraceReceiver(folder / "s") as receiver:
        sink.put(with_sql)
        sink.flush()
        received(receiver, 1)
        sink._connection.close()  # type: ignore[union-attr]  # the receiver's end may linger, this one is surely gone
    sink.put(with_sql)
    sink.flush()
    with TraceReceiver(folder / "s") as receiver:
        sink.put(with_sql)
        sink.flush()
        assert received(receiver, 1)[0].statements[0].sql == "SELECT 1"


def test_no_sink_takes_everything() -> None:
    """A remote target keeps nothing."""
    NoSink().put(trace(1), "run")
