"""What the probe says that it costs."""

from itertools import count

from loadaudit.probes.overhead import overhead_text


def test_the_cost_on_this_machine() -> None:
    """Both figures are there, and plausible on any machine."""
    words = overhead_text().split()
    assert 0 < float(words[2]) < 1_000
    assert 0 < float(words[7]) < 100_000


def test_the_clock_decides() -> None:
    """A clock that goes on by 1 µs at each look shows no difference between statements with and without."""
    ticks = count(step=1_000)
    assert overhead_text(lambda: next(ticks)) == "at least 0.0 µs per statement and 1 µs per request"
