"""What errors say in plain words of the side of now on which a date has to be."""

import pytest

from loadaudit.planning.preflight.plain_words import moved_dates


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("The date must be in the future.", "2026-03-08"),
        ("Please choose a day in the future", "2026-03-08"),
        ("Appointments cannot be made in the past.", "2026-03-08"),
        ("The date is in the past.", "2026-03-08"),
        ("It must be a date in the past", "2026-02-22"),
        ("The birthday cannot be in the future.", "2026-02-22"),
        ("It should not be in the future", "2026-02-22"),
        ("It has to be before today.", "2026-02-22"),
    ],
)
def test_the_side_that_is_wanted(said: str, day: str) -> None:
    """What is complained of is the other one."""
    assert list(moved_dates(said, {"day": "2026-03-01"})) == [("day", day)]
