"""What a text has to have in it, at its ends, and its case."""

import pytest

from loadaudit.planning.preflight.shaped import UNIQUE_CAPITALS, begins_with_a_kind, shaped

SENT = "loadaudit xxLAxx"


@pytest.mark.parametrize(
    ("text", "sent", "expected"),
    [
        ("It must contain 'approved'.", SENT, f"{SENT} approved"),
        ("It must contain the word approved.", SENT, f"{SENT} approved"),
        ('{"error": "Include the word approved."}', SENT, f"{SENT} approved"),
        ("It has to include a #", SENT, f"{SENT}#"),
        ("This must contain an @ sign", SENT, "la-xxLAxx@example.com"),
        ("It must contain a colon", "a:b", None),
        ("It must end with '.example.org'", "host", "host.example.org"),
        ("It must end with .example.org.", "host", "host.example.org"),
        ("A question ends with a question mark.", "Why.", "Why?"),
        ("It must start with a capital letter", SENT, "Loadaudit xxLAxx"),
        ("It must start with a capital letter", "xxLAxx", "QxxLAxx"),
        ("It must begin with a digit", SENT, f"7{SENT}"),
        ("It must not start with a digit", "7a7", "a7"),
        ("It must not end with '-'", "a-b--", "a-b"),
        ("It must not start or end with a space", " a b ", "a b"),
        ("It cannot contain spaces", SENT, "loadauditxxLAxx"),
        ("It must not contain '-' or '_'.", "a-b_c", "abc"),
        ("It can't include an underscore", "a_b__loadaudit_number__", "ab__loadaudit_number__"),
        ("Spaces are not allowed", SENT, "loadauditxxLAxx"),
        ("Please use no commas", "a, b", "a b"),
        ("Must be in upper case", SENT, f"LOADAUDIT {UNIQUE_CAPITALS}"),
        ("Only uppercase letters are allowed", "ab", "AB"),
        ("Must be all lowercase", "La xxLAxx", "la xxLAxx"),
        ("It must be capitalized", SENT, "Loadaudit xxLAxx"),
        ("Upper case is fine", SENT, None),
        ("No number was given", SENT, None),
        ("User with this name already exists", SENT, None),
        ("It must not contain letters", "ab", None),
    ],
)
def test_a_text_gets_the_shape_that_is_asked_for(text: str, sent: str, expected: str | None) -> None:
    assert shaped(text, sent) == expected


def test_a_kind_of_characters_is_no_text() -> None:
    assert begins_with_a_kind("capital letter.")
    assert not begins_with_a_kind("INV-")
