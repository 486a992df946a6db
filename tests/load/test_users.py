"""Virtual users are shared out over the roles, and each sends its requests in a fixed order."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from loadaudit.load.job import Arrivals, VirtualUser
from loadaudit.load.sharing import rows_key
from loadaudit.load.users import allocate, allocate_lane, rates_of, request_order, think_time_s, users_of
from loadaudit.records import Lane, LaneRules, Plan, PlannedRequest, PlannedScenario, Ramp, Shape, Stage, steady
from tests.load.builders import planned, user


def of_role(role: str, count: int, *, lane: Lane = Lane.LIGHT) -> list[PlannedRequest]:
    """Return planned requests of one role."""
    return [planned(f"GET /{role}/{number}/", role=role, lane=lane) for number in range(count)]


def shares(users: tuple[VirtualUser, ...]) -> dict[str, int]:
    """Return how many virtual users each role has."""
    return dict(Counter(one.role for one in users))


def test_users_are_spread_by_the_requests_of_each_role() -> None:
    """A role with three times the requests gets about three times the users."""
    users = allocate([*of_role("owner", 30), *of_role("staff", 10)], 10)
    assert shares(users) == {"owner": 7, "staff": 3}


@pytest.mark.parametrize("count", [3, 4, 7, 10, 11, 100])
def test_every_user_is_given_out(count: int) -> None:
    """Rounding loses nobody and invents nobody."""
    requests = [*of_role("owner", 31), *of_role("staff", 7), *of_role("anonymous", 3)]
    assert len(allocate(requests, count)) == count


def test_small_role_gets_one_user() -> None:
    """A single staff page among hundreds of others is still sent."""
    assert shares(allocate([*of_role("owner", 500), *of_role("staff", 1)], 5))["staff"] == 1


def test_with_fewer_users_than_roles_the_largest_roles_come_first() -> None:
    """What cannot be covered is the least."""
    requests = [*of_role("staff", 2), *of_role("owner", 9), *of_role("viewer", 5)]
    assert shares(allocate(requests, 2)) == {"owner": 1, "viewer": 1}


def test_nothing_planned_needs_nobody() -> None:
    """Without requests there is no role to be."""
    assert allocate([], 10) == ()


def test_indexes_are_unique_and_in_order() -> None:
    """The index is part of every sample's number."""
    users = allocate([*of_role("owner", 3), *of_role("staff", 2)], 9)
    assert [one.index for one in users] == list(range(9))


def test_users_send_only_requests_of_their_role() -> None:
    """Nobody sends what was planned for somebody else."""
    requests = [*of_role("owner", 3), *of_role("staff", 2)]
    for one in allocate(requests, 6):
        assert {requests[position].role for position in one.positions} == {one.role}


HEAVY = LaneRules(lane=Lane.HEAVY, users=2, at_once=2, rounds=3)


def test_heavy_requests_have_users_of_their_own() -> None:
    """What they wait for holds up nobody in the load."""
    requests = [*of_role("owner", 5), *of_role("owner", 3, lane=Lane.HEAVY)]
    assert {position for one in allocate(requests, 50) for position in one.positions} == set(range(5))
    assert [one.positions for one in allocate_lane(HEAVY, requests, 50)] == [(5, 7), (6,)]


@pytest.mark.parametrize("operations", [1, 2, 7])
def test_heavy_requests_are_sent_three_times_each(operations: int) -> None:
    """However many users share them."""
    requests = of_role("owner", operations, lane=Lane.HEAVY)
    sent = Counter(n for one in allocate_lane(HEAVY, requests, 0) for n, _ in request_order(one, requests, 0))
    assert sent == dict.fromkeys(range(operations), 3)


def test_each_role_of_a_lane_gets_a_user() -> None:
    """How many are at work at once is bounded elsewhere."""
    requests = [planned(f"GET /{role}/", role=role, lane=Lane.HEAVY) for role in ("owner", "staff", "viewer")]
    assert {one.role for one in allocate_lane(HEAVY, requests, 0)} == {"owner", "staff", "viewer"}


def test_users_of_a_lane_share_its_rate() -> None:
    """Together they send what the lane's rules say, in turn."""
    rules = LaneRules(lane=Lane.HEALTH, users=2, rate_per_s=8.0, stretch_s=2.0, warm_up_rounds=2)
    requests = of_role("owner", 3, lane=Lane.HEALTH)
    users = list(allocate_lane(rules, requests, 10))
    arrivals = [one.arrivals for one in users if one.arrivals is not None]
    assert [(one.rate_per_s, one.phase_s, one.stretch_s) for one in arrivals] == [(4.0, 0.0, 2.0), (4.0, 0.125, 2.0)]
    assert [one.positions for one in users] == [(0, 2, 1), (1, 0, 2)]
    warmed = [n for one, of in zip(users, arrivals, strict=True) for n in one.positions[: of.warm_up_requests]]
    assert Counter(warmed) == {0: 2, 1: 2, 2: 2}
    assert [one.index for one in users] == [10, 11]


def test_all_users_of_a_plan_have_numbers_of_their_own() -> None:
    """Those of the load, of the scenarios and of the lanes."""
    plan = Plan(
        requests=(*of_role("owner", 3), *of_role("owner", 1, lane=Lane.HEAVY)),
        exclusions=(),
        identities=(),
        users=8,
        duration_s=None,
        lanes=(HEAVY,),
        scenarios=(PlannedScenario(name="order", role="owner", weight=1, place="loadtests.py:1"),),
    )
    users = users_of(plan)
    assert [one.index for one in users] == list(range(9))
    assert Counter((one.lane, bool(one.positions)) for one in users) == {
        (Lane.LIGHT, True): 6,
        (Lane.LIGHT, False): 2,
        (Lane.HEAVY, True): 1,
    }


def with_scenarios(**changes: Any) -> Plan:
    """Return a plan of eight users with three requests and one scenario."""
    made = Plan(
        requests=tuple(of_role("owner", 3)),
        exclusions=(),
        identities=(),
        users=8,
        duration_s=None,
        scenarios=(PlannedScenario(name="order", role="owner", weight=1, place="loadtests.py:1"),),
    )
    return replace(made, **changes)


@pytest.mark.parametrize("level", [4, 8])
def test_a_growing_load_takes_users_in_for_scenarios_too(level: int) -> None:
    """At each level a quarter of those at work go through them."""
    at_work = [one for one in users_of(with_scenarios()) if one.rank < level]
    assert len(at_work) == level
    assert sum(not one.positions for one in at_work) == level // 4


def test_scenarios_have_a_quarter_of_a_rate() -> None:
    """What was asked for is what comes in all, at any time."""
    ramp = Ramp(start=4.0, stages=(Stage(duration_s=10.0, target=40.0),))
    planned, scripted = rates_of(with_scenarios(shape=Shape(rate=ramp)))
    assert planned == Ramp(start=3.0, stages=(Stage(duration_s=10.0, target=30.0),))
    assert scripted == Ramp(start=1.0, stages=(Stage(duration_s=10.0, target=10.0),))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"requests": ()}, (steady(0.0), steady(10.0))),
        ({"scenarios": ()}, (steady(10.0), None)),
        ({"shape": Shape()}, (None, None)),
    ],
)
def test_who_is_alone_has_the_whole_rate(changes: dict[str, Any], expected: object) -> None:
    """Nothing is kept for what is not there."""
    assert rates_of(with_scenarios(**{"shape": Shape(rate=steady(10.0)), **changes})) == expected


def test_paced_requests_go_in_order() -> None:
    """Each operation comes at even intervals."""
    one = user(positions=(0, 1, 2), arrivals=Arrivals(rate_per_s=1.0))
    assert [n for n, _ in islice(request_order(one, of_role("owner", 3), 7), 6)] == [0, 1, 2, 0, 1, 2]


def test_order_is_the_same_for_the_same_seed() -> None:
    """A run can be repeated."""
    requests = of_role("owner", 8)
    one = user(3, positions=tuple(range(8)))
    first, second = (list(islice(request_order(one, requests, 42), 100)) for _ in range(2))
    assert first == second


def test_order_differs_between_users_and_seeds() -> None:
    """Users do not walk in lock step."""
    requests = of_role("owner", 8)
    light = tuple(range(8))
    orders = {
        tuple(islice(request_order(user(index, positions=light), requests, seed), 8))
        for index, seed in [(0, 0), (1, 0), (0, 1)]
    }
    assert len(orders) == 3


def test_every_request_is_sent_equally_often() -> None:
    """After any number of rounds each operation has the same number of samples."""
    requests = of_role("owner", 7)
    sent = Counter(n for n, _ in islice(request_order(user(positions=tuple(range(7))), requests, 0), 7 * 13))
    assert set(sent.values()) == {13}


def test_weight_multiplies_a_request() -> None:
    """An operation of weight 3 is sent three times a round."""
    requests = [planned("GET /a/", weight=3), planned("GET /b/")]
    sent = Counter(n for n, _ in islice(request_order(user(positions=(0, 1)), requests, 0), 40))
    assert sent == {0: 30, 1: 10}


def test_all_come_once_before_some_come_again() -> None:
    """A load that is too short leaves out repetitions, not operations."""
    requests = [planned("GET /a/", weight=9), *of_role("owner", 5)]
    first = [n for n, _ in islice(request_order(user(positions=tuple(range(6))), requests, 3), 6)]
    assert sorted(first) == list(range(6))


def test_users_of_a_role_soon_have_sent_everything() -> None:
    """A short load leaves nothing out because everybody has begun with the same."""
    requests = of_role("owner", 70)
    users = [user(n, positions=tuple(range(70))) for n in range(7)]
    sent = {n for one in users for n, _ in islice(request_order(one, requests, 5), 18)}
    assert sent == set(range(70))


def test_paths_are_taken_in_turn() -> None:
    """Every row of the pool is asked for."""
    requests = [planned("GET /p/<int:pk>/", "/p/1/", "/p/2/", "/p/3/")]
    assert [path for _, path in islice(request_order(user(), requests, 0), 4)] == ["/p/1/", "/p/2/", "/p/3/", "/p/1/"]


def test_users_start_at_different_rows() -> None:
    """Ten users do not begin by asking for the same row."""
    requests = [planned("GET /p/<int:pk>/", "/p/1/", "/p/2/", "/p/3/")]
    firsts = [next(request_order(user(index), requests, 0))[1] for index in range(3)]
    assert firsts == ["/p/1/", "/p/2/", "/p/3/"]


def test_what_comes_to_its_end_is_sent_so_often_in_all() -> None:
    """Each user has its part of it; what has no end goes on."""
    requests = [replace(planned("POST /codes/", "/codes/"), most=5), planned("GET /p/", "/p/")]
    key = rows_key(requests[0])
    sent = [
        Counter(n for n, _ in islice(request_order(user(positions=(0, 1)), requests, 0, shares={key: (n, 2)}), 40))
        for n in (0, 1)
    ]
    assert [one[0] for one in sent] == [3, 2]


def test_user_without_requests_is_through_at_once() -> None:
    """It must not spin through empty rounds."""
    assert list(request_order(user(positions=()), [], 0)) == []


@pytest.mark.parametrize(("uniform", "pause_s"), [(0.0, 0.1), (0.5, 0.2), (0.999, 0.2998)])
def test_think_time_varies_around_its_mean(uniform: float, pause_s: float) -> None:
    """Between half and one and a half times the mean."""
    assert think_time_s(0.2, uniform) == pytest.approx(pause_s)
