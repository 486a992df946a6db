"""Days and times of day that an error asks for."""

from datetime import date
from typing import Any

import pytest

from loadaudit.planning.preflight.on_days import on_day

TODAY = date(2026, 3, 1)
"""A Sunday."""


@pytest.mark.parametrize(
    ("text", "sent", "expected"),
    [
        ("It must be a weekday", "2026-03-07", "2026-03-09"),
        ("It must be a weekday", "2026-02-28T10:00", "2026-02-27T10:00"),
        ("It must be a weekday", "2026-03-09", None),
        ("We are closed on weekends", "2026-03-07", "2026-03-09"),
        ("Not on Mondays", "2026-03-09", "2026-03-10"),
        ("Only Sundays are possible", "2026-03-09", "2026-03-15"),
        ("Open Tuesday to Thursday", "2026-03-06", "2026-03-10"),
        ("It must be the first day of a month", "2026-03-06", "2026-04-01"),
        ("It must be the last of the month", "2026-03-06", "2026-03-31"),
        ("It must be the first of a month", "01", "2026-04-01"),
        ("You must be at least 18 years old", "2020-03-06", "2006-03-01"),
        ("You must be at least 18 years old", "xxLAxx", "2006-03-01"),
        ("You must be at least 18 years old", "1990-03-06", None),
        ("You must be 18 years or more", "2020-03-06", "2006-03-01"),
        ("You must be 18+ years old", "xxLAxx", "2006-03-01"),
        ("Users under the age of 18 are not allowed", "2020-03-06", "2006-03-01"),
        ("You are under 16.", "2020-03-06", "2008-03-01"),
        ("Not allowed: you must be 21 or older", "2020-03-06", "2003-03-02"),
        ("You must not be under 18 years old", "2020-03-06", "2006-03-01"),
        ("The child must be between 5 and 12 years old.", "1990-03-06", "2017-08-31"),
        ("The child must be between 5 and 12 years old.", "2018-03-06", None),
        ("Nobody over 65 years of age", "1950-03-06", "1963-03-02"),
        ("Between 5 and 12 characters", "1990-03-06", None),
        ("Only children under 12 years of age", "1990-03-06", "2016-03-01"),
        ("It must be after 2026-05-01", "2026-03-06", "2026-05-02"),
        ("It must be before 2026-01-05", "2026-03-06", "2026-01-04"),
        ("Between 9:00 and 17:00 only", "2026-03-06T20:00:00Z", "2026-03-06T13:00:00Z"),
        ("Open from 9am to 5pm", "20:00", "13:00"),
        ("Open from 9am to 5pm", "10:00", None),
        ("The doctor works from 09:00 to 09:30.", "10:00", "09:00"),
        ("Slots begin every 15 minutes.", "10:20:00", "10:15:00"),
        ("Choose one of the 20-minute slots", "10:50", "10:40"),
        ("Lessons begin on the hour", "10:50", "10:00"),
        ("It begins at a quarter of an hour", "10:50", "10:45"),
        ("Each begins at a half hour", "10:50", "10:30"),
        ("Between 2 and 5 seats", "20:00", None),
        ("It must be a weekday", "word", None),
        ("It must be a weekday", 7, None),
        ("It must be after 9999-12-31", "2026-03-06", None),
    ],
)
def test_a_day_is_moved_to_one_that_is_asked_for(text: str, sent: Any, expected: str | None) -> None:
    """What was to come stays to come, and what was past stays past."""
    assert on_day(text, sent, TODAY) == expected
