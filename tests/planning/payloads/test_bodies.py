"""Bodies made of what the inventory knows of them."""

import json
from dataclasses import replace
from datetime import date

from loadaudit.planning.payloads.bodies import pairs_of, payloads_of, with_rows_named
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyField, BodyKind, Pair

NEEDS = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))


def test_a_body_of_which_nothing_is_known_is_sent_as_json_too() -> None:
    """A view that wants nothing refuses a type that it has no parser for."""
    found = list(payloads_of(Body(kind=BodyKind.OTHER), "POST", NEEDS))
    assert [(one.kind, one.document) for one in found] == [(BodyKind.OTHER, "loadaudit"), (BodyKind.JSON, "{}")]


def test_the_password_that_is_to_be_changed_goes_along() -> None:
    """Also where a schema calls it optional; other values that are known go where they must."""
    fields = (
        BodyField(name="old_password"),
        BodyField(name="email"),
        BodyField(name="new_password", required=True),
    )
    body = Body(kind=BodyKind.JSON, fields=fields)
    known = {"old_password": "secret", "email": "a@example.com"}
    sent = json.loads(next(payloads_of(body, "POST", replace(NEEDS, known=known))).document)
    assert sent.keys() == {"old_password", "new_password"}


def test_a_form_whose_fields_nobody_knows_is_sent_as_a_form() -> None:
    """What it wants it says then, and a name that ends as those of files do is a file's."""
    body = Body(kind=BodyKind.NONE, source="form shop.forms.F")
    assert next(payloads_of(body, "POST", NEEDS)).kind is BodyKind.FORM
    named = with_rows_named(Body(kind=BodyKind.FORM), ["chooser-upload-file", "title"])
    assert [one.type for one in named.fields] == ["file", "any"]
    assert [one.type for one in with_rows_named(Body(kind=BodyKind.JSON), ["image"]).fields] == ["any"]


def test_where_nothing_is_required_a_few_plain_fields_are_tried_as_well() -> None:
    """All of them together may exclude each other; rows that only a name suggests are left out, and at last all."""
    body = Body(kind=BodyKind.JSON, fields=tuple(BodyField(name=name) for name in ("parent_id", "a", "b", "c", "d")))
    found = [json.loads(one.document) for one in payloads_of(body, "POST", replace(NEEDS, known={"parent_id": 1}))]
    assert [list(one) for one in found] == [["parent_id", "a", "b", "c", "d"], ["a", "b", "c"], []]


def test_a_list_of_objects_in_a_form_is_one_text() -> None:
    """As scripts send it; a row's key tells apart what is in it, whether or not it has to be there."""
    inner = (BodyField(name="id", model="shop.Item", model_field="pk"), BodyField(name="there", type="boolean"))
    fields = (BodyField(name="items", type="object", many=True, fields=inner), BodyField(name="tags", many=True))
    body = Body(kind=BodyKind.FORM, fields=tuple(replace(one, required=True) for one in fields))
    sent = next(payloads_of(body, "POST", replace(NEEDS, rows=lambda model, name: [7])))
    assert next((one.name, one.value) for one in sent.pairs) == ("items", '[{"id": 7, "there": true}]')
    assert pairs_of({"tags": ["a", "b"]}) == (Pair(name="tags", value="a"), Pair(name="tags", value="b"))
