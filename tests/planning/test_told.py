"""What answers tell under a name of its own is sent where something else asks for that name."""

import pytest

from loadaudit.planning.told import Told
from loadaudit.records import BodyField

TOLD = {
    "results": [{"url_part": "Zm9vYmFy-1", "title": "loadaudit-1", "created_at": "2026-03-05T10:00:00Z"}],
    "refresh": "eyJhbGciOi.eyJ0b2tl.c2lnbg",
    "next": "https://example.com/?page=2",
    "plan": "premium",
    "key": "abc-12345678",
}


@pytest.fixture
def told() -> Told:
    """Know one answer."""
    found = Told()
    found.note(TOLD)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [("url_part", "Zm9vYmFy-1"), ("refresh", TOLD["refresh"]), ("title", ""), ("created_at", ""), ("plan", "")],
)
def test_fields_take_what_nobody_types(told: Told, name: str, value: str) -> None:
    """Keys and tokens; no titles, dates, addresses and words."""
    assert next(iter(told.for_fields([BodyField(name=name, type="string", required=True)])), {}).get(name, "") == value


def test_fields_of_which_more_is_known_keep_what_they_have(told: Told) -> None:
    """A row's key has to be one of a row, and what is unique another one."""
    fields = [
        BodyField(name="refresh", type="string", required=True, unique=True),
        BodyField(name="refresh", type="string", required=True, model="shop.Token"),
        BodyField(name="refresh", type="string", required=False),
        BodyField(name="refresh", type="uuid", required=True),
    ]
    assert told.for_fields(fields) == []


def test_fields_take_nothing_longer_than_they_hold(told: Told) -> None:
    """A row's key of that name may be a uuid, where the field asks for a code of six digits."""
    assert told.for_fields([BodyField(name="url_part", required=True, max_length=6)]) == []
    assert told.for_fields([BodyField(name="token", required=True, max_length=6)]) == []


def test_addresses_take_only_names_that_mean_the_same_everywhere(told: Told) -> None:
    """Every `key` is a key of something else."""
    assert told.for_names(["url_part", "key"]) == {"url_part": "Zm9vYmFy-1"}


def test_the_key_of_what_a_parameter_is_called_after_is_its_value(told: Told) -> None:
    """A conversation that was made answers its `room_id`, and every address of it asks for a `room`."""
    told.note({"room_id": "!1:host", "joined": ["!1:host"], "event_id": "$12:host", "url_part_id": "other-12345"})
    assert told.for_names(["room", "event", "url_part"]) == {
        "room": "!1:host",
        "event": "$12:host",
        "url_part": "Zm9vYmFy-1",
    }


def test_tokens_are_told_under_other_names_too() -> None:
    """Whoever verifies a token takes that which a login calls the access."""
    told = Told()
    told.note({"access": "abc.def-1", "refresh": "ghi.jkl-2"})
    found = told.for_fields([BodyField(name="token", required=True)])
    assert [one["token"] for one in found] == ["abc.def-1", "ghi.jkl-2"]
    assert told.for_fields([BodyField(name="refresh", required=True)])[0] == {"refresh": "ghi.jkl-2"}
    assert told.for_fields([BodyField(name="title", required=True)]) == []
