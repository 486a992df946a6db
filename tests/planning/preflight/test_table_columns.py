"""A table gets the columns that an import misses."""

import base64
import json
from dataclasses import replace
from datetime import date

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.files import upload
from loadaudit.planning.preflight.table_columns import with_columns
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import BodyKind, Payload, ServerException
from tests.analysis.factories import trace

DAY = date(2026, 1, 1)
SENT = Payload(kind=BodyKind.MULTIPART, uploads=(upload("table csv"),), origin="")


def _answer(said: str, *, kind: str = "") -> Answer:
    exception = ServerException(type=kind, message=said, fingerprint="f") if kind else None
    content = json.dumps({"error": said}).encode()
    return Answer(
        status=500 if kind else 400,
        text="",
        location="",
        trace=trace(1, exception=exception),
        content_type="application/json",
        content=content,
    )


@pytest.mark.parametrize(
    ("answer", "head"),
    [
        (_answer("Invalid '.csv' format: Missing 'id' field on CSV headers"), "name,value,id"),
        (_answer("Missing required columns: email, name"), "name,value,email"),
        (_answer("'phone'", kind="KeyError"), "name,value,phone"),
    ],
)
def test_what_is_missed_is_added(answer: Answer, head: str) -> None:
    made = with_columns(SENT, answer, DAY)
    assert made is not None
    first, second, *_ = base64.b64decode(made.uploads[0].content).decode().split("\n")
    assert first == head
    assert len(second.split(",")) == len(head.split(","))
    assert with_columns(made, answer, DAY) is None


def test_a_table_stays_as_it_is_where_it_is_no_text_or_given() -> None:
    """Its own delimiter is kept, and a sentence is no column."""
    missing = _answer("Missing required columns: plz")
    latin, semicolons = (_table(one) for one in ("name,ort\nJörg,Köln\n".encode("latin-1"), b"name;ort\na;b\n"))
    assert with_columns(latin, missing, DAY) is None
    assert with_columns(replace(semicolons, origin=f"{DECLARED}loadtests.py:3"), missing, DAY) is None
    made = with_columns(semicolons, missing, DAY)
    assert made is not None
    assert base64.b64decode(made.uploads[0].content).startswith(b"name;ort;plz\na;b;")
    assert with_columns(semicolons, _answer("The file's header is wrong. Use 'name'."), DAY) is None


def _table(content: bytes) -> Payload:
    one = replace(upload("table csv"), content=base64.b64encode(content).decode())
    return replace(SENT, uploads=(one,))


def test_what_misses_nothing_of_a_table() -> None:
    assert with_columns(SENT, _answer("'title' is required"), DAY) is None
    other = Payload(kind=BodyKind.MULTIPART, uploads=(upload("picture png"),), origin="")
    assert with_columns(other, _answer("Missing column 'id'"), DAY) is None
    assert with_columns(None, _answer("Missing column 'id'"), DAY) is None
