"""Batches of traces: opened only when somebody with the key has sealed them for this run, and only once."""

import pytest

from loadaudit.load.envelopes import MAX_BYTES, Opener, Sealer, list_key

KEY = "a-key-of-both-sides"
LINES = b'{"t":[1]}\n{"t":[2]}\n'


def sealed(*, key: str = KEY, run_id: str = "run-1", sender: str = "ab", lines: bytes = LINES) -> bytes:
    """Return a first batch."""
    return Sealer(key, run_id, sender).seal(lines)


def test_lines_come_out_as_they_were() -> None:
    """Feeds in them are kept."""
    assert Opener(KEY, "run-1").open(sealed()) == LINES


@pytest.mark.parametrize(
    "batch",
    [
        b"",
        b"loadaudit listens",
        b"\x80\x04\x95 pickle\nlines",
        sealed(key="another-key"),
        sealed(run_id="run-2"),
        sealed()[:-1],
        sealed().replace(b"v1 ab 1", b"v1 ab 2"),
        sealed().replace(b"v1 ab", b"v1 cd"),
        sealed(lines=b"x" * (MAX_BYTES + 1)),
        b"v1 " + b"x" * 200 + sealed(),
        b"v1 ab \xff\xff 1\nlines",
    ],
    ids=["empty", "other", "pickle", "key", "run", "cut", "number", "sender", "long", "head", "not text"],
)
def test_what_nobody_with_the_key_has_sealed_is_refused(batch: bytes) -> None:
    """It is counted, and nothing in it is parsed."""
    opener = Opener(KEY, "run-1")
    assert opener.open(batch) is None
    assert opener.refused == 1


def test_a_batch_is_opened_once() -> None:
    """A copy that somebody puts back counts for nothing; those of other senders do."""
    opener = Opener(KEY, "run-1")
    assert opener.open(sealed()) == LINES
    assert opener.open(sealed()) is None
    assert opener.open(sealed(sender="cd")) == LINES
    assert (opener.refused, opener.lost) == (1, 0)


def test_batches_that_did_not_come_are_counted() -> None:
    """Each sender numbers its own."""
    sealer, opener = Sealer(KEY, "run-1", "ab"), Opener(KEY, "run-1")
    batches = [sealer.seal(LINES) for _ in range(5)]
    assert [opener.open(batches[position]) for position in (0, 3, 1)] == [LINES, LINES, None]
    assert opener.lost == 2


def test_runs_have_lists_of_their_own() -> None:
    """Their names say whose they are."""
    assert list_key("run-1") != list_key("run-2")
    assert list_key("run-1").startswith("loadaudit:traces:")
