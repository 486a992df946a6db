"""Where a course of values changed."""

import random

import pytest

from loadaudit.analysis.comparison.trend import change_points


def course(seed: int, *levels: float, each: int = 6) -> list[float]:
    """Return values around each level in turn."""
    rng = random.Random(seed)
    return [level + rng.gauss(0, 0.03) for level in levels for _ in range(each)]


def test_a_change_is_found_where_it_is() -> None:
    """The seventh of twelve runs is the first of the slower ones."""
    ((position, apart, p),) = change_points(course(1, 0.0, 0.2))
    assert position == 6
    assert apart == pytest.approx(0.2, abs=0.05)
    assert p < 0.001


def test_two_changes() -> None:
    """Slower, and quick again."""
    assert [one[0] for one in change_points(course(2, 0.0, 0.3, 0.0))] == [6, 12]


def test_noise_is_no_change() -> None:
    """Of 200 courses without one, at most one in twenty shows any."""
    assert sum(bool(change_points(course(seed, 0.0, each=12))) for seed in range(200)) <= 10


def test_runs_without_a_value_are_left_out() -> None:
    """The position counts all runs."""
    values: list[float | None] = [*course(3, 0.0, 0.5)]
    values[2] = None
    assert [one[0] for one in change_points(values)] == [6]


def test_few_runs_show_nothing_by_themselves() -> None:
    """Two on each side are no course."""
    assert change_points([0.0, 0.0, 1.0, 1.0]) == []
