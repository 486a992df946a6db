"""What errors say in plain words of the side of now on which a date has to be."""

from datetime import date

import pytest

from loadaudit.planning.preflight.plain_words import absent, held_already, moved_dates, names_in, takes_another


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("The date must be in the future.", "2026-03-08"),
        ("Please choose a day in the future", "2026-03-08"),
        ("Appointments cannot be made in the past.", "2026-03-08"),
        ("The date is in the past.", "2026-03-08"),
        ("It must be a date in the past", "2026-02-22"),
        ("The birthday cannot be in the future.", "2026-02-22"),
        ("It should not be in the future", "2026-02-22"),
        ("It has to be before today.", "2026-02-22"),
        ("Appointments begin tomorrow at the earliest.", "2026-03-08"),
    ],
)
def test_the_side_that_is_wanted(said: str, day: str) -> None:
    """What is complained of is the other one."""
    assert list(moved_dates(said, {"day": "2026-03-01"}, date(2026, 3, 1))) == [("day", day)]


@pytest.mark.parametrize(
    "said",
    [
        "This slot is taken.",
        "There are appointments in this time.",
        "The room is not available on these dates",
        "It overlaps with another booking.",
        "She is on leave on this day.",
    ],
)
def test_a_time_that_somebody_has(said: str) -> None:
    """Each later one is twice as far away, on the same day of the week; what begins and ends moves together."""
    sent = {"first": "2026-03-01", "last": "2026-03-02T10:00", "room": "7"}
    days = [date(2026, 3, 1)]
    while len(days) < 4:
        moved = dict(moved_dates(said, sent, days[0]))
        sent |= moved
        days.append(date.fromisoformat(sent["first"]))
        assert sent["last"] == f"{date.fromordinal(days[-1].toordinal() + 1)}T10:00"
    assert [(one - days[0]).days for one in days] == [0, 7, 14, 28]


def test_what_somebody_has_besides_times() -> None:
    """A name that is taken is none, nor a row that is closed."""
    for said in ("This name is already taken.", "The order is closed.", "It is not available."):
        assert not list(moved_dates(said, {"day": "2026-03-01"}, date(2026, 3, 1)))


def test_what_is_no_day_that_can_be_moved() -> None:
    """One that is not in the calendar, and the one that stands for always."""
    sent = {"number": "2026-13-45", "end": "9999-12-31"}
    for said in ("This slot is taken.", "It lies in the past.", "No."):
        assert not list(moved_dates(said, sent, date(2026, 3, 1)))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('No POST argument with this key: "id".', [("id", False)]),
        ('No GET argument with this key: "id1".', [("id1", True)]),
        ("Missing query parameter 'page'", [("page", True)]),
        ("The 'name' parameter is required", [("name", False)]),
        ("No Book matches the given query.", []),
        ('No book of the title "Emma"', []),
    ],
)
def test_parameters_that_are_not_there(said: str, expected: list[tuple[str, bool]]) -> None:
    """With whether the query is meant."""
    assert absent(said) == expected


def test_rows_that_are_together_already() -> None:
    """Which of them is to be another one is not said: all that the sentence names may be."""
    sent = ["user", "role_id", "scope"]
    assert held_already("Refused. The user already has this role here.", sent) == ["user", "role_id"]
    assert not held_already("The user has no such role.", sent)


def test_what_is_called_is_no_field() -> None:
    assert names_in(['Expected a list of items but got type "str".']) == []
    assert names_in(["add_tag() doesn't work here", "make_user() misses 1 argument: 'e_mail'", "unit_id is wrong"]) == [
        "e_mail",
        "unit_id",
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('{"message": "Only POST method is allowed"}', True),
        ("POST required", True),
        ("This view must be called by POST.", False),
        ("Use POST instead", True),
        ("POST or PUT only.", True),
        ("GET requests are not supported here", True),
        ("GET not allowed", True),
        ("POST is not allowed", False),
        ("Only GET and POST are allowed", False),
        ("POST data required", False),
        ("No POST argument with this key", False),
        ("Please post it", False),
    ],
)
def test_a_view_that_says_that_it_takes_another_method(said: str, *, expected: bool) -> None:
    """Of a GET; what is only about the body is another matter."""
    assert takes_another(said, "GET") is expected
