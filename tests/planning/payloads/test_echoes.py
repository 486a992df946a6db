"""What a row is can be written back, with one field changed on which nothing depends."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.load.payloads import encode
from loadaudit.load.words import Turns
from loadaudit.planning.payloads.changes import WITH_A_CHANGE, is_changed
from loadaudit.planning.payloads.echoes import COPY, ECHO, WHOLE, copies, echoes
from loadaudit.records import Body, BodyField, BodyKind

NAME = BodyField(name="name")
CHANGED = f"{ECHO}{WITH_A_CHANGE}"


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


def test_rows_of_a_list_for_a_body_that_is_one() -> None:
    """Some of them, each with its change, and last with the keys that the body's fields leave out."""
    of_list = replace(body(NAME), many=True)
    rows = [{"id": number, "name": f"row {number}"} for number in (1, 2, 3)]
    found = [(json.loads(one.document), one.origin) for one in echoes(of_list, {"results": rows})]
    changed = [{"name": "loadaudit xxLAxx"}, {"name": "loadaudit xxLAxx1"}]
    assert found == [
        (changed, CHANGED),
        ([{"name": "row 1"}, {"name": "row 2"}], ECHO),
        ([{"id": 1, **changed[0]}, {"id": 2, **changed[1]}], f"{WHOLE}{WITH_A_CHANGE}"),
        (rows[:2], WHOLE),
    ]
    assert [json.loads(one.document) for one in echoes(replace(of_list, fields=()), rows)][-1] == rows[:2]
    assert not [*echoes(of_list, {"name": "a"})]


def test_a_new_row_like_those_of_a_list() -> None:
    """It has what is required, rows within where the body has some, and words of its own; none is like a bare key."""
    lines = BodyField(
        name="lines", required=True, many=True, fields=(BodyField(name="debit"), BodyField(name="credit"))
    )
    number = BodyField(name="number", required=True, unique=True)
    of_list = body(BodyField(name="text", required=True), lines, number)
    rows = [
        {"id": 1, "text": "a", "lines": [], "number": 5},
        {"id": 2, "text": "b", "lines": [{"debit": 1}, {"credit": 1}], "number": 6},
        {"id": 3, "lines": [{"debit": 2}, {"credit": 2}], "number": 7},
    ]
    first, second = copies(of_list, {"count": 3, "results": rows}, {"number": "new", "text": "made"})
    assert (first.kind, first.origin) == (BodyKind.JSON, COPY)
    assert json.loads(first.document) == {"text": "loadaudit xxLAxx", "lines": rows[1]["lines"], "number": "new"}
    assert json.loads(second.document)["lines"] == rows[2]["lines"]
    assert not [*copies(of_list, {"results": []}, {})]
    assert not [*copies(of_list, rows[:1], {})]


def test_keys_that_were_read_in_code_may_not_be_all() -> None:
    """The whole row goes last, with a change of what was read, else of what is harmless by its name."""
    read = replace(body(NAME), source="source")
    found = [*echoes(read, {"name": "a", "id": 1})]
    assert [one.origin for one in found] == [CHANGED, ECHO, f"{WHOLE}{WITH_A_CHANGE}", WHOLE]
    assert [json.loads(one.document) for one in found[1:]] == [
        {"name": "a"},
        {"name": "loadaudit xxLAxx", "id": 1},
        {"name": "a", "id": 1},
    ]
    other = [*echoes(read, {"name": None, "note": "b"})]
    assert [json.loads(one.document)["note"] for one in other if one.origin.startswith(WHOLE)] == [
        "loadaudit xxLAxx",
        "b",
    ]
    assert len([*echoes(read, {"name": "a"})]) == len([*echoes(body(NAME), {"name": "a", "id": 1})]) == 2


META = BodyField(name="meta", type="object", fields=(BodyField(name="title"), BodyField(name="slug")))
ROWS = BodyField(name="rows", type="object", many=True, fields=(BodyField(name="id", type="integer"), NAME))


@pytest.mark.parametrize(
    ("fields", "row", "changed"),
    [
        # What the view reads.
        ((META,), {"meta": {"slug": "a", "title": "b"}}, ["meta", "title"]),
        ((META, NAME), {"meta": {"slug": "a", "title": "b"}, "name": "c"}, ["name"]),
        ((ROWS,), {"rows": [{"id": 7}, {"id": 8, "name": "b"}]}, ["rows", 1, "name"]),
        # Where nobody knows what it takes.
        ((), {"id": 1, "title": "a", "meta": {"title": "a"}}, ["title"]),
        ((), {"id": 1, "carrier": "a", "weight": 3}, ["weight"]),
        ((), {"id": 1, "data": {"carrier": "a", "note": "b"}}, ["data", "note"]),
        ((BodyField(name="data", type="any"),), {"data": [{"title": "b"}]}, ["data", 0, "title"]),
        ((), {"id": 1, "lines": [{"id": 2, "name": "a", "note": "b"}]}, ["lines", 0, "note"]),
    ],
)
def test_one_field_is_changed_where_it_stands(fields: tuple[BodyField, ...], row: Any, changed: list[Any]) -> None:
    """Be it in an object, or a row of a list, within the row; and nothing else."""
    found = next(echoes(body(*fields), row))
    assert is_changed(found)
    sent = expected = json.loads(found.document)
    for step in changed:
        before, sent = sent, sent[step]
    assert sent is not None
    before[changed[-1]] = _at(row, changed)
    assert expected == row


def _at(row: Any, places: list[Any]) -> Any:
    for one in places:
        row = row[one]
    return row


@pytest.mark.parametrize(
    "row",
    [
        {"carrier": "a", "gift_wrap": False, "count": 3},
        {"color": {"id": 3, "name": "red"}},
        {"owner": {"bio": "a"}, "groups": [{"note": "a"}], "a": {"b": {"c": {"d": {"note": "too deep"}}}}},
        {
            "tags": ["a"],
            "labels": ["a", {"note": "b"}],
            "note": "https://a.example/",
            "link": {"href": "/", "title": "a"},
        },
        {"title": "one"},
        {"title": "at"},
    ],
)
def test_what_nobody_has_read_is_changed_with_care(row: dict[str, object]) -> None:
    """Nothing whose name does not say that it is harmless, that names another row or this one's address."""
    unique = BodyField(name="title", unique=True)
    columns = [unique] if row == {"title": "one"} else []
    assert [one.origin for one in echoes(body(), row, "/at/3/", columns)] == [ECHO]


@pytest.mark.parametrize(
    ("fields", "row", "changed"),
    [
        ((BodyField(name="title"), BodyField(name="note")), {"title": "a", "note": ""}, "note"),
        ((BodyField(name="carrier"), BodyField(name="name", max_length=6)), {"carrier": "a", "name": "b"}, "name"),
        ((BodyField(name="name", max_length=5), BodyField(name="carrier")), {"name": "b", "carrier": "a"}, "carrier"),
        ((NAME,), {"name": "000071"}, "name"),
        # A long text, which is looked through once.
        ((NAME,), {"name": f"{'a@' * 50_000} b"}, "name"),
        ((NAME, BodyField(name="weight", type="integer")), {"name": None, "weight": 3}, "weight"),
        ((BodyField(name="gift_wrap", type="boolean"), BodyField(name="age")), {"gift_wrap": False}, "gift_wrap"),
    ],
)
def test_one_field_is_changed(fields: tuple[BodyField, ...], row: dict[str, object], changed: str) -> None:
    """A text, else a number, else a boolean."""
    sent = json.loads(encode(next(echoes(body(*fields), row)), 7).content)
    assert {name for name, value in row.items() if sent[name] != value} == {changed}
    assert type(sent[changed]) is type(row[changed])


def test_one_field_is_changed_where_django_has_no_users(settings: Any) -> None:
    """A project may keep accounts of its own alone."""
    settings.AUTH_USER_MODEL = "nowhere.User"
    assert is_changed(next(echoes(body(BodyField(name="title")), {"title": "Notes"})))


def test_a_text_of_which_an_address_is_made_stays() -> None:
    """The row would move."""
    row = {"name": "My Room", "slug": "my-room-2"}
    assert [one.origin for one in echoes(body(NAME), row)] == [ECHO]
    for path in ("/rooms/my-room/", "/rooms/My%20Room/"):
        assert [one.origin for one in echoes(body(NAME), {"name": "My Room"}, path)] == [ECHO]
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
        *[(BodyField(name="weight", type=kind), value) for kind, value in (("integer", 10**400), ("number", 1e20))],
    ],
)
def test_what_means_something_stays(field: BodyField, value: object) -> None:
    """What logs somebody in, tells rows apart, is a state or has a form."""
    assert [one.origin for one in echoes(body(field), {field.name: value})] == [ECHO]
