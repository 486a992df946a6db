"""What an error says of two fields."""

from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.preflight.beside import alike, beside

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


@pytest.mark.parametrize(
    ("said", "sent", "expected"),
    [
        ("cannot transfer to the same account", {"amount": 1, "source": "DE1", "target": "DE1"}, ["target"]),
        ("Both must be different.", {"a": 7, "b": 7, "c": 7}, ["b", "c"]),
        ("cannot transfer to the same account", {"source": "DE1", "target": "DE2"}, []),
        ("cannot be the same", {"a": f"la-{UNIQUE_TEXT}", "b": f"la-{UNIQUE_TEXT}", "c": True, "d": True}, []),
        ("The same account gets it", {"source": "DE1", "target": "DE1"}, []),
    ],
)
def test_what_is_alike_where_that_is_forbidden(said: str, sent: dict[str, object], expected: list[str]) -> None:
    """The later one, of what was chosen and not made up."""
    assert [*alike(said, sent)] == expected
