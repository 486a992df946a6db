"""Where values lie, and what moved from one run to another."""

import math
import random

import pytest

from loadaudit.analysis.comparison.location import Move, location, moves
from loadaudit.analysis.comparison.ranks import Column

IDS = tuple(f"GET /page-{number}/" for number in range(20))
DRIFT = 0.1


def column(rng: random.Random, *, moved: float = 0.0, n: int = 400, blocks: int = 40) -> Column:
    """Return normal values, moved in blocks of time."""
    return Column(values=[moved + rng.gauss(0, 0.2) for _ in range(n)], blocks=[i * blocks // n for i in range(n)])


def moved_between(
    rng: random.Random, by: dict[str, float], *, drift: float = 0.0, common: float = 0.0
) -> dict[str, Move]:
    """Return the moves between two runs, each operation with a drift of its own and some moved further."""
    first = {id_: column(rng) for id_ in IDS}
    second = {id_: column(rng, moved=common + rng.gauss(0, drift) + by.get(id_, 0.0)) for id_ in IDS}
    return dict(moves(first, second, IDS, unknown_drift=DRIFT).by_operation)


def test_the_location_of_values_with_outliers() -> None:
    """One value in ten, however great, does not move it far."""
    rng = random.Random(1)
    clean = column(rng, moved=3.0)
    found = location(Column(values=[*clean.values[:360], *[1000.0] * 40], blocks=clean.blocks))
    assert found is not None
    assert found.value == pytest.approx(3.0, abs=0.1)


def test_the_variance_is_that_of_the_mean() -> None:
    """The locations of many columns scatter as far as each says."""
    rng = random.Random(2)
    found = [one for one in (location(column(rng)) for _ in range(300)) if one is not None]
    scatter = sum(one.value**2 for one in found) / len(found)
    assert sum(one.variance for one in found) / len(found) == pytest.approx(scatter, rel=0.25)


@pytest.mark.parametrize(("n", "blocks"), [(7, 7), (40, 4)])
def test_too_few_values_or_blocks(n: int, blocks: int) -> None:
    """Nothing is said of seven values, or of four moments."""
    assert location(column(random.Random(3), n=n, blocks=blocks)) is None


def test_a_move_of_one_operation_is_told_from_that_of_all() -> None:
    """All are 1 % slower, and one of them 10 % more."""
    found = moved_between(random.Random(4), {IDS[0]: math.log(1.1)}, common=0.01)
    assert math.exp(found[IDS[0]].value) == pytest.approx(1.1, abs=0.04)
    assert found[IDS[0]].p < 0.05 / len(IDS)


def test_runs_that_drift_apart_show_less() -> None:
    """Where operations that nobody changed lie 10 % apart, hardly a pair in twenty shows one of them."""
    rng = random.Random(5)
    pairs = [moved_between(rng, {}, drift=0.1) for _ in range(40)]
    assert sum(min(one.p for one in found.values()) < 0.05 / len(IDS) for found in pairs) <= 4
    assert all(found[IDS[0]].reach > 0.1 for found in pairs)


def test_a_large_common_move_makes_single_ones_doubtful() -> None:
    """On a machine half as fast, 10 % more of one operation may be its share of that."""
    calm, busy = (moved_between(random.Random(6), {IDS[0]: math.log(1.1)}, common=one) for one in (0.0, 0.7))
    assert calm[IDS[0]].p < 0.001
    assert busy[IDS[0]].p > 0.05


def test_few_operations_do_not_show_the_drift() -> None:
    """Of three, 10 % more are not told from another day of the machine; twice as much time is."""
    rng = random.Random(7)
    few = IDS[:3]
    first = {id_: column(rng) for id_ in few}
    second = {IDS[0]: column(rng, moved=0.1), IDS[1]: column(rng, moved=0.7), IDS[2]: column(rng)}
    found = moves(first, second, few, unknown_drift=DRIFT)
    assert found.common is None
    assert found.by_operation[IDS[0]].p > 0.05
    assert found.by_operation[IDS[1]].p < 0.001


def test_another_lane_may_not_share_what_moved_the_others() -> None:
    """What is sent two at a time stands in no queue with the rest."""
    rng = random.Random(8)
    first = {id_: column(rng) for id_ in IDS}
    second = {id_: column(rng, moved=0.0 if id_ == IDS[0] else 0.3) for id_ in IDS}
    assert moves(first, second, IDS[1:], unknown_drift=DRIFT).by_operation[IDS[0]].p > 0.05


def test_few_values_are_a_control_and_no_verdict() -> None:
    """Ten requests of nine pages tell that the machine was slower, and the one with many is not."""
    rng = random.Random(9)
    ids = IDS[:9]
    first = {id_: column(rng, n=400 if id_ == IDS[0] else 10, blocks=10) for id_ in ids}
    second = {id_: column(rng, n=400 if id_ == IDS[0] else 10, blocks=10, moved=0.7) for id_ in ids}
    found = moves(first, second, ids, unknown_drift=DRIFT)
    assert found.common == pytest.approx(0.7, abs=0.2)
    assert list(found.by_operation) == [IDS[0]]
    assert found.by_operation[IDS[0]].p > 0.05
