"""Codes of errors, spelled out."""

import json
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.error_codes import spelled

SENT = ("handle", "first_name", "ids")


def told(document: Any, status: int = 422) -> Any:
    """Return the document of an error as it is read."""
    content = json.dumps(document).encode()
    came = Answer(status=status, text="", location="", trace=None, content_type="application/json", content=content)
    found = spelled(came, SENT)
    assert found.as_it_came in (b"", content)
    return found.json()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"error": "own_post"}, {"error": "own post"}),
        ({"error": "poll_closed", "hint": "It is over."}, {"error": "poll closed: It is over."}),
        ({"error": "handle_taken"}, {"handle": ["handle is taken already."]}),
        ({"code": "HANDLE_REQUIRED"}, {"handle": ["This field is required."]}),
        ({"error": "bad_handle", "hint": "3 to 30 letters"}, {"handle": ["handle is invalid. 3 to 30 letters"]}),
        ({"error": "invalid_first_name"}, {"first_name": ["first_name is invalid."]}),
        ({"error": "ids_must_be_integers"}, {"ids": ["ids must be a list of integers."]}),
        ({"error": {"code": "unknown_handle"}}, {"error": {"handle": ["No such handle: it was not found."]}}),
    ],
)
def test_a_code_says_what_a_sentence_would(document: Any, expected: Any) -> None:
    """About the field whose name is in it, where it was sent."""
    assert told(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"error": "Something is wrong."},
        {"code": "not_valid", "detail": "Something is wrong."},
        {"error": "first_name"},
        {"handle": ["bad_handle"]},
        ["own_post"],
    ],
)
def test_what_is_said_already_stays(document: Any) -> None:
    """So does what names a field alone, and what belongs to one."""
    assert told(document) == document
    assert told({"error": "own_post"}, 200) == {"error": "own_post"}
