"""What the virtual users of a worker share, on a clock that the test gives."""

import math

import pytest

from loadaudit.load.schedule import PATIENCE_S, Allowance, Schedule
from loadaudit.records import Ramp, Shape, Stage, steady
from tests.load.builders import job


def schedule(shape: Shape, iterations: int | None = None) -> Schedule:
    """Return the schedule of the only worker."""
    return Schedule(job(shape=shape, iterations=iterations))


def test_arrivals_come_in_order_whoever_asks() -> None:
    """Each is served once."""
    made = schedule(Shape(rate=steady(10.0)))
    assert [made.next_arrival(0.0) for _ in range(3)] == [0.0, 0.1, 0.2]


def test_late_arrivals_are_still_served() -> None:
    """Their latency counts from when they were due."""
    made = schedule(Shape(rate=steady(10.0)))
    assert made.next_arrival(PATIENCE_S) == 0.0
    assert made.dropped(0.0) == 0


def test_arrivals_that_nobody_was_free_for_are_dropped_and_counted() -> None:
    """After a stall of 5 s those of its first 4 are gone."""
    made = schedule(Shape(rate=steady(10.0)))
    assert made.next_arrival(5.05) == 4.1
    assert made.dropped(4.15) == 41


def test_arrivals_due_at_the_end_that_nobody_took_are_dropped() -> None:
    """A load whose every user hangs has sent less than it was to send, and says so."""
    made = schedule(Shape(rate=steady(10.0)))
    made.next_arrival(0.0)
    assert made.dropped(0.95) == 9


def test_a_rate_ends_with_its_last_stage() -> None:
    """Nothing is due behind it."""
    made = schedule(Shape(rate=Ramp(start=1.0, stages=(Stage(duration_s=2, target=1.0),))))
    assert [made.next_arrival(0.0) for _ in range(4)] == [0.0, 1.0, 2.0, None]


def test_iterations_are_dealt_out_once() -> None:
    """Three may begin, whoever asks."""
    made = schedule(Shape(iterations=3), 3)
    assert [made.takes(0.0) for _ in range(4)] == [True, True, True, False]


def test_warming_up_costs_no_iterations() -> None:
    """They count from its end."""
    made = schedule(Shape(iterations=1, warm_up_s=2.0), 1)
    assert [made.takes(time_s) for time_s in (0.0, 1.9, 2.0, 2.1)] == [True, True, True, False]


def test_a_request_without_a_place_is_put_back() -> None:
    """It has not begun, so that another one may; that it was due is not forgotten."""
    made = schedule(Shape(rate=steady(1.0), iterations=1), 1)
    assert made.next_arrival(0.0) == 0.0
    made.put_back(arrived=True)
    assert made.next_arrival(0.0) == 1.0
    assert made.next_arrival(0.0) is None
    assert made.dropped(math.inf) == 1


def test_requests_of_scenarios_are_made_up_for_before_the_next_begin() -> None:
    """A time through with five requests takes five arrivals of the rate."""
    made = Allowance(job(scripted_rate=steady(10.0)))
    assert made.next_begin(0.0) == (0.0, 1)
    made.ended(1, sent=5)
    assert made.next_begin(0.1) == pytest.approx((0.5, 5))
    assert made.dropped(0.5) == 0


def test_the_next_take_as_many_arrivals_as_those_before_needed() -> None:
    """So that many virtual users that begin at once do not send far more than the rate."""
    made = Allowance(job(scripted_rate=steady(10.0)))
    made.next_begin(0.0)
    made.ended(1, sent=3)
    for due_s in (0.3, 0.6, 0.9):
        assert made.next_begin(0.0) == pytest.approx((due_s, 3))


def test_what_was_taken_too_much_is_given_back() -> None:
    """Times through that send less than those before let the next begin earlier."""
    made = Allowance(job(scripted_rate=steady(10.0)))
    made.next_begin(0.0)
    made.ended(1, sent=5)
    assert made.next_begin(0.0) == pytest.approx((0.5, 5))
    made.ended(5, sent=1)
    assert made.next_begin(0.0) == pytest.approx((0.6, 3))


def test_begins_that_nobody_was_free_for_are_dropped_and_counted() -> None:
    """After a stall of 5 s those of its first 4 are gone; what has been sent meanwhile is not."""
    made = Allowance(job(scripted_rate=steady(1.0)))
    made.next_begin(0.0)
    made.ended(1, sent=3)
    assert made.next_begin(5.0) == (4.0, 3)
    assert made.dropped(5.0) == 1


def test_requests_beyond_what_a_time_through_has_taken_wait_for_arrivals_of_their_own() -> None:
    """A loop, which never comes to its end, keeps to the rate, and owes nothing when its time is over."""
    made = Allowance(job(scripted_rate=steady(10.0)))
    assert made.next_begin(0.0) == (0.0, 1)
    assert [made.next_one(0.0) for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])
    made.ended(1, sent=4, claimed=3, late=True)
    assert made.next_begin(0.3) == pytest.approx((0.4, 1))
    made.ended(1, sent=4, claimed=3)
    assert made.next_begin(0.5) == pytest.approx((0.5, 3))
    assert made.next_one(0.5) == pytest.approx(0.8)


def test_a_begin_that_sent_nothing_is_dropped() -> None:
    """No scenario was free, or it sends no request: the load is smaller than what was asked for."""
    made = Allowance(job(scripted_rate=steady(1.0)))
    made.next_begin(0.0)
    made.ended(1, sent=0)
    assert made.dropped(0.0) == 1


def test_what_ran_out_of_its_time_takes_no_arrivals_of_others() -> None:
    """A loop sends as much as it can; those after it would wait for as many arrivals."""
    made = Allowance(job(scripted_rate=steady(10.0)))
    assert made.next_begin(0.0) == (0.0, 1)
    made.ended(1, sent=900, late=True)
    assert made.next_begin(0.1) == (0.1, 1)
