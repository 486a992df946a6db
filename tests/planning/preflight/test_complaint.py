"""What a complaint makes of a field."""

from typing import Any

import pytest

from loadaudit.planning.preflight.complaint import Complaint, as_sent, in_place, of_parts
from loadaudit.records import BodyField


def test_what_an_earlier_complaint_has_led_to_stays() -> None:
    """A list of numbers stays one, and what is known of a field counts more than what was sent."""
    unknown = BodyField(name="rows", type="any")
    assert (as_sent(unknown, [1]).type, as_sent(unknown, [1]).many) == ("integer", True)
    assert (as_sent(unknown, ["a"]).type, as_sent(unknown, ["a"]).many) == ("any", True)
    assert as_sent(unknown, True) == unknown
    known = BodyField(name="rows", type="string")
    assert as_sent(known, [1]) == known


def test_an_object_that_was_refused_while_it_was_empty_gets_a_key() -> None:
    """«Must not be empty» of a dictionary that may have any keys; one with fields of its own keeps them."""
    unknown = BodyField(name="settings", type="object")
    assert [inner.required for inner in as_sent(unknown, {}).fields] == [True]
    assert as_sent(unknown, {"a": 1}) == unknown
    known = BodyField(name="settings", type="object", fields=(BodyField(name="colour"),))
    assert as_sent(known, {}) == known


def test_a_field_of_several_inputs() -> None:
    """What is required means its empty inputs; what is wrong, all of them."""
    sent = {"when_0": "2026-03-01", "when_1": "", "when_zone": "UTC", "title": "", "title_2": ""}
    assert [one.field for one in of_parts(Complaint(field="when", missing=True), sent)] == ["when_1"]
    assert [one.field for one in of_parts(Complaint(field="when"), sent)] == ["when_0", "when_1"]
    (unsent,) = of_parts(Complaint(field="end", missing=True), sent, ["end_0"])
    assert (unsent.field, unsent.missing) == ("end_0", True)
    for one in (Complaint(field="title", missing=True), Complaint(field="place", missing=True)):
        assert list(of_parts(one, sent)) == [one]


@pytest.mark.parametrize(
    ("field", "sent", "place"),
    [
        ("0", {"ids": ["a"], "percent": 1}, ("ids", 0)),
        ("1", {"ids": ["a"]}, ()),
        ("0", {"ids": ["a"], "tags": ["b"]}, ()),
        ("0", {"0": "a", "ids": ["a"]}, ()),
        ("ids", {"ids": ["a"]}, ()),
    ],
)
def test_a_number_alone_is_a_place_in_the_only_list(field: str, sent: dict[str, Any], place: tuple[Any, ...]) -> None:
    """A field that checks itself does not know what it is called."""
    found = in_place(Complaint(field=field, wants="integer"), sent)
    assert (found.place, found.field) == (place, place[0] if place else field)
