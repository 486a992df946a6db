"""Values that a field takes: its type, its limits, its choices, the rows there are, and its name."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django import forms

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_OCTETS, UNIQUE_TEXT, encode
from loadaudit.load.words import Turns, sizes_in
from loadaudit.planning.payloads.bodies import NoRow, payloads_of
from loadaudit.planning.payloads.passwords import own_accounts, own_passwords
from loadaudit.planning.payloads.suggested import has_styles
from loadaudit.planning.payloads.values import NOTHING, Needs, is_end, value_of
from loadaudit.records import Body, BodyField, BodyKind

TODAY = date(2026, 3, 1)


def needs(**changes: Any) -> Needs:
    """Return needs without any rows."""
    return Needs(**{"rows": lambda model, name: [], "today": TODAY, **changes})


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (BodyField(name="x", type="integer"), 1),
        (BodyField(name="x", type="integer", minimum=5), 5),
        (BodyField(name="x", type="integer", maximum=0), 0),
        (BodyField(name="x", type="number", minimum=0.25, maximum=0.5), 0.5),
        (BodyField(name="x", type="boolean"), True),
        (BodyField(name="x", type="date"), "2026-03-01"),
        (BodyField(name="end_date", type="date"), "2026-03-08"),
        (BodyField(name="x", type="date", pattern=r"^[0-3]\d/[01]\d/\d{4}$"), "01/03/2026"),
        (BodyField(name="x", type="time", pattern=r"^\d\d:\d\d [AP]M$"), "10:00 AM"),
        (BodyField(name="end", type="date-time", pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$"), "2026-03-01 11:00"),
        (BodyField(name="x", choices=("", "b", "c")), "b"),
        (BodyField(name="x", type="integer", choices=("7", "8")), 7),
        (BodyField(name="x", many=True, type="integer"), [1]),
        (BodyField(name="x", default="kept"), "kept"),
        (BodyField(name="country_code", max_length=2), "US"),
        (BodyField(name="quantity"), "1"),
        (BodyField(name="x", type="ip"), "192.0.2.1"),
        (BodyField(name="items-TOTAL_FORMS"), "0"),
        (BodyField(name="dateOfBirth", type="date"), "1996-03-01"),
        (BodyField(name="dob"), "1996-03-01"),
        (BodyField(name="recurrence"), "RRULE:FREQ=WEEKLY;COUNT=2"),
        (BodyField(name="allowed_origins"), "https://example.com"),
        (BodyField(name="startId"), "1"),
        (BodyField(name="endId"), "2"),
        (BodyField(name="endId", type="integer"), 2),
        (BodyField(name="raw_sql"), "SELECT 1"),
        (BodyField(name="subnet"), f"10.{UNIQUE_OCTETS}.0/24"),
        (BodyField(name="email_type"), f"loadaudit {UNIQUE_TEXT}"),
    ],
)
def test_a_field_gets_what_it_takes(field: BodyField, expected: object) -> None:
    assert value_of(field, needs()) == expected


@pytest.mark.parametrize("kind", ["time", "date-time", "string"])
def test_what_ends_comes_behind_its_beginning(kind: str) -> None:
    """Models and forms refuse what ends when it begins."""
    begin, end = (value_of(BodyField(name=name, type=kind), needs()) for name in ("start_time", "end_time"))
    assert begin < end


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (("password",), ["password"]),
        (("password", "password_confirm"), []),
        (("old_password", "password", "password2"), ["old_password"]),
        (("password", "new_password", "confirm_new_password"), ["password"]),
        (("edit-current_password", "title"), ["current_password"]),
        (("current_pass", "new_pass", "confirm_pass"), ["current_pass"]),
        (("oldPwd", "newPwd"), ["oldPwd"]),
        (("current_password", "new"), ["current_password"]),
        (("new", "password"), ["password"]),
        (("old", "new"), ["old"]),
        (("old", "new1", "new2"), ["old"]),
        (("old", "title"), []),
        (("actual", "nueva"), ["actual"]),
        (("senha_atual", "nova_senha"), ["senha_atual"]),
        (("actual", "expected"), []),
    ],
)
def test_which_passwords_are_those_that_are_there(names: tuple[str, ...], own: list[str]) -> None:
    """A plain `password` is a new one where it is asked for twice, or beside the old one."""
    assert own_passwords(names) == own


@pytest.mark.parametrize(
    ("names", "own"), [(["username", "old_password", "new_password"], ["username"]), (["username", "password"], [])]
)
def test_a_name_beside_an_old_password_is_that_of_the_account(names: list[str], own: list[str]) -> None:
    """Beside a plain one it may be that of a new account."""
    assert own_accounts(names) == own


def test_a_unique_text_is_different_in_each_request_and_fits() -> None:
    text = value_of(BodyField(name="title", unique=True, max_length=8), needs())
    assert UNIQUE_TEXT in text
    assert len(text) <= 8
    assert value_of(BodyField(name="n", type="integer", unique=True), needs()) == UNIQUE_NUMBER


@pytest.mark.parametrize("use_tz", [True, False])
def test_a_project_without_time_zones_gets_none(settings: Any, *, use_tz: bool) -> None:
    settings.USE_TZ = use_tz
    for one in (BodyField(name="moment", type="date-time"), BodyField(name="valid_until", type="date-time")):
        assert str(value_of(one, needs())).endswith("Z") is use_tz


def test_a_short_text_is_made_longer() -> None:
    assert len(value_of(BodyField(name="code_word", min_length=30), needs())) >= 30


@pytest.mark.parametrize("pattern", [r"^\d{4}$", r"^[A-Z]{2}$", r"^[a-z0-9-]+$", r"^#[0-9a-f]{6}$"])
def test_a_pattern_is_met(pattern: str) -> None:
    text = value_of(BodyField(name="x", pattern=pattern), needs())
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="x", pattern=pattern, required=True),))
    assert re.search(pattern, text.replace(UNIQUE_TEXT, "abc123"))
    assert encode(next(payloads_of(body, "POST", needs())), 1).content


@pytest.mark.parametrize(
    ("field", "pattern"),
    [
        ({"pattern": r"^[A-Z]{3}-\d{4}$", "max_length": 8}, r"[A-Z]{3}-\d{4}"),
        ({"max_length": 3}, r"[a-z0-9]{3}"),
        ({"type": "integer", "minimum": 1.0, "maximum": 900.0}, r"[1-8]\d\d"),
        ({"choices": tuple(f"c{number}" for number in range(30))}, r"c\d+"),
        ({"type": "date"}, r"2026-\d\d-\d\d"),
    ],
    ids=["pattern", "short", "number", "choices", "date"],
)
def test_each_request_has_another_word_of_what_is_unique(field: dict[str, Any], pattern: str) -> None:
    code = BodyField(name="x", unique=True, required=True, **field)
    template = next(payloads_of(Body(kind=BodyKind.JSON, fields=(code,)), "POST", needs()))
    (key,) = sizes_in(template.document)
    users, preflight = [Turns({key: (number, 3)}) for number in range(3)], Turns(before=True)
    sent = [encode(template, 1, turns) for _ in range(5) for turns in (*users, preflight)]
    values = [json.loads(one.content)["x"] for one in sent]
    assert len(set(values)) == len(values) == 20
    assert all(re.fullmatch(pattern, str(one)) for one in values)
    assert all(isinstance(one, int) == (code.type == "integer") for one in values)


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("card_number", r"^\d{16}$", "4111111111111111"),
        ("card_number", r"^\d{4}( \d{4}){3}$", "4111 1111 1111 1111"),
        ("card_number", "", "4111111111111111"),
        ("expires", r"^(0[1-9]|1[0-2])/\d{2}$", f"{TODAY + timedelta(days=730):%m/%y}"),
        ("cvc", r"^\d{3}$", "123"),
    ],
)
def test_a_card_of_nobody_that_has_not_expired(name: str, pattern: str, expected: str) -> None:
    assert value_of(BodyField(name=name, pattern=pattern), needs()) == expected


def test_a_long_number_that_a_pattern_wants_is_no_other_requests() -> None:
    text = value_of(BodyField(name="isbn", pattern=r"^\d{13}$", max_length=13), needs())
    assert text == f"1111{UNIQUE_NUMBER}"


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("expiration_time", True),
        ("ends_at", True),
        ("deadline", True),
        ("check_out_date", True),
        ("token", False),
        ("sender", False),
    ],
)
def test_names_of_ends(name: str, end: bool) -> None:
    assert is_end(name) is end


def test_a_row_is_named_or_nothing() -> None:
    field = BodyField(name="owner", model="auth.User")
    assert value_of(field, needs(rows=lambda model, name: [3, 9])) == 3
    assert value_of(field, needs(rows=lambda model, name: [3, 9], variant=1)) == 9
    assert value_of(field, needs()) is NOTHING


def test_a_required_row_that_does_not_exist_is_said() -> None:
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="owner", model="auth.User", required=True),))
    with pytest.raises(NoRow, match=r"auth\.User"):
        list(payloads_of(body, "POST", needs()))


def test_an_object_gets_its_required_fields_or_all() -> None:
    inner = (BodyField(name="a", type="integer"), BodyField(name="b", required=True, type="integer"))
    assert value_of(BodyField(name="x", type="object", fields=inner), needs()) == {"b": 1}
    assert value_of(BodyField(name="x", type="object", fields=inner[:1]), needs()) == {"a": 1}


def test_formats_are_taken_by_the_forms_of_django() -> None:
    """What a type of the inventory means, a form field of Django's must accept."""
    fields: dict[str, forms.Field] = {
        "date": forms.DateField(),
        "time": forms.TimeField(),
        "email": forms.EmailField(),
        "uri": forms.URLField(assume_scheme="https"),
        "uuid": forms.UUIDField(),
        "integer": forms.IntegerField(),
        "number": forms.DecimalField(),
        "duration": forms.DurationField(),
        "date-time": forms.DateTimeField(),
    }
    for kind, field in fields.items():
        body = Body(kind=BodyKind.FORM, fields=(BodyField(name="value", type=kind, required=True),))
        sent = encode(next(payloads_of(body, "POST", needs())), 12345).content
        from django.http import QueryDict

        field.clean(QueryDict(sent)["value"])


def test_required_fields_first_and_then_all() -> None:
    fields = (BodyField(name="a", required=True), BodyField(name="b"))
    payloads = list(payloads_of(Body(kind=BodyKind.FORM, fields=fields), "POST", needs()))
    assert [[pair.name for pair in one.pairs] for one in payloads] == [["a"], ["a", "b"]]


def test_a_partial_update_changes_a_little() -> None:
    fields = tuple(BodyField(name=name) for name in "abcdef")
    first = next(payloads_of(Body(kind=BodyKind.JSON, fields=fields), "PATCH", needs()))
    assert first.document.count('": "') == 3


def test_a_file_is_sent_first_where_nothing_is_required() -> None:
    """Without a row that its source reads, too."""
    fields = (BodyField(name="append", model="shop.Row", model_field="pk"), BodyField(name="file", type="file"))
    first = next(payloads_of(Body(kind=BodyKind.MULTIPART, fields=fields), "POST", needs()))
    assert ([one.name for one in first.pairs], [one.field for one in first.uploads]) == ([], ["file"])


def test_files_travel_as_multipart() -> None:
    fields = (BodyField(name="photo", type="file", required=True), BodyField(name="n", type="integer", required=True))
    (payload,) = payloads_of(Body(kind=BodyKind.FORM, fields=fields), "POST", needs())
    assert (payload.kind, payload.uploads[0].content_type) == (BodyKind.MULTIPART, "image/png")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("next", "/"),
        ("return_url", "/"),
        ("redirect_uri", "https://example.com/"),
        ("domain", f"la-{UNIQUE_TEXT}.example.com"),
        ("attributes-0-code", f"la_{UNIQUE_TEXT}"),
        ("chooser-url", "https://example.com/"),
        ("path", f"/la-{UNIQUE_TEXT}/"),
        ("phenomenonTime", "2026-03-01T10:00:00Z"),
        ("externalUrl", "https://example.com/"),
    ],
)
def test_names_with_and_without_a_prefix(name: str, expected: str) -> None:
    """Forms put a prefix and a hyphen before a name; where a page sends the user next is a path of the site."""
    assert value_of(BodyField(name=name), needs()) == expected


def test_a_text_that_was_called_invalid_gets_another_style() -> None:
    """A different one for each try."""
    made = {value_of(BodyField(name="a"), needs(invalid=frozenset({"a"}), variant=variant)) for variant in (1, 2, 3)}
    assert len(made) == 3
    assert f"/la-{UNIQUE_TEXT}/" in made
    # Digits where such a style has no room, as a code of nine characters may be a number.
    short = BodyField(name="a", max_length=9)
    assert value_of(short, needs(invalid=frozenset({"a"}), variant=2)) == UNIQUE_NUMBER


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("email", r"\S+@\S+"), ("mobile_phone", r"\+?\d+"), ("first_name", r"[A-Za-z ]+"), ("lastName", "[A-Za-z ]+")],
)
def test_another_style_is_still_what_the_name_says(name: str, pattern: str) -> None:
    """An address stays one, and a number becomes that of another country."""
    one = BodyField(name=name)
    made = {value_of(one, needs(invalid=frozenset({name}), variant=variant)) for variant in (1, 2)}
    assert len(made) == 2
    assert all(re.fullmatch(pattern, str(each)) for each in made)
    assert has_styles(name)
    assert not has_styles("order_id")


def test_a_text_that_is_measured_becomes_a_number() -> None:
    """A form may read it by itself, in degrees or in hours."""
    made = [
        value_of(BodyField(name="lat", type="string"), needs(invalid=frozenset({"lat"}), variant=one)) for one in (1, 3)
    ]
    assert made == ["1", "10:00:00"]


def test_a_known_password_is_found_behind_a_prefix() -> None:
    assert value_of(BodyField(name="form-old_password"), needs(known={"old_password": "secret"})) == "secret"
