"""What the text of an error says of the value that it wants."""

import pytest

from loadaudit.planning.preflight.error_words import named_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Product tour x not found. Available tours: {'prompts_page', 'welcome'}", "prompts_page"),
        ('Unknown exporter. Supported formats are: ["csv", "json"]', "csv"),
        ("Unknown policy. Allowed here: members, nobody", "members"),
        ("These are not allowed: members, nobody", None),
        ("Enter a valid email: 'x'", None),
    ],
)
def test_the_first_value_of_a_list_that_a_text_prints(text: str, value: str | None) -> None:
    """What is quoted alone may be what was sent."""
    assert named_value(text) == value
