"""Only those who have the plan file are listened to."""

from loadaudit.load.locust.seals import MASTER, MAX_BYTES, WORKER, Seals

KEY, OTHER_KEY = "00" * 32, "11" * 32


def test_the_other_side_opens_what_was_sealed() -> None:
    """A worker's message is opened by its master, and the other way round."""
    assert Seals(KEY, MASTER).open(Seals(KEY, WORKER).seal(b"hello")) == b"hello"
    assert Seals(KEY, WORKER).open(Seals(KEY, MASTER).seal(b"hello")) == b"hello"


def test_others_are_refused() -> None:
    """Another key, a changed message, one sent back to its sender, one too long and noise are none of ours."""
    sealed = Seals(KEY, WORKER).seal(b"hello")
    master = Seals(KEY, MASTER)
    assert Seals(OTHER_KEY, MASTER).open(sealed) is None
    assert master.open(sealed[:-1] + b"O") is None
    assert Seals(KEY, WORKER).open(sealed) is None
    assert master.open(Seals(KEY, WORKER).seal(b"x" * MAX_BYTES)) is None
    assert master.open(b"") is None
