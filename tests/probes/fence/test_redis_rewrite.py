"""Commands as they go over the wire under the fence, and replies as they come back."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from loadaudit.probes.fence.redis_rewrite import Refused, Rewriter, UnknownScript
from loadaudit.probes.fence.redis_scripts import PROLOGUE

PREFIX = "p:"


class Pushed(list[bytes]):
    """As hiredis marks messages of a channel."""


def encode(value: Any) -> bytes:
    """Encode as redis-py does."""
    return value if isinstance(value, bytes) else str(value).encode()


def sent(*args: Any) -> str:
    """Return the words of the rewritten command."""
    return " ".join(encode(one).decode() for one in Rewriter(PREFIX).command(args, encode))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("GET a", "GET p:a"),
        ("get a", "get p:a"),
        ("DEL a b c", "DEL p:a p:b p:c"),
        ("MSET a 1 b 2", "MSET p:a 1 p:b 2"),
        ("BLPOP a b 0", "BLPOP p:a p:b 0"),
        ("RENAME a b", "RENAME p:a p:b"),
        ("BITOP AND d a b", "BITOP AND p:d p:a p:b"),
        ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", "ZUNIONSTORE p:d 2 p:a p:b WEIGHTS 1 2"),
        ("ZINTER 2 a b WITHSCORES", "ZINTER 2 p:a p:b WITHSCORES"),
        ("BLMPOP 0 2 a b LEFT", "BLMPOP 0 2 p:a p:b LEFT"),
        ("MSETEX 2 a 1 b 2 EX 5", "MSETEX 2 p:a 1 p:b 2 EX 5"),
        ("XREAD COUNT 2 STREAMS a b 0 0", "XREAD COUNT 2 STREAMS p:a p:b 0 0"),
        ("XREADGROUP GROUP g c STREAMS a >", "XREADGROUP GROUP g c STREAMS p:a >"),
        ("XGROUP CREATE a g 0", "XGROUP CREATE p:a g 0"),
        ("OBJECT ENCODING a", "OBJECT ENCODING p:a"),
        ("MEMORY USAGE a", "MEMORY USAGE p:a"),
        ("SORT a BY w_* GET # GET o_*->f STORE d", "SORT p:a BY p:w_* GET # GET p:o_*->f STORE p:d"),
        ("SORT a BY nosort", "SORT p:a BY nosort"),
        ("GEORADIUS a 1 2 3 km STORE d", "GEORADIUS p:a 1 2 3 km STORE p:d"),
        ("KEYS a*", "KEYS p:a*"),
        ("SCAN 0 MATCH a* COUNT 5", "SCAN 0 MATCH p:a* COUNT 5"),
        ("SCAN 0 COUNT 5", "SCAN 0 COUNT 5 MATCH p:*"),
        ("HSCAN a 0 MATCH f*", "HSCAN p:a 0 MATCH f*"),
        ("PUBLISH c m", "PUBLISH p:c m"),
        ("PSUBSCRIBE c* d", "PSUBSCRIBE p:c* p:d"),
        ("PUBSUB CHANNELS", "PUBSUB CHANNELS p:*"),
        ("PUBSUB NUMSUB c", "PUBSUB NUMSUB p:c"),
        ("UNSUBSCRIBE", "UNSUBSCRIBE"),
        ("PING", "PING"),
        ("CONFIG GET maxmemory", "CONFIG GET maxmemory"),
        ("CLIENT SETNAME a", "CLIENT SETNAME a"),
        ("JSON.SET a $ 1", "JSON.SET p:a $ 1"),
    ],
)
def test_keys_get_the_prefix(command: str, expected: str) -> None:
    """And nothing else does."""
    assert sent(*command.split()) == expected


def test_two_words_in_one_are_taken_apart() -> None:
    """As redis-py sends subcommands."""
    assert sent("OBJECT ENCODING", "a") == "OBJECT ENCODING p:a"
    assert sent(b"XINFO STREAM", "a") == "XINFO STREAM p:a"


@pytest.mark.parametrize("key", ["7", 7, b"7", memoryview(b"7")])
def test_a_key_may_be_of_every_kind_that_clients_take(key: Any) -> None:
    """Text, number or bytes."""
    encoder: Any = redis.Redis().get_encoder()
    assert list(Rewriter(PREFIX).command(("GET", key), encoder.encode)) == ["GET", b"p:7"]


@pytest.mark.parametrize(
    "command",
    [
        "FLUSHDB",
        "FLUSHALL ASYNC",
        "SWAPDB 0 1",
        "CONFIG SET save x",
        "CONFIG RESETSTAT",
        "SHUTDOWN",
        "DEBUG SLEEP 1",
        "REPLICAOF NO ONE",
        "SCRIPT FLUSH",
        "FUNCTION FLUSH",
        "FUNCTION LOAD x",
        "FCALL f 1 a",
        "CLIENT KILL ID 3",
        "CLIENT PAUSE 5",
        "ACL SETUSER x",
        "MIGRATE h 1 a 0 5",
        "MOVE a 1",
        "COPY a b DB 3",
        "MONITOR",
        "FT.SEARCH index q",
        "NOSUCH a",
    ],
)
def test_what_reaches_beyond_the_keys_is_refused(command: str) -> None:
    """With a sentence that names who refused and what."""
    with pytest.raises(Refused, match=r"^loadaudit refused the Redis command ") as refused:
        sent(*command.split())
    assert refused.value.command.split()[0] == command.split()[0]


def test_scripts_are_checked_in_the_server() -> None:
    """The check goes before the script, after its first line where that says which language it is."""
    rewriter = Rewriter(PREFIX)
    words = rewriter.command(("EVAL", "return 1", 1, "a", "x"), encode)
    assert [encode(one) for one in words] == [b"EVAL", PROLOGUE + b"return 1", b"1", b"p:a", b"x", b"p:"]
    (_, script, *_) = rewriter.command(("EVAL", "#!lua flags=no-writes\nreturn 1", 0), encode)
    assert script == b"#!lua flags=no-writes\n" + PROLOGUE + b"return 1"


def test_a_script_of_somebody_else_is_not_run() -> None:
    """By its hash alone nobody can tell what it does; the client is told to send it, as by a server without it."""
    rewriter = Rewriter(PREFIX)
    sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"
    with pytest.raises(UnknownScript, match=r"^NOSCRIPT"):
        rewriter.command(("EVALSHA", sha, 0), encode)
    rewriter.command(("SCRIPT LOAD", "return 1"), encode)
    (_, known, *_) = rewriter.command(("EVALSHA", sha, 0), encode)
    (_, again, *_) = rewriter.command(("EVALSHA", known, 0), encode)
    assert known == again != sha.encode()
    words = rewriter.command(("SCRIPT EXISTS", sha, "f" * 40), encode)
    assert words[2:] == [known, b"0" * 40]


def test_replies_lose_the_prefix_wherever_it_is() -> None:
    """In lists, maps and sets, and only at the beginning."""
    reply = Rewriter(PREFIX).reply
    assert reply([b"p:a", "p:b", b"ap:", 3, None, [b"p:c"]]) == [b"a", "b", b"ap:", 3, None, [b"c"]]
    assert reply({b"p:a": {b"p:b"}}) == {b"a": {b"b"}}
    pushed = Pushed([b"message", b"p:c"])
    assert reply(pushed) is pushed
    assert pushed == [b"message", b"c"]


@pytest.mark.parametrize(
    ("command", "leaves"), [("SET a 1", True), ("PING", False), ("INFO", False), ("SCAN 0", False), ("EVAL x 0", True)]
)
def test_only_what_may_leave_a_key_needs_a_lease(command: str, leaves: bool) -> None:
    """A database that is only looked at holds nothing of the run."""
    assert Rewriter(PREFIX).names_key(command.split()) is leaves
