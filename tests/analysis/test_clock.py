"""The course of the load."""

from typing import Any

import pytest

from loadaudit.analysis.clock import Clock
from tests.analysis.factories import MS, sample, trace


def added(clock: Clock, number: int, start_ns: int, database_ns: int, **changes: Any) -> None:
    """Add one successful request of 20 ms."""
    one = sample(number, start_ns=start_ns)
    seen = trace(number, start_ns=start_ns + 2 * MS, service_ns=15 * MS, database_ns=database_ns, **changes)
    clock.add(one, seen, success=True)


def test_where_the_time_went_in_each_stretch() -> None:
    """The mean of the requests that began in it; the parts add up to the mean response time."""
    clock = Clock()
    added(clock, 1, 0, 4 * MS)
    added(clock, 2, 100 * MS, 8 * MS)
    added(clock, 3, 1_100 * MS, 10 * MS)
    first, second = clock.timeline()
    assert (first.split_n, first.split["database"]) == (2, 6 * MS)
    assert (second.split_n, second.split["database"], second.split["queue"]) == (1, 10 * MS, 2 * MS)
    assert sum(first.split.values()) == pytest.approx(20 * MS, abs=10)


def test_a_summary_splits_nothing() -> None:
    """A trace without its times would look like a request that did nothing."""
    clock = Clock()
    added(clock, 1, 0, 0, summary_only=True)
    (only,) = clock.timeline()
    assert (only.split_n, only.split) == (0, {})


def test_many_requests_of_a_second_count_with_all_of_them() -> None:
    """Only some are split, so that a busy second does not count less beside a quiet one."""
    clock = Clock()
    for number in range(1, 401):
        added(clock, number, 0, 10 * MS)
    for second in range(1, 121):
        added(clock, 1000 + second, second * 1000 * MS, 2 * MS)
    first = clock.timeline()[0]
    assert first.length_s == 2
    assert first.split_n == 201
    assert first.split["database"] == pytest.approx((400 * 10 + 2) / 401 * MS, rel=0.01)
