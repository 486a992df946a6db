"""Messages of server workers are read back as they were sent."""

import json
from dataclasses import replace

import pytest

from loadaudit.load.wire import BoundTexts, Decoder, Encoder, Hello
from loadaudit.records import RowWrite, ServerException, StatementUse, Trace
from tests.load.builders import trace

SQL = "SELECT id FROM projects WHERE id = %s"


def use(sql: str = SQL, count: int = 2) -> StatementUse:
    """Return the use of a statement."""
    return StatementUse(
        alias="default", sql=sql, count=count, total_ns=900, max_ns=500, call_site="views.py:12 in page"
    )


def test_trace_is_read_back_with_its_statements() -> None:
    """Every field survives, in order."""
    sent = trace(
        statements=(use(), use("UPDATE t SET a = %s")),
        cache_gets=3,
        denied=True,
        csrf_reason="no cookie",
        not_found="x",
        before_view=(0,),
        told="Was paid before.",
        session_changed=True,
    )
    assert Decoder().decode(Encoder().trace(sent), epoch_ns=0) == sent


def test_flags_stay_flags() -> None:
    """They travel as numbers."""
    received = Decoder().decode(Encoder().trace(trace(view_ran=True, denied=False)), epoch_ns=0)
    assert isinstance(received, Trace)
    assert (received.view_ran, received.denied) == (True, False)
    assert type(received.view_ran) is type(received.denied) is bool


def test_trace_carries_its_exception() -> None:
    """Type, message and traceback come along."""
    sent = trace(exception=ServerException(type="ValueError", message="größe\n", fingerprint="ab", traceback="x"))
    assert Decoder().decode(Encoder().trace(sent), epoch_ns=0) == sent


def test_trace_carries_what_tried_to_reach_out() -> None:
    """As texts, in order."""
    sent = trace(outgoing=("refused api.example.com:443", "mail"))
    assert Decoder().decode(Encoder().trace(sent), epoch_ns=0) == sent


def test_trace_carries_rows_that_were_written_back() -> None:
    """Each with its hashes and times."""
    row = RowWrite(
        alias="default", table="t", row="1", values={"a": "2"}, read_end_ns=1, write_start_ns=2, write_end_ns=3
    )
    sent = trace(row_writes=(row,))
    assert Decoder().decode(Encoder().trace(sent), epoch_ns=0) == sent


def test_start_is_relative_to_the_start_of_the_load() -> None:
    """Client and server share the machine's monotonic clock."""
    received = Decoder().decode(Encoder().trace(trace(start_ns=5_000)), epoch_ns=2_000)
    assert received == trace(start_ns=3_000)


def test_sql_text_goes_over_a_connection_once() -> None:
    """Statements repeat in nearly every trace; their text does not."""
    encoder = Encoder()
    first, second = encoder.trace(trace(1, statements=(use(),))), encoder.trace(trace(2, statements=(use(),)))
    assert SQL.encode() in first
    assert SQL.encode() not in second


def test_later_traces_find_the_text_that_came_before() -> None:
    """The decoder keeps what a connection has sent."""
    encoder, decoder = Encoder(), Decoder()
    decoder.decode(encoder.trace(trace(1, statements=(use(),))), epoch_ns=0)
    sent = trace(2, statements=(use("SELECT 1"), use(count=9)))
    assert decoder.decode(encoder.trace(sent), epoch_ns=0) == sent


def test_connections_do_not_share_texts() -> None:
    """Two workers number their statements independently."""
    one, other = Encoder(), Encoder()
    decoders = Decoder(), Decoder()
    sent = trace(statements=(use("SELECT 1"),)), trace(statements=(use("SELECT 2"),))
    received = tuple(
        decoder.decode(encoder.trace(each), epoch_ns=0)
        for encoder, decoder, each in zip((one, other), decoders, sent, strict=True)
    )
    assert received == sent


def test_hello_is_read_back() -> None:
    """The run learns of the settings changed in the worker."""
    sent = Hello(pid=12, changes=("DEBUG query log off",), facts={"django": "5.2"})
    assert Decoder().decode(Encoder().hello(sent), epoch_ns=0) == sent


def test_dropped_traces_are_counted() -> None:
    """A full queue is told, not hidden."""
    assert Decoder().decode(Encoder().dropped(17), epoch_ns=0) == 17


def test_message_is_one_line() -> None:
    """Line breaks in SQL do not end a message."""
    line = Encoder().trace(replace(trace(), statements=(use("SELECT 1\nFROM t"),)))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"5",
        b"[]",
        b'"hello"',
        b"null",
        b"{}",
        b'{"t": [1]}',
        b"\xff\xfe",
        json.dumps({"hello": {}}).encode(),
    ],
)
def test_damaged_line_is_an_error_that_the_receiver_knows(line: bytes) -> None:
    """Whatever a dying worker leaves behind, only these errors come out."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Decoder().decode(line, epoch_ns=0)


def test_values_for_plans_come_along() -> None:
    """By alias and text, whatever characters are in them."""
    line = Encoder().bound([("default", SQL, "SELECT id FROM projects WHERE id = 'größe\n'")])
    texts = {("default", SQL): "SELECT id FROM projects WHERE id = 'größe\n'"}
    assert Decoder().decode(line, epoch_ns=0) == BoundTexts(texts=texts)
