"""What the records say about themselves."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from loadaudit.records import Evidence, Identity, Level, Parameter, Severity
from loadaudit.records.making import quickly_made
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
    known = tuple(replace(one, model="flatpages.FlatPage", evidence=Evidence.INFERRED) for one in parameters)
    assert not operation(f"GET {route}", catch_all=True, parameters=known).needs_address


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


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One field of each sort."""

    name: str
    count: int = 1
    parts: list[str] = field(default_factory=list)
    source: object = field(default=None, compare=False)


def test_what_is_made_quickly_is_a_frozen_dataclass_as_others_are() -> None:
    """Defaults, equality, copies, pickles and refusals are those of the dataclass."""
    made = _Made(name="one")
    assert (made.name, made.count, made.parts, type(made)) == ("one", 1, [], _Made)
    assert made.parts is not _Made(name="one").parts
    assert made == _Made(name="one", source=object()) == replace(_Made(name="two", count=1), name="one")
    assert pickle.loads(pickle.dumps(made)) == made == copy.deepcopy(made)
    with pytest.raises(FrozenInstanceError):
        made.name = "two"  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"_Made.__init__\(\) missing 1 required keyword-only argument: 'name'"):
        _Made()  # type: ignore[call-arg]
