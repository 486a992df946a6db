"""Where a body's rows lack what an error names without a place."""

import json
from datetime import date

import pytest

from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.nested import amended_within, deeper
from loadaudit.records import BodyField, BodyKind, Payload

LINES = BodyField(name="lines", type="object", many=True, fields=(BodyField(name="quantity", type="integer"),))
BODY = Payload(kind=BodyKind.JSON, document=json.dumps({"name": "a", "lines": [{"book": 1}, {"book": 2}]}))


def test_what_only_rows_within_a_body_have_is_missed_in_each() -> None:
    found = deeper([Complaint(field="quantity", missing=True)], [LINES], BODY)
    assert [one.place for one in found] == [("lines", 0, "quantity"), ("lines", 1, "quantity")]


def test_what_the_body_itself_may_have_stays_where_it_is() -> None:
    """So does what nothing within it is called."""
    told = [Complaint(field="name", missing=True), Complaint(field="other", missing=True)]
    assert deeper(told, [LINES], BODY) == told


@pytest.mark.parametrize(
    ("names", "place"), [(("params", "label"), ("params", "flag")), (("label",), ("label", "flag")), (("a", "b"), ())]
)
def test_what_no_class_knows_goes_into_the_object_that_takes_any_keys(
    names: tuple[str, ...], place: tuple[str, ...]
) -> None:
    """Of several into the one that is called so; it is made where the body has none."""
    fields = [BodyField(name="name"), *(BodyField(name=one, type="object") for one in names)]
    (told,) = deeper([Complaint(field="flag", missing=True)], fields, BODY)
    assert told.place == place
    needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
    made = json.loads(amended_within(BODY, [told], fields, needs, lambda name, number: "x").document) if place else {}
    assert not place or made[place[0]] == {"flag": "x"}


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [("quantity must be between 50 and 900 g", 50, 900), ("At least 7 are needed.", 7, 7), ("Wrong.", 0, 49)],
)
def test_words_about_a_value_within_a_row_describe_it(said: str, low: int, high: int) -> None:
    """As those about a field of the body itself do; where they describe nothing another value of the kind is sent."""
    body = Payload(kind=BodyKind.JSON, document=json.dumps({"lines": [{"quantity": 1}]}))
    told = Complaint(field="lines", place=("lines", 0, "quantity"), said=said)
    needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
    made = amended_within(body, [told], [LINES], needs, lambda name, number: None)
    assert low <= json.loads(made.document)["lines"][0]["quantity"] <= high
