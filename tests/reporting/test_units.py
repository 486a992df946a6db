"""Figures as people read them."""

import pytest

from loadaudit.reporting import units


@pytest.mark.parametrize(
    ("value_ns", "text"),
    [
        (None, "–"),
        (0, "0.0 ms"),
        (840_000, "0.8 ms"),
        (12_400_000, "12 ms"),
        (999_400_000, "999 ms"),
        (999_900_000, "1.00 s"),
        (1_254_000_000, "1.25 s"),
        (45_000_000_000, "45.0 s"),
        (125_000_000_000, "2 min 5 s"),
        (119_900_000_000, "2 min 0 s"),
    ],
)
def test_durations(value_ns: int | None, text: str) -> None:
    """Two to three significant digits, and a dash for no data."""
    assert units.duration(value_ns) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (812, "812 B"), (3_500, "3.4 KiB"), (262_144, "256 KiB"), (12_582_912, "12 MiB"), (2**31, "2.0 GiB")],
)
def test_sizes(value: int | None, text: str) -> None:
    """Binary units."""
    assert units.size(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 500, "0 %"), (1, 500, "1 %"), (499, 500, "99 %"), (500, 500, "100 %"), (1, 3, "33 %"), (0, 0, "no data")],
)
def test_percentages_are_never_falsely_0_or_100(part: int, whole: int, text: str) -> None:
    """0 and 100 are written only when they are exactly true, and no data is said in words."""
    assert units.percent(part, whole) == text


def test_percent_is_never_falsely_complete() -> None:
    """1,999 of 2,000 are not all."""
    assert units.percent(1999, 2000) == "99 %"
