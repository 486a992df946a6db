"""What the text of an error says of the value that it wants."""

import pytest

from loadaudit.planning.preflight.error_words import is_choice, is_missing, is_unwanted, least_items, named_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Product tour x not found. Available tours: {'prompts_page', 'welcome'}", "prompts_page"),
        ('Unknown exporter. Supported formats are: ["csv", "json"]', "csv"),
        ("Unknown policy. Allowed here: members, nobody", "members"),
        ("These are not allowed: members, nobody", None),
        ("Enter a valid email: 'x'", None),
        ("One of: fast, slow", "fast"),
        ("It must be either fast or slow.", "fast"),
        ("Wrong. Valid modes are fast, slow and idle.", "fast"),
        ("Select a valid choice. x is not one of the available choices.", None),
        ("It must be in upper case.", None),
        ("You must choose one of 3 options", None),
        ("No one of us", None),
        ("must be one of 3, 4", "3"),
    ],
)
def test_the_first_value_of_a_list_that_a_text_prints(text: str, value: str | None) -> None:
    """What is quoted alone may be what was sent."""
    assert named_value(text) == value


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Between 4 and 6 words are needed.", False),
        ("At least one special character is required.", False),
        ("At least one of these fields is required.", True),
    ],
)
def test_how_much_of_a_value_is_required_does_not_say_that_it_is_missing(text: str, missing: bool) -> None:
    assert is_missing(text) is missing


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("no user with this address", True),
        ("Nobody with this address has an account.", True),
        ("There is no such project", True),
        ("No spaces, please", False),
        ("There is no limit for this", False),
    ],
)
def test_what_misses_a_row_wants_another_one(text: str, choice: bool) -> None:
    assert is_choice(text) is choice


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("Cannot update through patch", True),
        ("This field cannot be changed.", True),
        ("This field is read-only", True),
        ("Immutable after creation.", True),
        ("Cannot be changed to closed", False),
        ("The sum cannot be changed while it is open", False),
        ("Cannot be null", False),
        ("Not editable", True),
    ],
)
def test_what_must_stay_as_it_is_is_not_sent(text: str, unwanted: bool) -> None:
    """Of a value that another may replace nothing is left out."""
    assert is_unwanted(text) is unwanted


def test_a_list_has_as_many_values_as_are_asked_for_in_words() -> None:
    assert least_items("Give at least three different tags") == 3
    assert least_items("No fewer than 2 members") == 2
    assert least_items("options is invalid. 2 to 6 different options") == 2
    assert least_items("At least three words") == 0
