"""What the records say about themselves."""

from dataclasses import FrozenInstanceError, replace

import pytest

from loadaudit.records import Identity, Level, Parameter, Severity
from tests.analysis.factories import operation
from tests.runfile.builders import finished, info


def test_each_level_implies_the_ones_before() -> None:
    """Coverage at a level counts every operation at it or above."""
    words = [level.word for level in sorted(Level)]
    assert words == ["untouched", "attempted", "reached", "succeeded", "loaded"]


@pytest.mark.parametrize(
    ("route", "needs"),
    [
        ("/<path:page>", True),
        ("/[<path:page>]", True),
        ("/a b/<path:page> #2", True),
        ("/site/<path:object_id>/", False),
        ("/app/*", False),
    ],
)
def test_which_catch_alls_need_an_address_of_their_own(route: str, needs: bool) -> None:
    """The admin's `<path:object_id>/` takes the key of a row, and one without a value any address at all."""
    parameters = (Parameter(name="page", converter="path"),) if "<" in route else ()
    assert operation(f"GET {route}", catch_all=True, parameters=parameters).needs_address is needs
    assert not operation(f"GET {route}", parameters=parameters).needs_address


def test_severities_are_ordered() -> None:
    """A report begins with the worst."""
    assert [one.word for one in sorted(Severity)] == ["info", "warning", "high", "critical"]


def test_only_the_role_anonymous_is_anonymous() -> None:
    """A remote identity without a known id still logs in."""
    assert Identity(role="anonymous").anonymous
    assert not Identity(role="owner").anonymous


@pytest.mark.parametrize("reason", ["completed", "interrupted", "aborted: server lost"])
def test_run_with_a_reason_is_not_cut_short(reason: str) -> None:
    """Every end but a kill says why."""
    assert not finished(finish_reason=reason).cut_short


def test_run_without_a_reason_is_cut_short() -> None:
    """It was killed, or is still under way."""
    assert info().cut_short


def test_records_do_not_change() -> None:
    """Stages pass them on; who needs another value makes a copy."""
    run = info()
    with pytest.raises(FrozenInstanceError):
        run.label = "other"  # type: ignore[misc]
    assert replace(run, label="other").label == "other"
