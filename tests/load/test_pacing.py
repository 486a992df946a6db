"""Arrivals and stretches are functions of a number and a time: tables, nobody sleeps."""

from itertools import chain, islice, pairwise
from statistics import mean, stdev

import pytest

from loadaudit.load.pacing import arrivals, at_work_from, due_s, level_at, next_slot, time_of, whole_block_s
from loadaudit.records import Arriving, Lane, LaneRules, Ramp, Stage, steady
from loadaudit.records.stretches import is_with


@pytest.mark.parametrize(
    ("time_s", "sends"),
    [(0.0, True), (1.9, True), (2.0, False), (5.9, False), (6.0, True), (9.9, True), (10.0, False), (14.0, True)],
)
def test_stretches_go_with_without_without_with(time_s: float, sends: bool) -> None:
    """A target that gets slower and slower weighs on both kinds alike."""
    assert is_with(time_s, 2.0) is sends


@pytest.mark.parametrize(
    ("slot", "time_s"), [(0, 0.0), (3, 1.5), (4, 6.0), (7, 7.5), (8, 8.0), (11, 9.5), (12, 14.0), (16, 16.0)]
)
def test_arrivals_fall_into_the_stretches_with(slot: int, time_s: float) -> None:
    """Two per second for two seconds, a pause of four, then four seconds of two blocks together."""
    assert due_s(slot, rate_per_s=2.0, stretch_s=2.0) == pytest.approx(time_s)
    assert is_with(time_s, 2.0)


def test_arrivals_without_stretches_are_even() -> None:
    """Rate and phase are all there is."""
    assert [due_s(n, rate_per_s=4.0, phase_s=0.1) for n in range(3)] == pytest.approx([0.1, 0.35, 0.6])


@pytest.mark.parametrize(
    ("now_s", "slot"),
    [(0.0, 5), (2.5, 5), (2.6, 6), (4.0, 8), (100.0, 200)],
)
def test_what_was_missed_is_left_out(now_s: float, slot: int) -> None:
    """A check that hung for a minute is not followed by sixty at once."""
    assert next_slot(5, now_s, rate_per_s=2.0) == slot


def test_what_was_missed_over_a_pause_goes_on_after_it() -> None:
    """The next arrival is the first of the next stretch with checks."""
    assert next_slot(2, 4.5, rate_per_s=2.0, stretch_s=2.0) == 4


def test_a_comparison_needs_a_whole_block() -> None:
    """Of the lane with the longest stretches."""
    lanes = [
        LaneRules(lane=Lane.HEALTH, users=1, stretch_s=3.0),
        LaneRules(lane=Lane.HEAVY, users=2, at_once=2),
    ]
    assert whole_block_s(lanes) == 12.0
    assert whole_block_s([]) == 0.0


STAGES = Ramp(
    start=0.0,
    stages=(Stage(duration_s=4, target=2.0), Stage(duration_s=5, target=2.0), Stage(duration_s=4, target=0.0)),
)
"""4, then 10, then 4 arrivals; or two users that come and go."""


@pytest.mark.parametrize(
    ("count", "time_s"),
    [(0, 0.0), (1, 2.0), (4, 4.0), (5, 4.5), (14, 9.0), (17, 11.0), (18, 13.0), (18.1, None)],
)
def test_arrivals_of_stages_come_when_the_rate_has_summed_up(count: float, time_s: float | None) -> None:
    """Slowly while it rises, evenly while it stays, slowly while it falls, and never afterwards."""
    assert time_of(STAGES, count) == (pytest.approx(time_s) if time_s is not None else None)


def test_a_steady_rate_has_no_end() -> None:
    """One every 20 ms."""
    assert time_of(steady(50.0), 1_000_000) == pytest.approx(20_000.0)


@pytest.mark.parametrize("parts", [1, 3])
def test_senders_deal_out_constant_arrivals(parts: int) -> None:
    """Together they send what one would."""
    dealt = [
        list(islice(arrivals(steady(10.0), Arriving.CONSTANT, part=part, parts=parts), 4)) for part in range(parts)
    ]
    assert sorted(chain.from_iterable(dealt)) == pytest.approx([n / 10 for n in range(4 * parts)])


def test_independent_arrivals_have_the_rate_and_no_rhythm() -> None:
    """The gaps of 20,000 arrivals of two senders have the mean and the standard deviation of an exponential."""
    sent = [islice(arrivals(steady(100.0), Arriving.POISSON, part=part, parts=2, seed=1), 10_000) for part in (0, 1)]
    due = sorted(time_s for one in sent for time_s in one)[:19_000]
    gaps = [after - before for before, after in pairwise(due)]
    assert mean(gaps) == pytest.approx(0.01, rel=0.03)
    assert stdev(gaps) == pytest.approx(0.01, rel=0.03)


def test_independent_arrivals_are_the_same_for_the_same_seed() -> None:
    """A run can be had again."""
    first, second, other = (list(islice(arrivals(steady(5.0), Arriving.POISSON, seed=seed), 5)) for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize(("time_s", "level"), [(-1, 0), (0, 0), (1, 0.5), (4, 2), (6, 2), (11, 1), (13, 0), (99, 0)])
def test_level_goes_in_straight_lines(time_s: float, level: float) -> None:
    """From target to target; behind the last stage nobody is left."""
    assert level_at(STAGES, time_s) == pytest.approx(level)


@pytest.mark.parametrize(
    ("rank", "time_s", "from_s"),
    [
        (0, 0.0, 0.0),
        (1, 0.0, 2.0),
        (1, 3.0, 3.0),
        (1, 10.9, 10.9),
        (1, 11.1, None),
        (0, 12.9, 12.9),
        (0, 13.0, None),
        (2, 0.0, None),
    ],
)
def test_a_user_works_while_the_level_is_above_its_rank(rank: int, time_s: float, from_s: float | None) -> None:
    """The first comes at once, the second when the level is above 1, a third never."""
    assert at_work_from(STAGES, rank, time_s) == (pytest.approx(from_s, abs=1e-6) if from_s is not None else None)


def test_a_user_comes_back_when_the_level_rises_again() -> None:
    """A load in waves."""
    waves = Ramp(start=2.0, stages=(Stage(duration_s=2, target=0.0), Stage(duration_s=2, target=2.0)))
    assert at_work_from(waves, 1, 1.5) == pytest.approx(3.0)
