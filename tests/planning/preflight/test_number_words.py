"""Numbers that are written as words."""

import pytest

from loadaudit.planning.preflight.number_words import in_digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write at least three words.", "Write at least 3 words."),
        ("A Twelve-letter code", "A 12-letter code"),
        ("a hundred lines of twenty", "100 lines of 20"),
        ("one of those that often weigh seventy", "one of those that often weigh 70"),
    ],
)
def test_numbers_are_digits(text: str, expected: str) -> None:
    assert in_digits(text) == expected
