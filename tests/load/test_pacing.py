"""Arrivals and stretches are functions of a number and a time: tables, nobody sleeps."""

import pytest

from loadaudit.load.pacing import due_s, next_slot, whole_block_s
from loadaudit.records import Lane, LaneRules
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
