"""Middleware that takes the fields of a form from one JSON text in it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.json_in_form import in_json_text
from loadaudit.records import BodyField, BodyKind, Pair, Payload, ServerException, Upload
from tests.analysis.factories import trace

FILE = Upload(field="file", filename="a.txt", content_type="text/plain", content="")
SENT = Payload(
    kind=BodyKind.MULTIPART,
    pairs=(Pair(name="book", value="3"), Pair(name="draft", value="on"), Pair(name="title", value="a")),
    uploads=(FILE,),
    origin="source",
)


def raised(kind: str, message: str) -> dict[str, Any]:
    """Return what an answer has of an exception."""
    return {"trace": trace(exception=ServerException(type=kind, message=message, traceback="", fingerprint=""))}


class FormToJson:
    """Reads what comes beside a file."""

    def __call__(self, request: Any) -> None:
        """Note the fields."""
        text = request.POST.get("fields", None)
        request.JSON = json.loads(text) if text else {}


def answer(**changes: Any) -> Answer:
    """Return an answer."""
    values: dict[str, Any] = {
        "status": 400,
        "text": "",
        "location": "",
        "trace": None,
        "content_type": "application/json",
    } | changes
    return Answer(**values)


@pytest.mark.parametrize(
    ("given", "is_moved"),
    [
        (raised("KeyError", "'book'"), True),
        (raised("KeyError", "'other'"), False),
        (
            raised("IntegrityError", "NOT NULL constraint failed: b.title"),
            True,
        ),
        ({"content": b'{"error": "The draft flag must be provided"}'}, True),
        ({"content": b'{"error": "Too late"}'}, False),
    ],
)
def test_what_was_sent_and_is_missed_goes_into_the_text(settings: Any, given: Any, *, is_moved: bool) -> None:
    """With its types, beside the files; a project without such middleware gets its form."""
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", f"{__name__}.FormToJson"]
    operation: Any = SimpleNamespace(body=SimpleNamespace(fields=(BodyField(name="draft", type="boolean"),)))
    one: Any = SimpleNamespace(payload=SENT, answer=answer(**given))
    made = in_json_text(operation, one)
    assert (made is not None) is is_moved
    if made is not None:
        (pair,) = made.pairs
        assert (pair.name, json.loads(pair.value)) == ("fields", {"book": 3, "draft": True, "title": "a"})
        assert made.uploads == (FILE,)
    settings.MIDDLEWARE = []
    assert in_json_text(operation, one) is None
