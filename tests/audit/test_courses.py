"""Who may begin a scenario, as a function of how it went: no virtual user, no time."""

import random
from typing import Any

import pytest

from loadaudit.audit.courses import MOST_FAILURES, NEVER_BEGUN, Course, chosen, courses_of
from loadaudit.planning.project.registry import Scenario


def one(name: str = "one", **changes: Any) -> Scenario:
    """Return a scenario of the owner."""
    return Scenario(**{"name": name, "function": print, "role": "owner", "place": "x.py:1", **changes})


@pytest.mark.parametrize(
    ("own_s", "load_s", "expected_s"),
    [(None, 20.0, 10.0), (None, 600.0, 60.0), (None, None, 60.0), (90.0, 20.0, 90.0)],
)
def test_the_time_of_one_that_says_none_is_at_most_half_of_the_load(
    own_s: float | None, load_s: float | None, expected_s: float
) -> None:
    (course,) = courses_of([one(timeout_s=own_s)], lambda role: 3, load_s)
    assert course.timeout_s == expected_s


@pytest.mark.parametrize(
    ("users", "weights", "expected"),
    [(10, (1, 1), [5, 5]), (3, (1, 1), [2, 2]), (2, (9, 1), [1, 1]), (1, (1, 1), [1, 1]), (4, (1,), [None])],
)
def test_nobody_knows_yet_whether_it_ends(users: int, weights: tuple[int, ...], expected: list[int | None]) -> None:
    """Its share by weight may be in it until one has come through, and one virtual user is left to the others."""
    courses = courses_of([one(weight=weight) for weight in weights], lambda role: users, None)
    assert [course.at_first for course in courses] == expected


def test_one_that_ran_out_of_its_time_rests_as_long_and_is_tried_by_one_user_then() -> None:
    first, second = courses_of([one(), one("second")], lambda role: 10, 20.0)
    first.ended("late", late_s=100.0)
    assert all(chosen([first, second], "owner", random.Random(n), 109.0) is second for n in range(9))
    assert first.free(110.0)
    first.under_way = 1
    assert not first.free(110.0)
    first.ended("", late_s=None)
    assert first.free(110.0)


def test_one_alone_has_nobody_to_rest_for() -> None:
    (course,) = courses_of([one()], lambda role: 10, 20.0)
    course.ended("late", late_s=100.0)
    course.under_way = 9
    assert course.free(100.0)


def test_after_so_many_failures_in_a_row_it_is_given_up() -> None:
    course = Course(scenario=one(timeout_s=2.0))
    for _ in range(MOST_FAILURES):
        assert course.free(0.0)
        course.ended(course.out_of_time(" (x.py:2)"), late_s=None)
    assert not course.free(0.0)
    assert course.note() == (
        "Scenario one (x.py:1): 0 times through, 5 not to the end: it took longer than its timeout_s of 2 s (x.py:2). "
        "Given up after 5 failures in a row."
    )


def test_what_held_the_virtual_users_is_named_by_what_never_had_its_turn() -> None:
    """More of them, or more weight, would change little."""
    first, second = Course(scenario=one("first"), begun=1), Course(scenario=one("second"))
    note = second.note([first, second])
    assert note.endswith(f"because {NEVER_BEGUN}; what did not come to its end held it up: first.")
