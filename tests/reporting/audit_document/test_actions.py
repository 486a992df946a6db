"""What to do first."""

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.audit_document.actions import HIGH, LOW, MEDIUM, actions, priority_of
from tests.reporting.samples import BROKEN


@pytest.mark.parametrize(
    ("impact", "effort", "priority"),
    [
        (HIGH, LOW, 1),
        (HIGH, MEDIUM, 1),
        (HIGH, HIGH, 2),
        (MEDIUM, LOW, 2),
        (MEDIUM, MEDIUM, 2),
        (MEDIUM, HIGH, 3),
        (LOW, LOW, 3),
    ],
)
def test_priority_follows_impact_and_effort(impact: int, effort: int, priority: int) -> None:
    """Much impact first, much work later."""
    assert priority_of(impact, effort) == priority


def test_most_urgent_comes_first(analysis: Analysis) -> None:
    """And of equals the one that takes less."""
    keys = [(one.priority, -one.impact, one.effort) for one in actions(analysis)]
    assert keys == sorted(keys)
    assert keys[0][0] == 1


def test_every_finding_above_info_has_an_action(analysis: Analysis) -> None:
    """Nothing grave is only mentioned."""
    grave = {one.code for one in analysis.findings if one.severity > 0}
    assert grave <= {one.source for one in actions(analysis)}


def test_what_is_not_covered_has_one_too(analysis: Analysis) -> None:
    """By the reason that operations share."""
    covering = [one for one in actions(analysis) if one.source == "coverage"]
    assert any("--destructive" in one.subject for one in covering)


def test_what_a_finding_asks_for_is_not_asked_for_twice(analysis: Analysis) -> None:
    """An endpoint that always fails is covered once its error is gone."""
    assert any(one.source == "LA201" and BROKEN in one.subject for one in actions(analysis))
    assert not any(one.source == "coverage" and BROKEN in one.text for one in actions(analysis))
