"""Differences between sums and quantiles."""

import pytest

from loadaudit.analysis.comparison.aggregates import aggregate_changes
from loadaudit.analysis.comparison.result import Change, Figure, Verdict
from loadaudit.analysis.statistics import Weighted
from loadaudit.analysis.tallies import OperationTally
from tests.analysis.factories import MS


def tally(requests: int, successes: int, middle_ms: int) -> OperationTally:
    """Return sums of one operation, its latencies spread around a median."""
    made = OperationTally("GET /page/")
    made.requests, made.successes = requests, successes
    shares = ((0.8, 0.25), (1.0, 0.5), (1.2, 0.25))
    made.success_latency_ns = Weighted((round(middle_ms * MS * at), round(requests * share)) for at, share in shares)
    return made


def changes(first: OperationTally, second: OperationTally) -> dict[Figure, Change]:
    """Return the changes by figure, before they are corrected."""
    return {one.figure: one for one in aggregate_changes(first, second)}


def test_a_median_more_than_twice_as_great() -> None:
    """Of 200 requests each that is beyond noise."""
    found = changes(tally(200, 200, 100), tally(200, 200, 220))[Figure.LATENCY]
    assert found.verdict is Verdict.WORSE
    assert found.ratio == pytest.approx(2.2)
    assert found.p is not None
    assert found.p < 0.001


def test_few_requests_show_nothing() -> None:
    """Twenty of one run say as much as five independent ones."""
    found = changes(tally(20, 20, 100), tally(20, 20, 105))[Figure.LATENCY]
    assert found.p is not None
    assert found.p > 0.05


def test_other_pages_than_its_own_are_no_latency() -> None:
    """The login page came quickly: that is no better, and the lost successes are worse."""
    found = changes(tally(200, 200, 800), tally(200, 4, 20))
    assert found[Figure.LATENCY].verdict is Verdict.NOT_ENOUGH_DATA
    success = found[Figure.SUCCESS]
    assert success.verdict is Verdict.WORSE
    assert success.p is not None
    assert success.p < 0.001
