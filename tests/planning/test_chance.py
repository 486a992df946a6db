"""Two preflights of one seed give the same plan, though a target makes other keys and moments each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from loadaudit.planning.chance import has_chance, without_chance
from loadaudit.records import BodyKind, Exclusion, Pair, Payload, Plan, PlannedPath
from tests.load.builders import planned

BEGAN = datetime(2026, 11, 30, 11, 24, tzinfo=UTC)
EMPTY = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=None)
OLD = "8c1dd5b2-7a57-4e4b-9d0a-0d6a4b1c2e3f"


def tried(key: str, moment: str, token: str) -> Plan:
    """Return a plan in which a request has made a row."""
    body = Payload(kind=BodyKind.JSON, document=f'{{"id": "{key}", "at": "{moment}", "since": "2024-02-29T10:00:00Z"}}')
    paths = (PlannedPath(path=f"/jobs/{key}/"), PlannedPath(path=f"/jobs/{OLD}/"), PlannedPath(path=f"/reset/{token}/"))
    request = replace(planned("PUT /jobs/<uuid:key>/"), paths=paths, payload=body)
    left_out = Exclusion(operation_id="GET /old/", reason=f"404: no job {key} since {moment}; provide('key', …)")
    return replace(EMPTY, requests=(request,), exclusions=(left_out,))


BEFORE = replace(EMPTY, requests=(planned("PUT /jobs/<uuid:key>/", f"/jobs/{OLD}/"),))


def test_two_preflights_give_one_plan() -> None:
    """What stands beside it says what was really sent; rows that were there before keep their keys."""
    made = [
        tried(str(uuid4()), "2026-11-30T11:24:48.640315Z", "OA:1xXzci:Uv4ffw-EIYhcRQnxzDPw6FWrNkyDCEuMWwnp9pZ7918"),
        tried(str(uuid4()), "2026-12-07T11:25:11.201395", "OA:1xXze8:HomGxBi5WWRXGqjiS1o8zsVgCHdTTXjUmAinAW2q_cw"),
    ]
    first, second = (without_chance(one, BEFORE, BEGAN + timedelta(seconds=n)) for n, one in enumerate(made))
    assert replace(first, made=()) == replace(second, made=())
    request = first.requests[0]
    assert [one.path for one in request.paths] == ["/jobs/{uuid 1}/", f"/jobs/{OLD}/", "/reset/{key 1}/"]
    assert request.payload is not None
    assert request.payload.document == '{"id": "{uuid 1}", "at": "{moment 1}", "since": "2024-02-29T10:00:00Z"}'
    assert first.exclusions[0].reason == "404: no job {uuid 1} since {moment 1}; provide('key', …)"
    assert made[0].requests[0].paths[0].path == f"/jobs/{first.made[0].value}/"
    assert [one.name for one in first.made] == ["{uuid 1}", "{key 1}", "{moment 1}"]


@pytest.mark.parametrize(
    "text",
    [
        "/report/2026-11-30/",
        "shop.views.OrderDetailView",
        "1200000000",
        "/p/2/?next=/a/b/c/d/",
        "loadaudit-disposable-0-1",
    ],
)
def test_what_is_the_same_each_time_stays(text: str) -> None:
    """Dates are of the day, names and numbers of nobody's chance."""
    plan = replace(EMPTY, notes=(text,))
    assert without_chance(plan, EMPTY, BEGAN) == plan


def test_a_password_is_kept_nowhere() -> None:
    """Neither that of the settings nor one of the run's own."""
    made = without_chance(replace(EMPTY, notes=("old=s3cret-of-a-user1x",)), EMPTY, BEGAN, ["s3cret-of-a-user1x", ""])
    assert (made.notes, made.made) == (("old={password}",), ())


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("eyJhbGciOiJub25lIn0.eyJhYWFhYWFhYWFhYWFhYWFh.aaaaaaaa", "a JSON Web Token of 53 characters"),
        ("OA:1xXzci:Uv4ffw-EIYhcRQnxzDPw6FWrNkyDCEuMWwnp9pZ7918", "a key of 53 characters"),
    ],
)
def test_a_key_that_lets_somebody_in_is_kept_nowhere(key: str, told: str) -> None:
    """Not beside the plan either, and each has a number of its own kind."""
    body = Payload(kind=BodyKind.JSON, document=f'{{"refresh": "{key}", "id": "{OLD}"}}')
    made = without_chance(replace(EMPTY, requests=(replace(planned("POST /x/"), payload=body),)), EMPTY, BEGAN)
    assert made.made == (Pair(name="{uuid 1}", value=OLD), Pair(name="{key 1}", value=told))
    assert key not in str(made)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("at 0x7f3a1c22d9b0", "at {address 1}"),
        ("exp=1796037900", "exp={moment 1}"),
        ("order ORD-8F3A2C4D", "order {key 1}"),
        ("aB-c1_d2-Ef3_gH-4iJ5k6L", "{key 1}"),
        ("f-diutfl-dc884c17634bfa8250041b7ceafaa66d", "{key 1}"),
        ("?from=2026-11-30%2011%3A24", "?from={moment 1}"),
    ],
)
def test_other_things_of_chance(text: str, mark: str) -> None:
    """Places in memory, seconds since 1970, keys of links, moments in a query."""
    made = without_chance(replace(EMPTY, notes=(text,)), EMPTY, BEGAN)
    assert made.notes == (mark,)
    assert [type(one) for one in made.made] == [Pair]


def test_words_that_requests_had_in_the_place_of_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them a row has depends on how many requests came before; others that look alike stay."""
    monkeypatch.setattr("loadaudit.planning.control._GIVEN", {"00003z", "100000099"})
    plan = replace(EMPTY, requests=(planned("PUT /s/<slug:slug>/", "/s/loadaudit-00003z/", "/s/00004z/?n=100000099"),))
    found = without_chance(plan, EMPTY, BEGAN)
    assert [one.path for one in found.requests[0].paths] == ["/s/loadaudit-{word 1}/", "/s/00004z/?n={word 2}"]
    assert [has_chance(one) for one in ("loadaudit-00003z", "loadaudit-00004z")] == [True, False]
