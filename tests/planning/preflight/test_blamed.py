"""Which fields of a body an operator is told to look at."""

import json
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.blamed import blamed, read_by
from loadaudit.planning.preflight.judge import Try, judged
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation, Payload, PlannedPath
from tests.analysis.factories import operation, trace

READ = Body(kind=BodyKind.JSON, fields=tuple(BodyField(name=f"key{number}") for number in range(7)))


def refused(one: Operation, document: Any) -> Try:
    """Return a try whose body was answered with this error."""
    sent = Payload(kind=BodyKind.JSON, document=json.dumps({"key0": "la", "key1": "la"}))
    content = json.dumps(document).encode()
    told = Answer(
        status=400, text="", location="", trace=trace(1), number=1, content_type="application/json", content=content
    )
    return judged(one, Identity(role="user"), PlannedPath(path="/", origin=""), sent, told)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"key1": ["Not this one."]}, "it does not take what was made up for key1: body()"),
        (
            {"key1": ["Not this one."], "html": ["<form>"]},
            "it does not take what was made up for key1: body()",
        ),
        ({"note": ["This field is required."]}, "it misses note, of which nothing tells a value that is right: body()"),
        ({"error": "The key1 is not frobnicated."}, "it does not take what was made up for key1: body()"),
        ({"error": "no"}, "its answer names no field; its code reads key0, key1, key2, key3, key4 and 2 more: body()"),
    ],
)
def test_fields_are_named(document: Any, words: str) -> None:
    """Those that the answer speaks of, else what the view reads."""
    one = operation("POST /notes/", body=READ)
    assert blamed(one, refused(one, document)).startswith(words)


def test_where_nothing_is_known_it_says_so() -> None:
    one = operation("POST /notes/")
    assert blamed(one, refused(one, {"error": "no"})).startswith("neither its answer nor its code names a field")
    assert read_by(one) == ""


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Path 'a' is not an allowed export path", "ALLOWED_EXPORT_PATHS"),
        ("Variable 'la' is not in ALLOWED_VARS.", "ALLOWED_VARS"),
        ("Path 'a' is not an allowed path", ""),
        ("Variable 'la' is not in OTHER_VARS.", ""),
    ],
)
def test_a_setting_that_does_not_list_what_was_sent(settings: Any, said: str, named: str) -> None:
    """By its name, or by all words of it."""
    settings.ALLOWED_EXPORT_PATHS = settings.ALLOWED_VARS = ()
    one = operation("POST /notes/", body=READ)
    told = blamed(one, refused(one, {"key1": [said]}))
    assert f"goes by {named}, which has to list it" in told if named else "goes by" not in told
