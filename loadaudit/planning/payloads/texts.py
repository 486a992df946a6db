"""Texts within what a field asks of them: its pattern and its lengths."""

import re
from collections.abc import Sequence
from datetime import date

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_TEXT
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.records import BodyField

_BIRTH = re.compile(r"birth|(?:^|_)(?:dob|born)(?:_|$)|geburt|geboren|naissance|nacimiento|nascimento|nascita|geboorte")
_GROWN_YEARS = 30

USUAL = (
    *(f"la-{UNIQUE_TEXT}", f"la_{UNIQUE_TEXT}", f"la{UNIQUE_TEXT}"),
    *("1", "12", "123", "1234", "12345", "A", "AA", "AAA", "aa", "aaa", "A1", "AB-123", "ABC123"),
    *("10:00", "#336699", "1.0", "1.0.0", "a.b", "US", "en"),
)
"""Texts that patterns often ask for."""

_NUMBER = "100000000"
"""What stands for a number that no other request has while a pattern is tried."""

DIGITS = tuple(
    "1" * length if length <= len(_NUMBER) else "1" * (length - len(_NUMBER)) + UNIQUE_NUMBER for length in range(6, 20)
)


def takes(one: BodyField, texts: Sequence[str]) -> list[str]:
    """Return the texts that the field's pattern and its least length let through."""
    try:
        return [
            text
            for text in texts
            if len(example(text)) >= (one.min_length or 0)
            and (not one.pattern or re.search(one.pattern, example(text)))
        ]
    except re.error:
        return []


def example(text: str) -> str:
    """Return a text as it is sent, with a number in the place of its mark."""
    return text.replace(UNIQUE_NUMBER, _NUMBER)


def fitted(text: str, one: BodyField) -> str:
    """Return the text within the field's lengths; the mark that makes it unique goes last."""
    most = one.max_length
    if most is not None and len(text) > most:
        if UNIQUE_TEXT in text and most >= len(UNIQUE_TEXT):
            text = UNIQUE_TEXT if "@" not in text else text
        text = text[:most]
    return text + "a" * max(0, (one.min_length or 0) - len(text))


def is_birth(name: str) -> bool:
    """Whether a field of this name tells when somebody was born."""
    return _BIRTH.search(in_snake_case(name)) is not None


def day_for(name: str, today: date) -> date:
    """Return the day that a field gets which says no more of it: of a birth the one of a grown person."""
    return today.replace(year=today.year - _GROWN_YEARS, day=min(today.day, 28)) if is_birth(name) else today
