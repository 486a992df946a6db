"""Limits of operations: rules first, then what was asked for, then the lane's own."""

from dataclasses import replace

from loadaudit.conf import LimitRule
from loadaudit.planning.lanes import HEAVY_TIMEOUT_S, LIGHT_TIMEOUT_S
from loadaudit.planning.limits import limited
from loadaudit.records import Lane, Plan
from tests.load.builders import planned

PLAN = Plan(
    requests=(planned("GET /a/"), planned("POST /reports/"), planned("GET /pdf/", lane=Lane.HEAVY)),
    exclusions=(),
    identities=(),
    users=1,
    duration_s=None,
)


def timeouts(plan: Plan) -> list[float]:
    """Return how long each request may take."""
    return [one.timeout_s for one in plan.requests]


def test_lanes_have_limits_of_their_own() -> None:
    """Heavy requests take minutes."""
    assert timeouts(limited(PLAN, ())) == [LIGHT_TIMEOUT_S, LIGHT_TIMEOUT_S, HEAVY_TIMEOUT_S]


def test_a_timeout_does_not_shorten_heavy_requests() -> None:
    """They would never end; a longer one holds for them, too."""
    assert timeouts(limited(PLAN, (), timeout_s=5.0)) == [5.0, 5.0, HEAVY_TIMEOUT_S]
    assert timeouts(limited(PLAN, (), timeout_s=900.0)) == [900.0, 900.0, 900.0]


def test_the_first_rule_that_matches_counts() -> None:
    """What it leaves open is as asked."""
    rules = (LimitRule(pattern="reports", timeout_s=120, at_once=2), LimitRule(pattern="/", timeout_s=7))
    plan = limited(PLAN, rules, timeout_s=5.0, first_byte_timeout_s=1.0)
    assert timeouts(plan) == [7, 120, 7]
    assert [one.at_once for one in plan.requests] == [None, 2, None]
    assert {one.first_byte_timeout_s for one in plan.requests} == {1.0}


def test_limits_are_set_anew() -> None:
    """The plan is shaped once more behind the preflight."""
    once = limited(PLAN, (LimitRule(pattern="/a/", at_once=1),))
    assert limited(replace(once), ()) == limited(PLAN, ())
