"""What a row is can be written back, with one field changed on which nothing depends."""

import json
from dataclasses import replace

import pytest

from loadaudit.load.payloads import encode
from loadaudit.load.words import Turns
from loadaudit.planning.payloads.echoes import CHANGED, ECHO, echoes
from loadaudit.records import Body, BodyField, BodyKind

NAME = BodyField(name="name")


def body(*fields: BodyField) -> Body:
    """Return a JSON body with these fields."""
    return Body(kind=BodyKind.JSON, fields=fields)


def test_only_what_the_body_takes_is_written_back() -> None:
    """And only an object; as it was behind the one with a change."""
    of_row = body(NAME, BodyField(name="file", type="file"))
    first, second = echoes(of_row, {"name": "a", "file": "/a.png", "id": 1})
    assert (first.document, first.origin) == ('{"name": "loadaudit xxLAxx"}', CHANGED)
    assert (second.document, second.origin) == ('{"name": "a"}', ECHO)
    assert list(echoes(of_row, [1])) == []
    assert list(echoes(of_row, {"id": 1})) == []
    # Of what a body takes that nobody has read, nobody knows what is unique.
    assert [one.origin for one in echoes(body(), {"note": "a"})] == [ECHO]


def test_keys_that_were_read_in_code_may_not_be_all() -> None:
    """The whole row goes last."""
    read = replace(body(NAME), source="source")
    assert json.loads([*echoes(read, {"name": "a", "id": 1})][-1].document) == {"name": "a", "id": 1}
    assert len([*echoes(read, {"name": "a"})]) == len([*echoes(body(NAME), {"name": "a", "id": 1})]) == 2


@pytest.mark.parametrize(
    ("fields", "row", "changed"),
    [
        ((BodyField(name="title"), BodyField(name="note")), {"title": "a", "note": ""}, "note"),
        ((BodyField(name="carrier"), BodyField(name="name", max_length=6)), {"carrier": "a", "name": "b"}, "name"),
        ((BodyField(name="name", max_length=5), BodyField(name="carrier")), {"name": "b", "carrier": "a"}, "carrier"),
        ((NAME,), {"name": "000071"}, "name"),
        ((NAME, BodyField(name="weight", type="integer")), {"name": None, "weight": 3}, "weight"),
        ((BodyField(name="gift_wrap", type="boolean"), BodyField(name="age")), {"gift_wrap": False}, "gift_wrap"),
    ],
)
def test_one_field_is_changed(fields: tuple[BodyField, ...], row: dict[str, object], changed: str) -> None:
    """A text, else a number, else a boolean."""
    sent = json.loads(encode(next(echoes(body(*fields), row)), 7).content)
    assert {name for name, value in row.items() if sent[name] != value} == {changed}
    assert type(sent[changed]) is type(row[changed])


def test_a_text_of_which_an_address_is_made_stays() -> None:
    """The row would move."""
    row = {"name": "My Room", "slug": "my-room-2"}
    assert [one.origin for one in echoes(body(NAME), row)] == [ECHO]
    assert [one.origin for one in echoes(body(NAME), {"name": "My Room"}, "/rooms/my-room/")] == [ECHO]
    assert [one.origin for one in echoes(body(NAME), {"name": "My Room"}, "/rooms/7/")] == [CHANGED, ECHO]


def test_numbers_stay_within_the_limits_and_take_turns() -> None:
    near = BodyField(name="weight", type="integer", minimum=1, maximum=10)
    template = next(echoes(body(near), {"weight": 10}))
    turns = Turns()
    sent = [json.loads(encode(template, number, turns).content)["weight"] for number in range(16)]
    assert len({*sent}) == 8
    assert sent[:8] == sent[8:]
    assert {*sent} < set(range(1, 10))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[
            (BodyField(name=one), "a")
            for one in ("username", "email", "password", "phone", "status", "sku", "first_name")
        ],
        *[(BodyField(name=one, type="integer"), 1) for one in ("version", "status", "owner_id")],
        *[(BodyField(name=one, type="boolean"), True) for one in ("is_active", "active", "archived", "enabled")],
        (BodyField(name="name", unique=True), "a"),
        (BodyField(name="name", column="shop.Room.name"), "a"),
        (BodyField(name="name", choices=("a", "b")), "a"),
        (BodyField(name="name", pattern="^a"), "a"),
        (BodyField(name="name", model="shop.Room"), "a"),
        (BodyField(name="body"), '{"a": 1}'),
        (BodyField(name="carrier", type="any"), "a"),
        (BodyField(name="carrier"), "12:30"),
        (BodyField(name="started", type="date"), "2026-01-01"),
    ],
)
def test_what_means_something_stays(field: BodyField, value: object) -> None:
    """What logs somebody in, tells rows apart, is a state or has a form."""
    assert [one.origin for one in echoes(body(field), {field.name: value})] == [ECHO]
