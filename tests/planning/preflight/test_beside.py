"""What an error says of two fields."""

from typing import Any

import pytest

from loadaudit.planning.preflight.beside import beside

SENT = {"start": "2026-03-06", "end": "2026-03-06", "low": 5, "high": "3", "name": "xxLAxx", "new_name": "xxLAxx"}


@pytest.mark.parametrize(
    ("said", "field", "expected"),
    [
        ("End must be after start.", "", [("end", "2026-03-07")]),
        ("This must be before end", "start", [("start", "2026-03-05")]),
        ("Must be greater than low.", "high", [("high", 6)]),
        ("low must be less than high", "", [("low", "2")]),
        ("Must be different from name", "new_name", [("new_name", "xxLAxxb")]),
        ("Must match end", "name", [("name", "2026-03-06")]),
        ("It must match nothing", "name", []),
        ("Must match end", "other", []),
        ("start, end and low must match", "", []),
    ],
)
def test_a_field_stands_to_another_as_is_asked_for(said: str, field: str, expected: list[Any]) -> None:
    assert list(beside(said, SENT, field)) == expected


def test_a_text_is_longer_than_another() -> None:
    assert list(beside("Must be longer than title", {"text": "a", "title": "bcd"}, "text")) == [("text", "aaaa")]
    assert list(beside("Must be shorter than title", {"text": "abcd", "title": "bcd"}, "text")) == [("text", "ab")]
