"""Bodies that only the source of a view tells."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.inventory import bodies_views as views
from tests.inventory.bodies import told, wanted


def test_types_come_from_conversions() -> None:
    """What a value is converted to, it must be; None is none of these."""
    assert wanted(views.types) == {
        "count": "integer!",
        "weight": "number!",
        "price": "number!",
        "flag": "boolean",
        "note": "string",
        "key": "uuid!",
        "on": "date!",
        "at": "date-time!",
        "iso": "date!",
        "day": "date!",
        "tags": "string!",
    }


def test_fields_and_validators_that_a_view_asks_tell_their_values() -> None:
    """Those of models, forms and serializers, also where they are made on the way; of a project's own nothing is."""
    assert wanted(views.checkers) == {
        "role": "string! (owner|viewer|staff) <= 10 characters",
        "place": "string! <= 10 characters unique",
        "years": "integer! >= 18",
        "short": "string! <= 30 characters /^[-a-zA-Z0-9_]+$/",
        "target": "uri!",
        "ticket": r"string! /^TK-\d{4}$/",
        "nick": "string! <= 8 characters",
        "source": "ip!",
        "rating": "any!",
    }


def test_formats_tell_how_moments_are_written() -> None:
    """Words that are taken for one of them are no choices, nor is what scripts send where they have nothing."""
    assert {one.name: (one.type, one.pattern, one.choices) for one in told(views.moments).fields} == {
        "begin": ("date-time", r"^\d{4}-[01]\d-[0-3]\dT\d\d:\d\d:\d\d$", ()),
        "end": ("time", r"^\d\d:\d\d [AP]M$", ()),
        "month": ("date", "", ()),
        "owner": ("string", "", ()),
    }


def test_defaults_tell_types_too() -> None:
    """What counts when a value is missing is of its type."""
    assert wanted(views.defaults) == {
        "page": "integer = 1",
        "flag": "boolean = false",
        "name": "string = nobody",
        "rows": "any[]",
        "options": "object",
    }


def test_objects_that_raise_whatever_they_are_asked_are_passed_by() -> None:
    """The rest of the body is read."""
    assert wanted(views.behind_settings) == {"note": "string!"}


def test_secrets_are_no_choices(settings: Any) -> None:
    """What a value is compared with may be a setting that nobody may read."""
    settings.HOOK_TOKEN = "known to nobody"
    assert wanted(views.behind_a_secret) == {"code": "string!"}


def test_a_value_is_required_when_the_view_refuses_to_do_without() -> None:
    """A subscript, or a check that ends in an error; a sign alone that is looked for in a text is no key of it."""
    fields = told(views.required).fields
    assert not any(one.fields for one in fields)
    assert [one.name for one in fields if not one.required] == ["eleven"]
    assert len(fields) == 12


def test_a_value_is_not_required_behind_a_check() -> None:
    """Nor in a branch that need not be taken."""
    assert {one.name: one.required for one in told(views.optional).fields} == dict.fromkeys(
        ("one", "two", "three", "four", "five"), False
    )


def test_comparisons_tell_choices() -> None:
    """With literals, constants by name, enumerations and their constructors."""
    assert wanted(views.choices) == {
        "kind": "string! (day|week)",
        "status": "string! (draft|active|closed)",
        "action": "string! (start|stop)",
        "level": "any! (low|high)",
    }


def test_tables_of_functions_tell_choices() -> None:
    """Of what a request names; what else is looked up may be known to few."""
    assert wanted(views.deeds) == {"deed": "any! (start|stop)", "key": "any!"}


def test_refused_sizes_tell_limits() -> None:
    """Lengths, and both ends of a range."""
    assert wanted(views.limits) == {
        "name": "string! <= 30 characters",
        "count": "integer! >= 1 <= 99",
        "share": "integer! >= 0 <= 100",
        "title": "string! <= 50 characters",
    }


def test_loops_and_subscripts_lead_into_nested_values() -> None:
    """Lists of objects, lists in these, objects in objects."""
    assert wanted(views.rows) == {
        "rows": "{quantity: integer!, tags: string[]}[]!",
        "people": "{name: string!}[]!",
        "address": "{street: string!}!",
    }


@pytest.mark.parametrize(
    ("view", "many"), [(views.listed_or_refused, True), (views.listed_or_not, False), (views.never_listed, False)]
)
def test_an_object_is_sent_unless_it_is_refused(view: Callable[..., Any], many: bool) -> None:
    """A view that takes both is as well served by an object, and one that works on a single row only by that."""
    body = told(view)
    assert (body.many, wanted(view)) == (many, {"code": "any!"})


def test_a_body_may_be_a_list() -> None:
    """Of objects whose values fill rows."""
    body = told(views.listed)
    assert (body.many, body.kind.value) == (True, "json")
    assert wanted(views.listed) == {
        "code": "string! <= 10 characters unique",
        "name": "string! <= 80 characters",
    }


def test_values_select_and_fill_rows() -> None:
    """By key, by another field, in lists; what must not be there yet; fields of rows that are made or changed."""
    assert wanted(views.rows_named) == {
        "category": "integer! -> catalog.Category.pk",
        "supplier": "string! -> catalog.Supplier.name <= 120 characters",
        "projects": "integer[]! -> projects.Project.pk",
        "client": "string! <= 120 characters",
        "email": "email! <= 254 characters unique",
        "code": "string! <= 20 characters unique",
        "supplier_id": "integer! -> catalog.Supplier.pk",
        "price": "number!",
    }


def test_a_profile_is_looked_up_by_its_account() -> None:
    """Which has to be that of a profile; whether a row is new is told beside the row."""
    found = wanted(views.people)
    assert found["pupil"] == "integer! -> catalog.Pupil.account"
    assert found["account"] == "integer! -> accounts.User.pk"
    assert found["price"].startswith("number")


def test_a_row_may_be_made_of_all_that_comes() -> None:
    """Then its fields are the body's."""
    assert wanted(views.unpacked) == {
        "code": "string! <= 10 characters unique",
        "name": "string! <= 80 characters",
    }


def test_annotated_classes_tell_their_fields() -> None:
    """Dataclasses and typed dictionaries, with what the view does with them then."""
    assert wanted(views.as_class) == {
        "name": "string! -> catalog.Material.code",
        "count": "integer = 1",
        "due": "date",
    }
    assert wanted(views.as_typed) == {"street": "string!", "number": "integer!"}


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        (views.helpers, {"amount": "number!", "rest": "number!"}),
        (views.helper_of_two, {"name": "any!"}),
        (views.form_or_json, {"status": "string! (draft|active|closed)"}),
        (views.only_in_own_kind, {"name": "any!"}),
        (views.decorated, {"name": "any!"}),
        (views.either, {"name": "any!"}),
        (views.Resource.as_view(), {"name": "any!", "title": "string"}),
        (views.delegating, {"name": "any!", "title": "string"}),
        (views.endless, {"again": "any!"}),
    ],
)
def test_the_body_is_followed_where_it_goes(view: Callable[..., Any], fields: dict[str, str]) -> None:
    """Into helpers and decorators, over attributes, into other views, and not for ever."""
    assert wanted(view) == fields
    assert told(view).kind.value == "json"


def test_forms_are_read_by_their_keys() -> None:
    """Values are text unless the view converts them."""
    assert told(views.form).kind.value == "form"
    assert wanted(views.form) == {
        "name": "string!",
        "count": "integer = 1",
        "chosen": "integer[] -> projects.Project.pk",
        "save": "string",
    }


def test_files_make_a_body_multipart() -> None:
    """The content of a file is no field."""
    assert told(views.upload).kind.value == "multipart"
    assert wanted(views.upload) == {"title": "string", "first": "file!", "second": "file", "more": "file[]"}
    assert wanted(views.upload_or_refuse) == {"first": "file!", "second": "file"}


def test_what_a_reader_of_json_files_reads_is_a_file() -> None:
    """Of that kind, whatever it is called."""
    assert wanted(views.json_file) == {"names": "file! (json)"}


def test_names_and_types_of_files_tell_their_kinds() -> None:
    """By what they end in or are compared with."""
    assert wanted(views.of_kinds) == {
        "table": "file! (.csv|.tsv)",
        "picture": "file! (image/png|image/gif)",
        "paper": "file! (.pdf)",
    }


@pytest.mark.parametrize(
    ("view", "method", "kind"),
    [
        (views.raw, "POST", "other"),
        (views.nothing, "POST", "none"),
        (views.by_method, "DELETE", "none"),
        (views.form, "GET", "none"),
        (views.form, "PUT", "none"),
    ],
)
def test_bodies_without_fields(view: Callable[..., Any], method: str, kind: str) -> None:
    """Raw bytes, no body at all, and a form that Django parses for POST only."""
    body = told(view, method)
    assert (body.kind.value, body.fields) == (kind, ())


def test_each_method_has_a_body_of_its_own() -> None:
    """Only the statements that a method reaches count."""
    assert list(wanted(views.by_method, "POST")) == ["created"]
    assert list(wanted(views.by_method, "PUT")) == ["replaced"]


@pytest.mark.parametrize(
    ("view", "source", "evidence"),
    [
        (views.types, "source", "inferred"),
        (views.nothing, "", "inferred"),
        (views.unpacked, "model tests.demo.catalog.models.Category", "inferred"),
        (print, "", "assumed"),
    ],
)
def test_source_and_evidence(view: Callable[..., Any], source: str, evidence: str) -> None:
    """What was read is inferred; a view without source is only assumed to want nothing."""
    body = told(view)
    assert (body.source, body.evidence.value) == (source, evidence)
