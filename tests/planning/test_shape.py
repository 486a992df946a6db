"""What the shape of the load says of itself."""

from dataclasses import replace

import pytest

from loadaudit.planning.shape import shaped
from loadaudit.records import Plan, PlannedScenario, Shape, steady
from tests.load.builders import planned

SCENARIO = PlannedScenario(name="buy", role="user", weight=1, place="loadtests.py:1")


@pytest.mark.parametrize(("operations", "said"), [(1, "A quarter of the rate"), (0, "The whole rate")])
def test_the_part_of_a_rate_that_scenarios_have_is_said(operations: int, said: str) -> None:
    """Once, also when the plan is looked at again, and nothing of operations that nobody planned."""
    requests = tuple(planned(f"GET /{number}/") for number in range(operations))
    plan = Plan(requests=requests, exclusions=(), identities=(), users=1, duration_s=None, think_time_s=0.1)
    plan = replace(plan, shape=Shape(rate=steady(100.0)), scenarios=(SCENARIO,))
    (note,) = shaped(shaped(plan, (), {}, preflight=False), (), {}, preflight=False).notes
    assert note.startswith(said)


def test_without_a_rate_nothing_is_said() -> None:
    """Users send as they get to it."""
    plan = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=None, think_time_s=0.1)
    assert shaped(replace(plan, scenarios=(SCENARIO,)), (), {}, preflight=False).notes == ()
