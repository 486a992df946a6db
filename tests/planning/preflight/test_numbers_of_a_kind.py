"""Numbers of a kind that an error asks for."""

from typing import Any

import pytest

from loadaudit.planning.preflight.numbers_of_a_kind import number_of_a_kind


@pytest.mark.parametrize(
    ("text", "sent", "expected"),
    [
        ("It must be a multiple of 25", 1, 25),
        ("It must be a multiple of 25", "26", 50),
        ("It is not divisible by 7.", "word", 7),
        ("Only in steps of 0.25", 0.3, 0.5),
        ("It must be even", 3, 4),
        ("It must be even", 4, 4),
        ("Please enter an odd number", "4", 5),
        ("It must not be odd", 3, 4),
        ("It must be negative", 3, -1),
        ("You may not even do this", 3, None),
        ("It must be even", True, None),
        ("It must be a multiple of 0", 3, None),
        ("It must be a multiple of 0.01", 19.985, 19.99),
        ("It must be a multiple of 0.01", 1e308, None),
        ("It must be even", 10**400, None),
    ],
)
def test_a_number_is_of_the_kind_that_is_asked_for(text: str, sent: Any, expected: Any) -> None:
    assert number_of_a_kind(text, sent) == expected
