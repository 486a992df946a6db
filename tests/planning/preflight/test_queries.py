"""What a view reads from its query is sent with the constants that its code compares it with."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.queries import queries_of_source, with_query
from loadaudit.records import BodyField, Identity
from tests.analysis.factories import operation


def hook(request: HttpRequest) -> HttpResponse:
    """Take an action from the query."""
    action = request.GET.get("action")
    if "t" not in request.GET:
        return HttpResponse(status=403)
    return HttpResponse(status=200 if action in ("ack", "snooze") else 400)


def confirm(request: HttpRequest) -> HttpResponse:
    """Take what a mail has told."""
    return HttpResponse(status=200 if request.GET.get("uid") and request.GET.get("token") == "k3y" else 400)


def rows(request: HttpRequest) -> HttpResponse:
    """Read nothing."""
    return HttpResponse()


urlpatterns = [path("hook/", hook), path("rows/", rows), path("confirm/", confirm)]

SOURCE: Any = SimpleNamespace(
    identity=Identity(role="user"),
    needs=lambda given, variant, invalid: Needs(rows=lambda *_: [], today=date(2026, 3, 1), given=given),
    needs_of=lambda *_: Needs(
        rows=lambda *_: [], today=date(2026, 3, 1), known={"token": "k3y", "password": "own", "email": "a@b.c"}
    ),
)


@pytest.mark.urls("tests.planning.preflight.test_queries")
@pytest.mark.parametrize(
    ("id_", "queries"),
    [
        ("POST /hook/", ["action=ack&t=1"]),
        ("GET /hook/", ["action=ack&t=1", "action=ack", "t=1"]),
        ("DELETE /hook/", ["action=ack&t=1"]),
        ("PUT /hook/", ["action=ack&t=1"]),
        ("POST /rows/", []),
    ],
)
def test_keys_of_the_query(id_: str, queries: list[str]) -> None:
    """A write is sent with all of them, a read with each alone as well."""
    asked = queries_of_source(SOURCE, operation(id_), id_.partition(" ")[2])
    found = [one.path.partition("?")[2] for one in asked]
    assert [one.partition("t=")[0] for one in found] == [one.partition("t=")[0] for one in queries]


@pytest.mark.urls("tests.planning.preflight.test_queries")
def test_keys_that_mails_tell() -> None:
    """They may have led to a page of another program, which sends them on."""
    whole = queries_of_source(SOURCE, operation("GET /confirm/"), "/confirm/")[0]
    assert whole.path.partition("?")[2].endswith("&token=k3y")
    # What was sent before is of another account.
    more = with_query(SOURCE, operation("GET /confirm/"), "/confirm/?token=a", {"uid": Complaint(field="uid")})
    assert more.startswith("/confirm/?token=k3y&uid=")
    # The account's own, as what deletes it without a body asks for it.
    own = with_query(SOURCE, operation("DELETE /me/"), "/me/", {"password": Complaint(field="password")})
    assert own == "/me/?password=own"


def test_a_time_in_a_query_is_between_two_days() -> None:
    """In a body a person may be meant by the same words."""
    asked = {name: Complaint(field=name) for name in ("from", "to")}
    path = with_query(SOURCE, operation("GET /rows/"), "/rows/", asked)
    assert path == "/rows/?from=2026-03-01&to=2026-03-08"


@pytest.mark.urls("tests.planning.preflight.test_queries")
def test_lists_with_hundreds_of_filters_are_asked_for_a_few() -> None:
    """Each costs looks into the code and the rows, before it is known whether any is needed."""
    filters = tuple(BodyField(name=f"field{number}") for number in range(300))
    asked = queries_of_source(SOURCE, replace(operation("GET /rows/"), query=filters), "/rows/")
    assert max(one.path.count("=") for one in asked) < 20
    needed = tuple(replace(one, required=True) for one in filters[:30])
    asked = queries_of_source(SOURCE, replace(operation("GET /rows/"), query=needed), "/rows/")
    assert max(one.path.count("=") for one in asked) == 30


@pytest.mark.urls("tests.planning.preflight.test_queries")
def test_a_change_may_look_for_its_row_among_those_of_its_query() -> None:
    """As its read does, by the same code."""
    keys = (BodyField(name="list_id", required=True),)
    (asked,) = queries_of_source(SOURCE, replace(operation("PATCH /rows/"), query=keys), "/rows/")
    assert asked.path.startswith("/rows/?list_id=")


@pytest.mark.urls("tests.planning.preflight.test_queries")
def test_a_delete_takes_no_more_along_than_it_has_to() -> None:
    """What a key of its query is for may be every row that later operations want."""
    keys = (BodyField(name="id", required=True), BodyField(name="purge_history"), BodyField(name="all"))
    (asked,) = queries_of_source(SOURCE, replace(operation("DELETE /rows/"), query=keys), "/rows/")
    assert asked.path.startswith("/rows/?id=")
    assert "&" not in asked.path


def test_a_table_asks_as_its_script_does() -> None:
    """Code that takes the keys in brackets together names none of them."""
    asked = {name: Complaint(field=name, missing=True) for name in ("length", "columns", "of")}
    found = with_query(SOURCE, operation("GET /rows/"), "/rows/?draw=3&start=7", asked)
    sent = dict(parse_qsl(found.partition("?")[2], keep_blank_values=True))
    assert {"draw": "1", "start": "0", "length": "10", "columns[0][searchable]": "false"}.items() <= sent.items()
    assert "columns" not in sent
    assert sent["of"]
