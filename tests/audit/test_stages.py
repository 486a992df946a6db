"""Which of the project's scenarios a run sends, and what it says of them."""

from loadaudit.audit.options import RunOptions, Selection
from loadaudit.audit.stages import wanted_scenarios
from loadaudit.inventory.filters import Filters
from loadaudit.planning.project.registry import Scenario

SCENARIOS = (Scenario(function=lambda user: None, name="buy", place=""),)


def test_scenarios_are_left_out_of_a_selection() -> None:
    """They send what nobody asked for."""
    options = RunOptions(writes=True, selection=Selection(filters=Filters(only=("GET /",))))
    assert wanted_scenarios(SCENARIOS, options) == (
        (),
        ("One scenario of the project is left out, because only some operations were asked for.",),
    )
