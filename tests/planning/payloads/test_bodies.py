"""Bodies made of what the inventory knows of them."""

from datetime import date

from loadaudit.planning.payloads.bodies import ECHO, echoed, payloads_of
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyField, BodyKind

NEEDS = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))


def test_a_body_of_which_nothing_is_known_is_sent_as_json_too() -> None:
    """A view that wants nothing refuses a type that it has no parser for."""
    found = list(payloads_of(Body(kind=BodyKind.OTHER), "POST", NEEDS))
    assert [(one.kind, one.document) for one in found] == [(BodyKind.OTHER, "loadaudit"), (BodyKind.JSON, "{}")]


def test_what_a_row_is_can_be_written_back() -> None:
    """Only what the body takes, and only an object."""
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="name"), BodyField(name="file", type="file")))
    found = echoed(body, {"name": "a", "file": "/a.png", "id": 1})
    assert found is not None
    assert (found.document, found.origin) == ('{"name": "a"}', ECHO)
    assert echoed(body, [1]) is None
    assert echoed(body, {"id": 1}) is None
