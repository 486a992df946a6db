"""Numbers that an error compares with one which it does not name."""

from __future__ import annotations

from typing import Any

import pytest

from loadaudit.planning.preflight.compared import compared
from loadaudit.records import BodyField


@pytest.mark.parametrize(
    ("said", "sent", "expected"),
    [
        ("Your bid must be higher than the current bid.", {"bid": "1"}, ("bid", "10")),
        ("The bid cannot be lower than the starting price.", {"bid": 12.5, "note": "a"}, ("bid", 125.0)),
        ("Reading is lower than the last one", {"reading": 40}, ("reading", 400)),
        ("Bid too low.", {"amount": "0"}, ("amount", "10")),
        ("The amount exceeds what is left", {"amount": "250"}, ("amount", "25")),
        ("Amount must exceed the last one", {"amount": 5}, ("amount", 50)),
        ("You cannot withdraw more than the balance", {"amount": 50}, ("amount", 5)),
        ("You cannot withdraw more than the balance", {"amount": 1}, None),
        ("It must be higher than the others", {"low": 1, "high": 2}, None),
        ("The high must be higher than the low one of before", {"low": 1, "high": 2}, ("high", 20)),
        ("Quantity must be greater than 4", {"quantity": 1}, None),
        ("Level must be higher than the last", {"level": 1}, None),
        ("More than the others do", {"amount": 1}, None),
    ],
)
def test_a_number_follows_what_is_said(said: str, sent: dict[str, Any], expected: tuple[str, Any] | None) -> None:
    """Up or down by ten times, unless the sentence has a number itself, or it is not clear which one is meant."""
    found = [(one.field, one.value) for one in compared(said, sent, [BodyField(name="level", choices=("1", "2"))])]
    assert found == ([expected] if expected is not None else [])
