"""The receiver takes what server workers send over a real Unix socket."""

import errno
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.errors import ExitCode, UsageError
from loadaudit.load.receiver import TraceReceiver
from loadaudit.load.wire import Encoder, Hello
from loadaudit.records import ServerException, StatementUse
from tests.load.builders import trace

WITHIN_S = 5.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, because a socket's path has about 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="loadaudit-") as name:
        yield Path(name)


@pytest.fixture
def receiver(folder: Path) -> Iterator[TraceReceiver]:
    """A receiver that listens."""
    with TraceReceiver(folder / "traces.sock") as listening:
        yield listening


def connect(receiver: TraceReceiver) -> socket.socket:
    """Return a connection such as a server worker has."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(receiver.path))
    return connection


def use(sql: str) -> StatementUse:
    """Return one execution of a statement."""
    return StatementUse(alias="default", sql=sql, count=1, total_ns=1, max_ns=1)


def test_hello_and_traces_arrive_in_order(receiver: TraceReceiver) -> None:
    """What a worker sends is there once."""
    encoder = Encoder()
    with connect(receiver) as worker:
        worker.sendall(encoder.hello(Hello(pid=9)) + encoder.trace(trace(1)) + encoder.trace(trace(2)))
        assert receiver.wait_for(lambda: len(receiver.hellos) == 1, WITHIN_S)
        assert receiver.wait_for(lambda: len(receiver._traces) == 2, WITHIN_S)
    assert [one.pid for one in receiver.hellos] == [9]
    assert receiver.take() == [trace(1), trace(2)]
    assert receiver.take() == []


def test_two_workers_keep_their_statements_apart(receiver: TraceReceiver) -> None:
    """Both call their first statement number 0."""
    with connect(receiver) as one, connect(receiver) as other:
        one.sendall(Encoder().trace(trace(1, statements=(use("SELECT 1"),))))
        other.sendall(Encoder().trace(trace(2, statements=(use("SELECT 2"),))))
        assert receiver.wait_for(lambda: len(receiver._traces) == 2, WITHIN_S)
    sql_of = {received.number: received.statements[0].sql for received in receiver.take()}
    assert sql_of == {1: "SELECT 1", 2: "SELECT 2"}


def test_damaged_line_counts_as_dropped_and_the_connection_goes_on(receiver: TraceReceiver) -> None:
    """One bad line does not cost the traces after it."""
    with connect(receiver) as worker:
        worker.sendall(b"[1, 2]\n{broken\n\xff\n" + Encoder().trace(trace(5)))
        assert receiver.wait_for(lambda: len(receiver._traces) == 1, WITHIN_S)
    assert receiver.dropped == 3
    assert receiver.take() == [trace(5)]


def test_worker_that_dies_in_the_middle_of_a_line_leaves_the_rest(receiver: TraceReceiver) -> None:
    """What came before is kept, the half line counts as dropped, other workers are not disturbed."""
    encoder = Encoder()
    with connect(receiver) as dying:
        dying.sendall(encoder.trace(trace(1)) + encoder.trace(trace(2))[:40])
    assert receiver.wait_for(lambda: receiver.dropped == 1, WITHIN_S)
    with connect(receiver) as living:
        living.sendall(Encoder().trace(trace(3)))
        assert receiver.wait_for(lambda: len(receiver._traces) == 2, WITHIN_S)
    assert [one.number for one in receiver.take()] == [1, 3]


def test_a_traceback_that_came_before_the_load_is_not_lost(receiver: TraceReceiver) -> None:
    """A worker sends it once, with a trace of the preflight perhaps, which is not kept."""
    error = ServerException(type="ValueError", message="no", fingerprint="ab", traceback="Traceback …")
    encoder = Encoder()
    with connect(receiver) as worker:
        worker.sendall(encoder.trace(trace(1, exception=error)))
        assert receiver.wait_for(lambda: len(receiver._traces) == 1, WITHIN_S)
        receiver.take()
        worker.sendall(encoder.trace(trace(2, exception=replace(error, traceback=""))))
        assert receiver.wait_for(lambda: len(receiver._traces) == 1, WITHIN_S)
    (found,) = receiver.take()
    assert found.exception == error


def test_dropped_traces_of_all_workers_are_added(receiver: TraceReceiver) -> None:
    """The report names one number."""
    with connect(receiver) as one, connect(receiver) as other:
        one.sendall(Encoder().dropped(3))
        other.sendall(Encoder().dropped(4))
        assert receiver.wait_for(lambda: receiver.dropped == 7, WITHIN_S)


def test_starts_are_relative_to_the_load_once_it_has_begun(receiver: TraceReceiver) -> None:
    """The epoch is set after the workers have connected."""
    encoder = Encoder()
    with connect(receiver) as worker:
        worker.sendall(encoder.trace(trace(1, start_ns=9_000)))
        assert receiver.wait_for(lambda: len(receiver._traces) == 1, WITHIN_S)
        receiver.epoch_ns = 4_000
        worker.sendall(encoder.trace(trace(2, start_ns=9_000)))
        assert receiver.wait_for(lambda: len(receiver._traces) == 2, WITHIN_S)
    assert [one.start_ns for one in receiver.take()] == [9_000, 5_000]


def test_waiting_ends_without_a_message(receiver: TraceReceiver) -> None:
    """A worker that never says hello does not hold the run for ever."""
    assert not receiver.wait_for(lambda: False, 0.0)


def test_socket_is_gone_afterwards(folder: Path) -> None:
    """Nobody can connect to a run that has ended."""
    with TraceReceiver(folder / "traces.sock") as listening:
        pass
    assert not listening.path.exists()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as worker:
        assert worker.connect_ex(str(listening.path)) == errno.ENOENT


def test_path_too_long_for_a_socket_is_explained(tmp_path: Path) -> None:
    """The folder comes from TMPDIR, which the user can change."""
    with pytest.raises(UsageError, match=r"traces\.sock") as caught:
        TraceReceiver(tmp_path / ("x" * 120) / "traces.sock")
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    assert "TMPDIR" in caught.value.hint
