"""Values that an error asks for in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.worded_values import choice_told, free_numbers, in_words, worded_values
from loadaudit.records import BodyField

STATUS = BodyField(name="status", choices=("open", "in_progress", "closed"))
SENT = {"status": "open", "amount": "-3", "shelves": [{"books": [{"year": 7, "title": "a"}]}]}
YEAR = ("shelves", 0, "books", 0, "year")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Album 'a': Year must be between 1900 and 2100", [Complaint(field="shelves", value=2000, place=YEAR)]),
        ("The amount must be at least 10.5.", [Complaint(field="amount", value=10.5)]),
        ("Your amount should be greater than 4", [Complaint(field="amount", value=5)]),
        ("amount must be less than 4", [Complaint(field="amount", value=3)]),
        ("Amount must be positive", [Complaint(field="amount", value=1)]),
        ("Balance must be at least 50", []),
        ("Status is already set to this value.", [Complaint(field="status", value="in_progress")]),
        ("Invalid transition: open to open", [Complaint(field="status", value="in_progress")]),
        (
            "This is deprecated. Use IN_PROGRESS (in_progress) instead.",
            [Complaint(field="status", value="in_progress")],
        ),
        ("Use something else instead", []),
        ("You may not do this", []),
        ("It must be even.", [Complaint(field="amount", value=-2, said="It must be even.")]),
        ("amount forbidden during an update", [Complaint(field="amount", unwanted=True)]),
        ("This status is not allowed", [Complaint(field="status", value="in_progress")]),
        ("The amount cannot be changed", [Complaint(field="amount", unwanted=True)]),
        ("Direct assignment is prohibited. Use shelves.set() instead.", [Complaint(field="shelves", unwanted=True)]),
    ],
)
def test_what_a_sentence_asks_for(said: str, expected: list[Any]) -> None:
    """A number within the range that it tells, wherever in the body, or another choice of what it speaks of."""
    assert list(worded_values(said, SENT, [STATUS, BodyField(name="amount")], 1)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("At least two store ids are needed to compare.", "4,5"),
        ("Give at least 3 store_ids", "4,5,6"),
        ("Store ids must be unique", None),
        ("At least two regions are needed.", None),
    ],
)
def test_several_keys_where_one_is_too_few(said: str, expected: str | None) -> None:
    """Those that follow, as they are in most tables."""
    told = in_words(said, [Complaint(field="store_ids", choice=True)], {"store_ids": "4"}, [], 1)
    assert told == [Complaint(field="store_ids", value=expected, choice=expected is None)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("User name can only contain letters and digits.", ["user_name"]),
        ("Sorry. The user name must start with a letter", ["user_name"]),
        ("User name contains illegal characters", ["user_name"]),
        ("A password may not contain the user name", ["password"]),
        ("This cannot contain the user name", []),
        ("User name is too common", []),
    ],
)
def test_what_a_sentence_says_of_how_something_is_written(said: str, expected: list[str]) -> None:
    """Of the text that it is about, in another way than it was."""
    sent = {"user": "la-1", "user_name": "la-2", "password": "x"}
    assert [one.field for one in worded_values(said, sent, [], 1)] == expected


@pytest.mark.parametrize(
    ("said", "variant", "expected"),
    [
        ("A port must be associated with either a device type or a module type.", 1, "device_type"),
        ("A port must be associated with either a device type or a module type.", 2, "module_type"),
        ("Status must be given", 1, ""),
        ("You must be logged in. The device type is old.", 1, ""),
        ("A device type cannot be given here; it must be derived", 1, ""),
        ("The device type is older than the module type", 1, ""),
    ],
)
def test_what_a_sentence_wants_that_was_left_out(said: str, variant: int, expected: str) -> None:
    """Of several that would do the first, then the next; not what was sent, and not what must not be there."""
    fields = [BodyField(name=name) for name in ("status", "module_type", "device_type")]
    assert [one.field for one in worded_values(said, SENT, fields, variant)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("said", "variant", "unwanted"),
    [
        ("Supply exactly one of status or due_date.", 1, ["due_date"]),
        ("Supply exactly one of status or due_date.", 2, ["status"]),
        ("Status and due date are mutually exclusive", 1, ["due_date"]),
        ("Give the status or the due date, but not both", 1, ["due_date"]),
        ("Status and due date must be given", 1, []),
        ("Only one row has this status. The due date is over.", 1, []),
    ],
)
def test_what_is_one_too_many_is_left_out(said: str, variant: int, unwanted: list[str]) -> None:
    """Whatever else it says of the fields; each turn keeps another one."""
    named = [Complaint(field="status"), Complaint(field="due_date")]
    found = in_words(said, named, {"status": "open", "amount": 5, "due_date": "2026-01-31"}, [], variant)
    assert found == ([Complaint(field=name, unwanted=True) for name in unwanted] or named)


@pytest.mark.parametrize("variant", [1, 2])
def test_an_age_is_that_of_whoever_was_born(variant: int) -> None:
    """Whichever days and texts there are beside."""
    sent = {"name": f"loadaudit {UNIQUE_TEXT}", "start": "2030-01-01", "birth_date": "2030-01-01"}
    (found,) = worded_values("You must be 18 years or more.", sent, (), variant)
    assert (found.field, found.value < "2012") == ("birth_date", True)


def test_each_turn_has_another_choice() -> None:
    """A state leads to some of the others only."""
    found = [next(worded_values("Status is invalid", SENT, [STATUS], turn)).value for turn in (1, 2, 3)]
    assert found == ["in_progress", "closed", "in_progress"]


def test_a_number_that_is_there_already_becomes_one_that_is_not() -> None:
    """A link to a row stays what it is: another row is another matter."""
    fields = [BodyField(name="barcode"), BodyField(name="owner", model="auth.User")]
    sent = {"barcode": 2, "owner": 1}
    found = [Complaint(field="barcode", choice=True), Complaint(field="owner", choice=True)]
    number, link = free_numbers("UNIQUE constraint failed: t.barcode", found, sent, fields, 1)
    assert (number.value > 1_000, link.value) == (True, None)
    assert free_numbers("Barcode is wrong", found, sent, fields, 1) == found


@pytest.mark.parametrize(
    ("said", "variant", "field", "wants"),
    [
        ('Expected a list of items but got type "str".', 1, "products", "array"),
        ('Expected a list of items but got type "str".', 2, "percent", "array"),
        ("A valid number is required.", 1, "products", "number"),
    ],
)
def test_a_kind_without_a_name_is_tried_at_each_text(said: str, variant: int, field: str, wants: str) -> None:
    """A list is rather called like several, and what has digits alone is a number already."""
    found = list(worded_values(said, {"percent": "1", "products": "la"}, (), variant))
    assert [(one.field, one.wants) for one in found] == [(field, wants)]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("An account 4000 is of kind income.", "income"),
        ("It is asset or income.", ""),
        ("Not liability", ""),
        ("Incomes are fine", ""),
    ],
)
def test_the_choice_that_an_error_names(said: str, told: str) -> None:
    """The one beside what was sent; several are none."""
    kind = BodyField(name="kind", choices=("liability", "income", "asset", "of"))
    assert choice_told(kind, said, {"kind": "liability"}) == told
