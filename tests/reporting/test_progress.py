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
