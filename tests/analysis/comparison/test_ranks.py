"""Statistics of values in blocks of time."""

import random

import pytest

from loadaudit.analysis.comparison.ranks import (
    Column,
    holm,
    interval,
    shift,
    student_quantile,
    two_sided_p,
)


def column(rng: random.Random, *, n: int = 400, blocks: int = 40, drift: float = 0.0, moved: float = 0.0) -> Column:
    """Return normal values in blocks, each block with a drift of its own."""
    drifts = [rng.gauss(0, drift) for _ in range(blocks)]
    places = [index * blocks // n for index in range(n)]
    return Column(values=[moved + drifts[place] + rng.gauss(0, 1) for place in places], blocks=places)


@pytest.mark.parametrize("drift", [0.0, 1.0])
def test_equal_columns_rarely_look_different(drift: float) -> None:
    """About 5 in 100 have a p below 0.05, also where all values of a block move together."""
    rng = random.Random(1)
    found = [shift(column(rng, drift=drift), column(rng, drift=drift)) for _ in range(200)]
    assert 0.01 <= sum(one.p < 0.05 for one in found if one is not None) / len(found) <= 0.09


def test_single_values_would_be_fooled_by_drift() -> None:
    """The same columns with each value as its own block differ most of the time: the reason for the blocks."""
    rng = random.Random(1)
    pairs = [(column(rng, drift=1.0), column(rng, drift=1.0)) for _ in range(50)]
    alone = [Column(values=one.values, blocks=range(len(one.values))) for pair in pairs for one in pair]
    found = [shift(one, other) for one, other in zip(alone[::2], alone[1::2], strict=True)]
    assert sum(one.p < 0.05 for one in found if one is not None) > 20


def test_a_shift_is_found() -> None:
    """Half a standard deviation at n = 400 is no chance, and the direction is told."""
    rng = random.Random(2)
    found = shift(column(rng), column(rng, moved=0.5))
    assert found is not None
    assert found.superiority > 0.6
    assert found.p < 1e-6


def test_constant_columns() -> None:
    """Equal constants do not differ; different ones do, without a variance to divide by."""
    ones, twos = (Column(values=[value] * 40, blocks=[i // 4 for i in range(40)]) for value in (1.0, 2.0))
    same, other = shift(ones, ones), shift(ones, twos)
    assert same is not None
    assert same.p == 1
    assert other is not None
    assert other.p == 0


@pytest.mark.parametrize(("n", "blocks"), [(19, 19), (40, 4)])
def test_too_few_values_or_blocks(n: int, blocks: int) -> None:
    """Nothing is said of 19 values, or of four moments."""
    few = Column(values=[1.0] * n, blocks=[i * blocks // n for i in range(n)])
    assert shift(few, few) is None
    assert interval(few, 0.5).low is None


def test_the_interval_of_a_median_covers_it() -> None:
    """In about 95 of 100 columns the true median, 0, is inside."""
    rng = random.Random(3)
    found = [interval(column(rng, drift=0.5), 0.5) for _ in range(200)]
    inside = sum(one.low is not None and one.high is not None and one.low <= 0 <= one.high for one in found)
    assert 0.90 <= inside / len(found) <= 0.99


def test_an_end_that_the_data_does_not_bound() -> None:
    """The p99 of 100 values may be greater than all of them."""
    values = Column(values=[float(one) for one in range(100)], blocks=[one // 5 for one in range(100)])
    assert interval(values, 0.99).high is None


def test_holm() -> None:
    """The least p is multiplied by all, the next by one fewer, and none is below one before it."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@pytest.mark.parametrize(("df", "t"), [(10, 2.228), (30, 2.042), (78, 1.991)])
def test_student(df: int, t: float) -> None:
    """The values that tables of Student's t give for 5 % in both tails."""
    assert two_sided_p(t, df) == pytest.approx(0.05, abs=0.001)
    assert student_quantile(0.975, df) == pytest.approx(t, abs=0.005)
