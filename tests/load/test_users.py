"""Virtual users are shared out over the roles, and each sends its requests in a fixed order."""

from collections import Counter
from itertools import islice

import pytest

from loadaudit.load.job import VirtualUser
from loadaudit.load.users import HEAVY_SAMPLES, HEAVY_USERS, allocate, request_order, think_time_s
from loadaudit.records import PlannedRequest
from tests.load.builders import planned, user


def of_role(role: str, count: int, *, heavy: bool = False) -> list[PlannedRequest]:
    """Return planned requests of one role."""
    return [planned(f"GET /{role}/{number}/", role=role, heavy=heavy) for number in range(count)]


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
        assert {requests[position].role for position in one.light} == {one.role}


def test_heavy_requests_have_at_most_two_users_of_a_role() -> None:
    """That bounds how many of them run at once, whatever --users says."""
    users = allocate([*of_role("owner", 5), *of_role("owner", 3, heavy=True)], 50)
    in_lane = [one for one in users if one.heavy]
    assert len(in_lane) == HEAVY_USERS
    assert not {position for one in users for position in one.light} & set(in_lane[0].heavy)


@pytest.mark.parametrize("count", [1, 2, 20])
def test_heavy_requests_are_sent_a_few_times_in_all(count: int) -> None:
    """The rounds of the lane's users together reach the wanted number of samples."""
    users = allocate(of_role("owner", 1, heavy=True), count)
    sent = sum(len(list(request_order(one, of_role("owner", 1, heavy=True), 0))) for one in users)
    assert HEAVY_SAMPLES <= sent <= HEAVY_SAMPLES + HEAVY_USERS - 1


def test_order_is_the_same_for_the_same_seed() -> None:
    """A run can be repeated."""
    requests = of_role("owner", 8)
    one = user(3, light=tuple(range(8)))
    first, second = (list(islice(request_order(one, requests, 42), 100)) for _ in range(2))
    assert first == second


def test_order_differs_between_users_and_seeds() -> None:
    """Users do not walk in lock step."""
    requests = of_role("owner", 8)
    light = tuple(range(8))
    orders = {
        tuple(islice(request_order(user(index, light=light), requests, seed), 8))
        for index, seed in [(0, 0), (1, 0), (0, 1)]
    }
    assert len(orders) == 3


def test_every_request_is_sent_equally_often() -> None:
    """After any number of rounds each operation has the same number of samples."""
    requests = of_role("owner", 7)
    sent = Counter(n for n, _ in islice(request_order(user(light=tuple(range(7))), requests, 0), 7 * 13))
    assert set(sent.values()) == {13}


def test_weight_multiplies_a_request() -> None:
    """An operation of weight 3 is sent three times a round."""
    requests = [planned("GET /a/", weight=3), planned("GET /b/")]
    sent = Counter(n for n, _ in islice(request_order(user(light=(0, 1)), requests, 0), 40))
    assert sent == {0: 30, 1: 10}


def test_paths_are_taken_in_turn() -> None:
    """Every row of the pool is asked for."""
    requests = [planned("GET /p/<int:pk>/", "/p/1/", "/p/2/", "/p/3/")]
    assert [path for _, path in islice(request_order(user(), requests, 0), 4)] == ["/p/1/", "/p/2/", "/p/3/", "/p/1/"]


def test_users_start_at_different_rows() -> None:
    """Ten users do not begin by asking for the same row."""
    requests = [planned("GET /p/<int:pk>/", "/p/1/", "/p/2/", "/p/3/")]
    firsts = [next(request_order(user(index), requests, 0))[1] for index in range(3)]
    assert firsts == ["/p/1/", "/p/2/", "/p/3/"]


def test_user_without_requests_is_through_at_once() -> None:
    """It must not spin through empty rounds."""
    assert list(request_order(user(light=()), [], 0)) == []


@pytest.mark.parametrize(("uniform", "pause_s"), [(0.0, 0.1), (0.5, 0.2), (0.999, 0.2998)])
def test_think_time_varies_around_its_mean(uniform: float, pause_s: float) -> None:
    """Between half and one and a half times the mean."""
    assert think_time_s(0.2, uniform) == pytest.approx(pause_s)
