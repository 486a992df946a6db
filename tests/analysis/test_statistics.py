"""Quantiles, rates and humps."""

import random

import pytest

from loadaudit.analysis.statistics import Weighted, largest, nearest_rank, quantiles, rate_per_s, share, two_humps
from tests.analysis.factories import MS


@pytest.mark.parametrize(("share_of", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_nearest_rank_is_a_measured_value(share_of: float, expected: int) -> None:
    """The 95th percentile of 1 to 100 is 95, not 95.05."""
    assert nearest_rank(range(1, 101), share_of) == expected


def test_nearest_rank_is_not_shifted_by_binary_fractions() -> None:
    """0.95 × 20 is the 19th value although the product is a little more than 19 in floating point."""
    assert nearest_rank(range(1, 21), 0.95) == 19


def test_nearest_rank_of_nothing_is_an_error() -> None:
    """There is no figure to return."""
    with pytest.raises(ValueError, match="no values"):
        nearest_rank([], 0.5)


def test_p95_needs_20_values() -> None:
    """19 values have none beyond their 95th percentile."""
    assert quantiles([MS] * 19).p95_ns is None
    assert quantiles([MS] * 20).p95_ns == MS


def test_p99_needs_100_values() -> None:
    """99 values have none beyond their 99th percentile."""
    assert quantiles([MS] * 99).p99_ns is None
    assert quantiles([MS] * 100).p99_ns == MS


def test_no_values_have_no_quantiles() -> None:
    """No data is None, never 0."""
    empty = quantiles([])
    assert (empty.n, empty.p50_ns, empty.max_ns) == (0, None, None)


def test_the_largest_is_known_without_a_look_at_each() -> None:
    """More values with counts than could be gone through, a list, and nothing of either."""
    assert largest(Weighted([(7, 10**15), (3, 1)])) == 7
    assert largest([2, 9, 4]) == 9
    assert largest(Weighted()) == largest([]) == 0


def test_rate_and_share_of_nothing_are_none() -> None:
    """Neither a rate without time nor a share of nothing is 0."""
    assert rate_per_s(5, 0) is None
    assert share(0, 0) is None


def test_rate_is_per_second() -> None:
    """30 requests in 1.5 s are 20 per second."""
    assert rate_per_s(30, 1_500 * MS) == 20


def test_two_humps_are_split_between_them() -> None:
    """Requests of 20 ms and of 800 ms are split somewhere above the first and at most at the second."""
    split = two_humps([20 * MS + i for i in range(30)] + [800 * MS + i for i in range(10)])
    assert split == 800 * MS


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([20] * 12 + [800] * 7, id="19 values"),
        pytest.param([20] * 37 + [800] * 3, id="less than a tenth"),
        pytest.param([20] * 20 + [90] * 20, id="less than five times"),
        pytest.param([20] * 40, id="one hump"),
        pytest.param([round(10 * 1.1**step) for step in range(50)], id="no gap"),
    ],
)
def test_no_two_humps(values: list[int]) -> None:
    """Too few, too rare, too near, or not apart."""
    assert two_humps([value * MS for value in values]) is None


def test_a_long_tail_is_not_a_second_hump() -> None:
    """Latency under load is roughly log-normal; that is one hump with a tail, whatever the seed."""
    for seed in range(20):
        source = random.Random(seed)
        assert two_humps([int(source.lognormvariate(17, 1.2)) for _ in range(200)]) is None
