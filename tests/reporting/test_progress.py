"""What is said while a run goes on."""

from loadaudit.reporting.progress import PLAIN_INTERVAL_S, PlainProgress


def test_a_long_preflight_says_now_and_then_how_far_it_is() -> None:
    now, lines = [100.0], list[str]()
    progress = PlainProgress(lines.append, verbosity=1, clock_s=lambda: now[0])
    for done in range(1, 4):
        progress.step(done, 1200)
    now[0] += PLAIN_INTERVAL_S
    progress.step(4, 1200)
    assert lines == ["  1 of 1,200 operations tried", "  4 of 1,200 operations tried"]


def test_a_load_without_an_end_of_its_own_says_how_long_it_goes() -> None:
    """A locustfile with a shape of its own ends when that says so."""
    lines = list[str]()
    progress = PlainProgress(lines.append, verbosity=1, clock_s=lambda: 100.0)
    progress.tick(12.0, None)
    assert lines == ["    12 s · 0 requests (0/s) · 0 failed"]
