"""Success criteria as text."""

from pathlib import Path

from loadaudit.records import Criterion, Kind, Verdict, parse_threshold
from loadaudit.reporting.criteria import criteria_rows, current_text
from tests.analysis.factories import analysed, operation, requests


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


def test_writes_of_other_categories_are_named(tmp_path: Path) -> None:
    """Each operation is in one, so that the category Write need not have most of them."""
    named = {"/save/": "Write", "/api/": "API", "/api/b/": "API", "/export/": "Export"}
    writes = [operation(f"POST {path}", category=name, kind=Kind.WRITE) for path, name in named.items()]
    analysis = analysed(tmp_path, [operation(), *writes], requests(5))
    texts = {row.limit: row.current for row in criteria_rows(analysis)}
    assert texts["coverage[Write] > 80%"] == "0 % (n = 1); 3 more writes are in API, Export"
    assert "more" not in texts["coverage > 75%"]
