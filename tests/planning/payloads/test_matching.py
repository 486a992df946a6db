"""Texts for patterns."""

import re

import pytest

from loadaudit.planning.payloads.matching import text_matching

PATTERNS = [
    r"((([A-Z]+[a-z]+){2,})(/([A-Z]+[a-z]+){2,})*)",
    r"^[A-Z]{3}-\d{4}$",
    r"[-a-zA-Z0-9_]+",
    r"(?P<kind>user|group)/\w+\.(?:png|jpg)",
    r"(a|b)\1[^x]\S",
    r"^1[358]\d{9}$|^147\d{8}$",
    r"[0-9a-f]{8}-[0-9a-f]{4}",
    r"\+?\d{6,14}",
    r"[^a-z/]+",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_that_the_pattern_takes(pattern: str) -> None:
    """From end to end."""
    assert all(re.fullmatch(pattern, text_matching(pattern, number)) for number in (0, 1, 900_001))


def test_different_numbers_make_different_texts() -> None:
    """As far as the pattern has room."""
    assert len({text_matching(r"[A-Z]+[a-z]+-\d{4}", number) for number in range(50)}) == 50
    assert {text_matching("a", number) for number in range(3)} == {"a"}
    for pattern in ("[^/]+", ".+", r"\w+", r"[^x]"):
        assert len({text_matching(pattern, number) for number in (900_001, 900_002)}) == 2


@pytest.mark.parametrize("pattern", ["(", r"(?!a)a", r"a(?=b)", ""])
def test_no_text(pattern: str) -> None:
    """Nonsense, what nothing meets, and what is not looked at."""
    assert text_matching(pattern) == ""


def test_the_least_length_is_kept() -> None:
    assert len(text_matching(r"\w+", least=12)) >= 12
