"""What stands for a value that was taken out has its form, and the check digits of its kind."""

import pytest

from loadaudit.planning.recorded.redaction import MARK
from loadaudit.planning.recorded.shapes import layout_of, like


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("AB123456", "AA999999"),
        ("SW1A 2AA", "AA9A 9AA"),
        ("DE89 3704 0044 0532 0130 00", "iban;!D!E99 9999 9999 9999 9999 99"),
        ("5500 0000 0000 0004", "luhn;!5999 9999 9999 9999"),
        ("378282246310005", "luhn;!399999999999999"),
        ("978-0-306-40615-7", "ean;!9!7!8-9-999-99999-9"),
        ("0-8044-2957-X", "isbn;9-9999-9999-A"),
        ("7", ""),
        ("a" * 61, ""),
        ("Zoë 12", ""),
    ],
)
def test_the_form_of_a_text(text: str, layout: str) -> None:
    """What is made of it has the same one, and is another; it fits between the marks of a body."""
    assert layout_of(text) == layout
    if not layout:
        return
    found = MARK.fullmatch(f"__loadaudit_made={layout}__")
    assert found is not None
    assert (found["check"] or "") == layout.rpartition(";")[0]
    if found["check"]:
        made = like(found["layout"], found["check"])
        assert made != text
        assert layout_of(made).replace("A", "9") == layout.replace("A", "9")


@pytest.mark.parametrize(
    ("text", "begins"),
    [("+49 221 9988776", "+49 221 "), ("+4922199", "+492"), ("0221 998877", "0221 "), ("555-0199", "")],
)
def test_country_and_area_of_a_phone_stay(text: str, begins: str) -> None:
    """They tell a network, which validators know; who has the number the rest tells."""
    layout = layout_of(text, is_phone=True)
    assert layout.replace("!", "").startswith(begins)
    assert text.removeprefix(begins) not in layout
