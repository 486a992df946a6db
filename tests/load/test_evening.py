"""Each category gets the same time of a virtual user, by the times that it measures."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from loadaudit.load.evening import MOST_WEIGHT, Evening
from loadaudit.load.users import request_order
from loadaudit.records import PlannedRequest
from tests.load.builders import planned, user


def requests(**categories: int) -> list[PlannedRequest]:
    """Return so many requests of each category."""
    return [
        planned(f"GET /{category}/{n}/", evened_in=category)
        for category, count in categories.items()
        for n in range(count)
    ]


def sent(of: list[PlannedRequest], room: float, number: int, **latency_s: float) -> tuple[dict[str, float], list[int]]:
    """Return the time of each category of so many requests, and the positions in their order."""
    positions = tuple(range(len(of)))
    evening = Evening(positions, of, room)
    time_s, order = dict.fromkeys((one.evened_in for one in of), 0.0), list[int]()
    for position, _ in islice(request_order(user(positions=positions), of, 0, evening), number):
        took_s = latency_s.get(of[position].evened_in, 1.0)
        evening.took(position, took_s)
        time_s[of[position].evened_in] += took_s
        order.append(position)
    return time_s, order


@pytest.mark.parametrize(
    ("categories", "latency_s"),
    [
        ({"read": 4, "dashboard": 1}, {}),
        ({"read": 3, "export": 3}, {"export": 5.0}),
        ({"a": 1, "b": 2, "c": 3}, {"c": 0.2}),
    ],
)
def test_time_is_shared_out_evenly(categories: dict[str, int], latency_s: dict[str, float]) -> None:
    """Whether a category has more operations or takes longer."""
    time_s, order = sent(requests(**categories), 8.0, 2000, **latency_s)
    assert max(time_s.values()) < 1.05 * min(time_s.values())
    assert set(order) == set(range(sum(categories.values())))


def test_all_come_once_before_some_come_again() -> None:
    """Operations of the category that is behind come in turn."""
    _, order = sent(requests(read=4, dashboard=2), 8.0, 8)
    assert sorted(order[:6]) == [0, 1, 2, 3, 4, 5]
    assert sorted(order[6:]) == [4, 5]


def test_nothing_is_sent_too_often() -> None:
    """A category that cannot catch up leaves the others their turn."""
    _, order = sent(requests(slow=1, quick=1), 1000.0, 11, slow=100.0)
    assert Counter(order) == {0: 1, 1: MOST_WEIGHT}


def test_the_time_for_it_is_bounded() -> None:
    """Where the load has no time to spare, every operation still gets its samples."""
    of = requests(read=10, dashboard=1)
    assert Counter(sent(of, 0.0, 1100)[1]) == dict.fromkeys(range(11), 100)
    assert Counter(sent(of, 0.2, 1300)[1])[10] == pytest.approx(300, abs=5)


def test_what_is_not_evened_keeps_to_its_weight() -> None:
    """Reads of recorded traffic come as often as they were recorded, and take no part."""
    of = [*requests(read=2, write=1), planned("GET /recorded/", weight=3), planned("GET /broken/")]
    _, order = sent(of, 8.0, 8)
    assert Counter(order) == {0: 1, 1: 1, 2: 2, 3: 3, 4: 1}
    assert sent([replace(one, evened_in="") for one in of], 8.0, 7)[1][5:] == [3, 3]
