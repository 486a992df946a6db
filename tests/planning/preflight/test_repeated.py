"""What works once only works again with values made anew, where the second answer complains of them."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.load.payloads import settled
from loadaudit.load.words import Turns, Words, all_in
from loadaudit.planning.preflight.days_in_turn import LATER, Calendar, days_in_turn
from loadaudit.planning.preflight.repeated import most_of, repeated
from loadaudit.planning.preflight.settle import with_shares
from loadaudit.records import BodyKind, Pair, Payload, PlannedRequest
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User

PLACED = Payload(kind=BodyKind.JSON, document='{"code": "A-1"}')


@dataclass(frozen=True)
class Tried:
    """A try that worked."""

    payload: Payload
    works: bool = True
    answer: Any = None
    trace: Any = None


def tried(*, works: bool, payload: Payload | None = PLACED) -> Any:
    """Return a try."""
    return SimpleNamespace(works=works, payload=payload, answer=None, trace=None)


@pytest.mark.parametrize("again", [True, False])
def test_values_that_are_there_once_only_are_made_anew(*, again: bool) -> None:
    best, other = tried(works=True), tried(works=True, payload=Payload(kind=BodyKind.JSON, document="{}"))
    found = repeated(
        operation("POST /codes/"),
        best,
        lambda one: tried(works=one is other and again),
        lambda one: iter([tried(works=False), other]),
        lambda: False,
        {},
    )
    assert found == ((other, True) if again else (best, False))


@pytest.mark.parametrize("document", ['{"start": "2026-12-07T10:00", "end": "2026-12-09T11:00"}', None])
def test_days_are_later_ones_each_time(document: str | None) -> None:
    """Whatever the refusal says; they keep their distance, their times and their day of the week."""
    pairs = (Pair(name="start", value="2026-12-07T10:00"), Pair(name="end", value="2026-12-09T11:00"))
    body = Payload(kind=BodyKind.JSON, document=document) if document else Payload(kind=BodyKind.FORM, pairs=pairs)
    sent: list[Payload] = []

    def send(one: Any) -> Any:
        sent.append(one.payload)
        return replace(one, works=len(sent) not in (1, 4, 5))

    best = Tried(payload=body)
    found, again = repeated(operation("POST /bookings/"), best, send, lambda one: iter(()), lambda: False, {})  # type: ignore[arg-type]
    assert again
    assert len(sent) == 6
    texts = (found.payload.document, *(one.value for one in found.payload.pairs))  # type: ignore[union-attr]
    assert {words.size for text in texts for words in all_in(text)} == {89}, (
        "its calendar is open for less than 200 weeks, and the last of them was taken to find that"
    )
    turns = Turns()
    first, second = (settled(found.payload, 1, turns) for _ in range(2))  # type: ignore[arg-type]
    days = [[match[0] for match in re.finditer(r"20\d\d-\d\d-\d\dT\d\d:\d\d", f"{one}")] for one in (first, second)]
    moved = [[datetime.fromisoformat(each) - datetime(2026, 12, 7, 10) for each in one] for one in days]
    assert {each[1] - each[0] for each in moved} == {timedelta(days=2, hours=1)}
    assert moved[1][0] - moved[0][0] == timedelta(days=7)
    assert moved[0][0].days % 7 == 0


@pytest.mark.parametrize(("again", "origin", "most"), [(False, "form", 5), (True, "form", None), (False, LATER, 3)])
def test_few_words_of_which_each_may_be_there_once_come_to_their_end(
    *, again: bool, origin: str, most: int | None
) -> None:
    """Of a calendar's days some were taken when it was found how many there are."""
    words = Words(parts=(("a", "b", "c", "d", "e", "f"),))
    best: Any = Tried(payload=Payload(kind=BodyKind.FORM, pairs=(Pair(name="code", value=words.mark),), origin=origin))
    send = lambda one: replace(one, works=again)  # noqa: E731
    assert most_of(operation("POST /codes/"), best, send, lambda: False) == most


def test_one_working_day_is_followed_by_the_next() -> None:
    body = Payload(kind=BodyKind.JSON, document='{"day": "2026-12-11", "born_on": "1990-01-01"}')
    found = days_in_turn(operation("POST /bookings/"), Tried(payload=body), {})  # type: ignore[arg-type]
    assert found is not None
    assert found.days["day"][:2] == ("2026-12-14", "2026-12-15")
    assert found.days.keys() == {"day"}


@pytest.mark.django_db
def test_days_on_which_rows_are_are_left_out() -> None:
    """Those between two days of a row as well."""
    day = datetime(2026, 12, 14, tzinfo=UTC)
    User.objects.create(username="one", date_joined=day, last_login=day + timedelta(days=2))
    written = trace(statements=(use(f'UPDATE "{User._meta.db_table}" SET "status" = %s'),))
    body = Payload(kind=BodyKind.JSON, document='{"day": "2026-12-11"}')
    found = days_in_turn(operation("POST /jobs/"), Tried(payload=body, trace=written), {})  # type: ignore[arg-type]
    assert found is not None
    assert found.days["day"][0] == "2026-12-17"


def _calendar(days_open: int, taken: set[str]) -> Any:
    """Return what books a day once, of so many from now on."""
    turns = Turns(before=True)

    def send(one: Any) -> Any:
        found = re.search(r"20\d\d-\d\d-\d\d", f"{settled(one.payload, 1, turns)}")
        assert found is not None
        day = found[0]
        works = day not in taken and datetime.fromisoformat(day) < datetime(2026, 12, 7) + timedelta(days=days_open)
        taken.update([day] if works else [])
        return replace(one, works=works)

    return send


@pytest.mark.parametrize("free", [True, False])
def test_the_days_of_a_calendar_are_shared_out_among_the_writes_that_use_it(*, free: bool) -> None:
    """As far as the first of them has found it open, whether a body has free days or its own in turn."""
    listed = tuple(f"{datetime(2026, 12, 7) + timedelta(days=number):%Y-%m-%d}" for number in range(200))
    day = Words(parts=(listed,), first=9, key="7").mark if free else "2026-12-05"
    best: Any = Tried(payload=Payload(kind=BodyKind.JSON, document=f'{{"day": "{day}"}}'))
    taken: set[str] = set() if free else {"2026-12-05"}
    calendars: dict[str, Calendar] = {}
    send, requests = _calendar(25, taken), []
    writes = [operation(f"POST /{name}/") for name in ("book", "move")]
    written = [use('INSERT INTO "accounts_user" VALUES (%s)')]
    for one in writes:
        asked = replace(best, trace=trace(statements=tuple(written)))
        found, again = repeated(one, asked, send, lambda each: iter(()), lambda: False, calendars)
        assert again
        most = most_of(one, found, send, lambda: False)
        requests.append(
            PlannedRequest(operation_id=one.id, method="POST", paths=(), role="user", payload=found.payload, most=most)
        )
    shared = with_shares(requests)
    before = len(taken)
    load = Turns()
    sent = [
        re.findall(r"20\d\d-\d\d-\d\d", f"{settled(each.payload, 1, load)}")[0]  # type: ignore[arg-type]
        for each in shared
        for _ in range(each.most or 99)
    ]
    assert not taken & {*sent}
    assert len({*sent}) == len(sent)
    assert all(datetime.fromisoformat(each) < datetime(2027, 1, 1) for each in sent)
    assert 10 <= len(sent) <= 25 - before + 3
