"""Where a body's rows lack what an error names without a place."""

import json

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.nested import deeper
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
