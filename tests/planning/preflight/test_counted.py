"""How many of what a text has to have."""

import pytest

from loadaudit.planning.preflight.counted import counted, wants_some_digits

SENT = "loadaudit xxLAxx"


@pytest.mark.parametrize(
    ("text", "sent", "expected"),
    [
        ("Write at least 3 words.", SENT, f"{SENT} loadaudit"),
        ("Write at least 3 words.", "there are three", None),
        ("5 words or more are needed", SENT, f"{SENT} loadaudit writes these"),
        ("Your text has fewer than 3 words", SENT, f"{SENT} loadaudit"),
        ("more than 2 words", SENT, f"{SENT} loadaudit"),
        ("Exactly one word, please", SENT, "xxLAxx"),
        ("no more than 2 words", "a b c xxLAxx", "a xxLAxx"),
        ("fewer than 3 words", "a b c xxLAxx", "a xxLAxx"),
        ("It must not have more than 2 words", "a b c", "a b"),
        ("You wrote more than 2 words", "a b c", "a b"),
        ("between 3 and 4 words", SENT, f"{SENT} loadaudit"),
        ("between 3 and 4 words", "a b c d e", "a b c d"),
        ("at least 2 lines", SENT, f"{SENT}\nLine 2"),
        ("at least 2 paragraphs", SENT, f"{SENT}\n\nParagraph 2"),
        ("at least 2 sentences", SENT, f"{SENT}. Loadaudit wrote this."),
        ("at most one sentence", "One. Two!", "One."),
        ("at least 3 tags", "a, b", "a, b, la3"),
        ("at most 2 items", "a, b, c", "a, b"),
        ("at least 2 uppercase letters", SENT, f"{SENT}QZ"),
        ("It must contain at least 2 digits", "ab1", "ab17"),
        ("It must have 2 special characters", SENT, f"{SENT}!#"),
        ("Exactly 2 digits", "ab", None),
        ("It must not contain a digit", "ab", None),
        ("at least 9999 words", SENT, None),
        ("The number 3 is wrong", SENT, None),
        ("The 2 values must match", SENT, None),
        ("You have 3 items left", SENT, None),
        ("Enter 3 words", SENT, f"{SENT} loadaudit"),
    ],
)
def test_a_text_has_as_many_as_are_asked_for(text: str, sent: str, expected: str | None) -> None:
    """What no other request has stays in it."""
    assert counted(text, sent) == expected


def test_some_digits_are_not_digits_alone() -> None:
    assert wants_some_digits("It must contain at least 2 digits")
    assert not wants_some_digits("It must have exactly 10 digits")
    assert not wants_some_digits("It must contain 2 words")
