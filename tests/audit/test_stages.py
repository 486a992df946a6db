"""Which of the project's scenarios a run sends, and what it says of them."""

from loadaudit.audit.options import RunOptions, Selection
from loadaudit.audit.stages import wanted_scenarios
from loadaudit.inventory.filters import Filters
from loadaudit.planning.project.registry import Scenario
from loadaudit.records import Shape, steady

SCENARIOS = (Scenario(function=lambda user: None, name="buy", place=""),)


def test_the_part_of_a_rate_that_scenarios_have_is_said() -> None:
    """Who asked for ten requests per second gets ten, and fewer of the planned ones."""
    options = RunOptions(writes=True, shape=Shape(rate=steady(10.0)))
    kept, (note,) = wanted_scenarios(SCENARIOS, options)
    assert kept == SCENARIOS
    assert "A quarter of the rate" in note


def test_scenarios_are_left_out_of_a_selection() -> None:
    """They send what nobody asked for."""
    options = RunOptions(writes=True, selection=Selection(filters=Filters(only=("GET /",))))
    assert wanted_scenarios(SCENARIOS, options) == (
        (),
        ("One scenario of the project is left out, because only some operations were asked for.",),
    )
