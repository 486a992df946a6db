"""Success criteria as text."""

from loadaudit.records import Criterion, Verdict, parse_threshold
from loadaudit.reporting.criteria import current_text


def criterion(text: str, value: float | None, n: int, verdict: Verdict = Verdict.PASSED, needed: int = 1) -> Criterion:
    """Return a judged criterion."""
    return Criterion(threshold=parse_threshold(text), verdict=verdict, declared=True, value=value, n=n, needed=needed)


def test_values_have_units_and_n() -> None:
    """A figure without its n says little."""
    assert current_text(criterion("p99 < 2s", 250e6, 1200)) == "250 ms (n = 1,200)"
    assert current_text(criterion("rate > 2/s", 12.34, 120)) == "12.3/s (n = 120)"
    assert current_text(criterion("findings == 0", 3, 120)) == "3"


def test_rounding_does_not_contradict_the_verdict() -> None:
    """74.96 % breaks `> 75%`, so it is not written as 75; nor is 99.97 % written as 100."""
    assert current_text(criterion("coverage > 75%", 0.7496, 2500)) == "74.96 % (n = 2,500)"
    assert current_text(criterion("success_rate > 99%", 0.9997, 9999)) == "99.97 % (n = 9,999)"
    assert current_text(criterion("coverage > 75%", 0.8, 10)) == "80 % (n = 10)"


def test_missing_data_say_what_is_missing() -> None:
    """None at all, or fewer than state the figure."""
    missing = Verdict.NOT_ENOUGH_DATA
    assert current_text(criterion("p99 < 2s", None, 0, missing, 100)) == "no data"
    assert current_text(criterion("p99 < 2s", None, 40, missing, 100)) == "n = 40, needs 100"
