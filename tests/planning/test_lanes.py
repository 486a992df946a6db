"""Operations go to lanes, and lanes get their rules."""

from dataclasses import replace

import pytest

from loadaudit.planning.lanes import health_rate_per_s, lane_of, stretch_s, with_lanes
from loadaudit.records import Kind, Lane, Plan, PlannedRequest, Risk
from tests.analysis.factories import operation
from tests.load.builders import planned


def plan(*requests: PlannedRequest) -> Plan:
    """Return a plan of ten users."""
    return Plan(requests=requests, exclusions=(), identities=(), users=10, duration_s=None)


@pytest.mark.parametrize(
    ("category", "risk", "kind", "lane"),
    [
        ("Read", Risk.SAFE, Kind.READ, Lane.LIGHT),
        ("Health", Risk.SAFE, Kind.READ, Lane.HEALTH),
        ("Health", Risk.MUTATING, Kind.WRITE, Lane.LIGHT),
        ("Export", Risk.HEAVY, Kind.READ, Lane.HEAVY),
        ("Export", Risk.SAFE, Kind.READ, Lane.LIGHT),
        ("Batch", Risk.HEAVY, Kind.WRITE, Lane.HEAVY),
    ],
)
def test_risk_and_category_choose_the_lane(category: str, risk: Risk, kind: Kind, lane: Lane) -> None:
    """A write in the health category is no check."""
    assert lane_of(replace(operation(), category=category, risk=risk, kind=kind)) is lane


@pytest.mark.parametrize(
    ("users", "endpoints", "rate_per_s"), [(1, 1, 1.0), (3, 2, 6.0), (10, 2, 20.0), (100, 1, 20.0), (2, 50, 20.0)]
)
def test_health_checks_come_once_per_second_user_and_endpoint(users: int, endpoints: int, rate_per_s: float) -> None:
    """And at most twenty a second, however many there are."""
    assert health_rate_per_s(users, endpoints) == rate_per_s


@pytest.mark.parametrize(
    ("duration_s", "length_s"), [(None, 2.0), (10.0, 2.0), (60.0, 3.0), (300.0, 15.0), (3600.0, 30.0)]
)
def test_stretches_grow_with_the_load(duration_s: float | None, length_s: float) -> None:
    """Whole seconds, because the connections are read once a second."""
    assert stretch_s(duration_s) == length_s


def test_only_lanes_with_requests_have_rules() -> None:
    """A project without exports has no lane for them."""
    assert with_lanes(plan(planned())).lanes == ()
    made = with_lanes(plan(planned(), planned("GET /pdf/", lane=Lane.HEAVY), planned("GET /health/", lane=Lane.HEALTH)))
    heavy, health = made.lanes
    assert (heavy.at_once, heavy.rounds) == (2, 3)
    assert (health.rate_per_s, health.users, health.warm_up_rounds) == (10.0, 4, 2)


def test_health_checks_alone_are_the_load() -> None:
    """Who asks for nothing else wants to know what they bear."""
    made = with_lanes(plan(planned("GET /health/", lane=Lane.HEALTH)))
    assert [one.lane for one in made.requests] == [Lane.LIGHT]
    assert made.lanes == ()
