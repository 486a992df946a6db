"""A table gets the columns that an import misses."""

import base64
import json
from dataclasses import replace
from datetime import date

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.table_columns import with_columns
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import BodyKind, Payload, ServerException
from tests.analysis.factories import trace

DAY = date(2026, 1, 1)
NEEDS = Needs(rows=lambda model, name: [], today=DAY)
SENT = Payload(kind=BodyKind.MULTIPART, uploads=(upload("table csv"),), origin="")


def _made(sent: Payload | None, answer: Answer) -> Payload | None:
    said = answer.trace.exception.message if answer.trace is not None and answer.trace.exception is not None else ""
    return with_columns(sent, answer, said or json.loads(answer.content)["error"], NEEDS)


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
    made = _made(SENT, answer)
    assert made is not None
    first, second, *_ = base64.b64decode(made.uploads[0].content).decode().split("\n")
    assert first == head
    assert len(second.split(",")) == len(head.split(","))
    assert _made(made, answer) is None


def test_a_table_stays_as_it_is_where_it_is_no_text_or_given() -> None:
    """Its own delimiter is kept, and a sentence is no column."""
    missing = _answer("Missing required columns: plz")
    latin, semicolons = (_table(one) for one in ("name,ort\nJörg,Köln\n".encode("latin-1"), b"name;ort\na;b\n"))
    assert _made(latin, missing) is None
    assert _made(replace(semicolons, origin=f"{DECLARED}loadtests.py:3"), missing) is None
    made = _made(semicolons, missing)
    assert made is not None
    assert base64.b64decode(made.uploads[0].content).startswith(b"name;ort;plz\na;b;")
    assert _made(semicolons, _answer("The file's header is wrong. Use 'name'.")) is None


def _table(content: bytes) -> Payload:
    one = replace(upload("table csv"), content=base64.b64encode(content).decode())
    return replace(SENT, uploads=(one,))


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (
            "name,value\na,1\n",
            "The first line must be from;to;price",
            "from;to;price\nloadaudit xxLAxx;loadaudit xxLAxx;1\n",
        ),
        ("a,b\n1,2\n", "Header must be: sku, title (tab separated)", "sku\ttitle\nla-xxLAxx\tloadaudit xxLAxx\n"),
        ("a,b\n1,2\n", "The header has to be sku,Title,Size.", "sku,Title,Size\nla-xxLAxx,loadaudit xxLAxx,1\n"),
        ("title\nx\n", "Columns title, count and price are needed.", "title,count,price\nx,1,1\n"),
        ("title\nx\n", 'Column "count" is missing', "title,count\nx,1\n"),
        ("loadaudit\n", "Line 1: expected 3 columns (sku, count, day)", "la-xxLAxx,1,2026-01-01\n"),
        ("loadaudit\n", "Line 1: 6 characters expected, not 9", "000001\n"),
        ("sku,count\nx,many\n", "Row 1: count must be a whole number", "sku,count\nx,1\n"),
        ("sku,count\nx,1\n", "Line 1: count must be a whole number", "x,1\n"),
        ("sku,since\nx,y\n", "since is no date", "sku,since\nx,2026-01-01\n"),
        ("sku,kind\nx,y\n", "kind must be one of 'raw', 'made'", "sku,kind\nx,raw\n"),
        ("sku,count\nxxLAxx,1\n", "At least 2 rows are needed", "sku,count\nxxLAxx,1\nxxLAxx1,1\n"),
        ("name,sku,value\na,b,c\n", "Unknown columns: name, value", "sku\nb\n"),
    ],
)
def test_a_table_is_as_a_sentence_says(before: str, said: str, after: str) -> None:
    made = with_columns(_table(before.encode()), _answer(said), said, NEEDS)
    assert made is not None
    assert base64.b64decode(made.uploads[0].content).decode() == after


def test_what_misses_nothing_of_a_table() -> None:
    assert _made(SENT, _answer("'title' is required")) is None
    other = Payload(kind=BodyKind.MULTIPART, uploads=(upload("picture png"),), origin="")
    assert _made(other, _answer("Missing column 'id'")) is None
    assert _made(None, _answer("Missing column 'id'")) is None
