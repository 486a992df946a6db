"""Records become plain values and records again."""

import json
from dataclasses import dataclass

import pytest

from loadaudit.records import Evidence, Parameter
from loadaudit.runfile.codec import from_plain, to_plain
from tests.runfile.builders import INVENTORY, PLAN, finished


@dataclass(frozen=True)
class Box:
    """A record with the kinds of hints that the codec knows."""

    evidence: Evidence
    inner: Parameter | None = None
    numbers: tuple[int, ...] = ()


@pytest.mark.parametrize("record", [INVENTORY, PLAN, finished()], ids=lambda record: type(record).__name__)
def test_record_survives_json(record: object) -> None:
    """Enums, tuples and nested records keep their types."""
    assert from_plain(type(record), json.loads(json.dumps(to_plain(record)))) == record


def test_optional_record_may_be_missing() -> None:
    """None stays None."""
    assert from_plain(Box, {"evidence": "declared", "inner": None}) == Box(evidence=Evidence.DECLARED)


def test_unknown_key_is_ignored() -> None:
    """A newer writer may add fields."""
    assert from_plain(Box, {"evidence": "declared", "mood": "good"}) == Box(evidence=Evidence.DECLARED)


def test_missing_key_is_an_error() -> None:
    """A record without what it needs is not made up."""
    with pytest.raises(TypeError):
        from_plain(Box, {})


def test_unknown_enum_value_is_an_error() -> None:
    """A word that this version does not know is not guessed."""
    with pytest.raises(ValueError, match="unheard"):
        from_plain(Box, {"evidence": "unheard"})
