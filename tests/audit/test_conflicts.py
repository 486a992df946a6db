"""Writes are sent at the same moment to one row, then each to a row of its own."""

import json
import threading
from collections import Counter
from dataclasses import replace
from typing import Any, cast
from unittest.mock import Mock

import pytest

from loadaudit.audit.conflicts import can_conflict, creates, send_at_once
from loadaudit.audit.meetings import Meeting as Meetings
from loadaudit.audit.options import Observer
from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.load.words import Turns, Words, words_in
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.lanes import CONFLICT_AT_ONCE, CONFLICT_ROUNDS
from loadaudit.planning.preflight.judge import Trial, judged
from loadaudit.planning.preflight.settle import OWN_LOGIN, tried_on_others, within_reach, without_spent
from loadaudit.records import (
    BodyKind,
    Identity,
    Kind,
    Lane,
    Operation,
    Outcome,
    Pair,
    Parameter,
    Payload,
    PlannedPath,
    Risk,
)
from tests.analysis.factories import USER, operation, trace, use

SAVE = operation("POST /p/<int:pk>/save/", parameters=(Parameter(name="pk"),), risk=Risk.MUTATING)


class Meeting:
    """A client that notes how many of them are under way together."""

    lock = threading.Lock()
    under_way = 0
    most = 0
    paths: list[str]

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        self.payloads: list[object] = []

    def send(self, method: str, path: str, payload: object, **_: Any) -> Answer:
        with self.lock:
            Meeting.under_way += 1
            Meeting.most = max(Meeting.most, Meeting.under_way)
            self.paths.append(path)
            self.payloads.append(payload)
        threading.Event().wait(0.01)
        with self.lock:
            Meeting.under_way -= 1
        seen = trace(1, SAVE.id, user_id="7")
        return Answer(status=200, text="", location="", trace=seen, number=1)

    def close(self) -> None:
        """Nothing to release."""


def trial(rows: int, of: Operation = SAVE, **changes: Any) -> Trial:
    """Return what a preflight has found of the operation."""
    pool = tuple(PlannedPath(path=f"/p/{n}/save/") for n in range(1, rows + 1))
    answer = Answer(status=200, text="", location="", trace=trace(1, of.id, user_id="7"), number=1)
    return Trial(operation=of, best=judged(of, USER, pool[0], None, answer), tries=1, pool=pool, **changes)


def inserting(table: str, of: Operation) -> Trial:
    """Return a trial of which the trace shows an INSERT."""
    made = trial(1, of)
    assert made.best is not None
    assert made.best.trace is not None
    seen = replace(made.best.trace, statements=(use(f'INSERT INTO "{table}" ("id") VALUES (%s)'),))
    return replace(made, best=replace(made.best, trace=seen))


def sent(made: Trial) -> tuple[list[Lane], list[str]]:
    """Return lanes of the samples, and the paths as the server got them."""
    paths: list[str] = []

    def opened(_: Identity) -> ControlClient:
        return cast(ControlClient, Meeting(paths))

    tries = send_at_once([made], opened, login_pages=frozenset(), deadline_s=float("inf"), stopped=lambda: False)
    return [one.sample.lane for one in tries], paths


def test_a_row_that_was_spent_since_is_not_written_to() -> None:
    """Of what cancels orders, one was cancelled before the others are changed."""
    cancel = operation("POST /p/<int:pk>/cancel/", parameters=(Parameter(name="pk"),), risk=Risk.MUTATING)
    once = trial(1, cancel, repeatable=False)
    assert once.best is not None
    once = replace(once, best=replace(once.best, path=PlannedPath(path="/p/1/cancel/")))
    kept = without_spent({cancel.id: once, SAVE.id: trial(3)})
    assert [one.path for one in kept[SAVE.id].pool] == ["/p/2/save/", "/p/3/save/"]
    assert set(sent(kept[SAVE.id])[1]) == {"/p/2/save/"}
    assert kept[cancel.id] == once
    only = trial(1)
    assert without_spent({cancel.id: once, SAVE.id: only})[SAVE.id] == only


@pytest.mark.parametrize(("works", "repeatable", "paths"), [(True, True, [2]), (False, False, [1, 2, 3])])
def test_a_write_that_worked_on_a_row_that_was_spent_since_is_tried_on_others(
    *, works: bool, repeatable: bool, paths: list[int]
) -> None:
    """Nobody knows whether it works on those; where it does not, it has worked once."""
    cancel = operation("POST /p/<int:pk>/cancel/", parameters=(Parameter(name="pk"),), risk=Risk.MUTATING)
    once = trial(1, cancel, repeatable=False)
    assert once.best is not None
    once = replace(once, best=replace(once.best, path=PlannedPath(path="/p/1/cancel/")))
    other = replace(trial(1), pool=(PlannedPath(path="/p/2/save/"),))
    assert other.best is not None
    outcome = Outcome.OK if works else Outcome.NOT_FOUND
    other = replace(other, best=replace(other.best, outcome=outcome, path=PlannedPath(path="/p/2/save/")))
    tried: list[str] = []

    def attempt(one: Operation) -> Trial:
        tried.append(one.id)
        return other

    kept = without_spent(tried_on_others({cancel.id: once, SAVE.id: trial(3)}, attempt))[SAVE.id]
    assert tried == [SAVE.id]
    assert kept.repeatable is repeatable
    assert [one.path for one in kept.pool] == [f"/p/{number}/save/" for number in paths]


def test_a_page_of_a_row_that_was_spent_since_is_tried_again() -> None:
    """It may be refused now, and the load would ask for nothing else."""
    cancel = operation("POST /p/<int:pk>/cancel/", parameters=(Parameter(name="pk"),), risk=Risk.MUTATING)
    edit = replace(SAVE, id="GET /p/<int:pk>/save/", method="GET")
    once = trial(1, cancel, repeatable=False)
    assert once.best is not None
    once = replace(once, best=replace(once.best, path=PlannedPath(path="/p/1/cancel/")))
    tried: list[str] = []

    def attempt(one: Operation) -> Trial:
        tried.append(one.id)
        return trial(1, one)

    tried_on_others({cancel.id: once, edit.id: trial(1, edit)}, attempt)
    assert tried == [edit.id]


def test_a_row_that_no_read_has_reached_is_not_written_to() -> None:
    """As that of another tenant, where a read has been tried with it."""
    org = (Parameter(name="org", converter="slug"),)
    page, hooks = operation("GET /o/<slug:org>/", parameters=org), operation("GET /o/<slug:org>/hooks/", parameters=org)
    write = operation("POST /o/<slug:org>/hooks/", parameters=org, risk=Risk.MUTATING, kind=Kind.WRITE)
    seen = replace(trial(1, page), pool=(PlannedPath(path="/o/own/"),), refused=("/o/other/", "/o/third/"))
    other = replace(trial(1, hooks), pool=(PlannedPath(path="/o/third/hooks/"),))
    paths = tuple(PlannedPath(path=f"/o/{one}/hooks/") for one in ("own", "other", "third", "fourth"))
    made = replace(trial(1, write), pool=paths)
    kept = within_reach({one.operation.id: one for one in (seen, other, made)})
    assert [one.path for one in kept[write.id].pool] == ["/o/own/hooks/", "/o/third/hooks/", "/o/fourth/hooks/"]
    assert kept[page.id] == seen
    alone = replace(made, pool=paths[1:2])
    assert within_reach({page.id: seen, write.id: alone})[write.id] == alone


def test_one_row_and_rows_of_their_own() -> None:
    """Each in a lane of its own, several under way together."""
    Meeting.most = 0
    lanes, paths = sent(trial(rows=6))
    each = CONFLICT_ROUNDS * CONFLICT_AT_ONCE
    assert lanes == [Lane.CONFLICT] * each + [Lane.SPREAD] * each
    assert set(paths[:each]) == {"/p/1/save/"}
    assert sorted(paths[each : each + CONFLICT_AT_ONCE]) == [f"/p/{n}/save/" for n in range(1, CONFLICT_AT_ONCE + 1)]
    assert 1 < Meeting.most <= CONFLICT_AT_ONCE


def test_too_few_rows_are_no_rows_of_their_own() -> None:
    """Two of four on one row would be half a conflict."""
    assert set(sent(trial(rows=CONFLICT_AT_ONCE - 1))[0]) == {Lane.CONFLICT}


@pytest.mark.parametrize(
    ("of", "changes", "can"),
    [
        (SAVE, {}, True),
        (SAVE, {"repeatable": False}, False),
        (operation("POST /p/", risk=Risk.MUTATING), {}, False),
        (operation("POST /p/<int:pk>/wipe/", parameters=SAVE.parameters, risk=Risk.DESTRUCTIVE), {}, False),
        (operation("POST /p/<int:pk>/copy/", parameters=SAVE.parameters, risk=Risk.HEAVY), {}, False),
        (operation("GET /p/<int:pk>/", parameters=SAVE.parameters), {}, False),
    ],
)
def test_only_what_works_again_and_again_on_a_row(of: Operation, changes: dict[str, Any], can: bool) -> None:
    """What destroys comes later, what is heavy would only be slow."""
    assert can_conflict(trial(1, of, **changes)) is can


@pytest.mark.parametrize(
    ("table", "of", "can"),
    [
        ("orders", operation("POST /p/", risk=Risk.MUTATING), True),
        ("django_session", operation("POST /p/", risk=Risk.MUTATING), False),
        ("orders", SAVE, False),
        ("orders", operation("GET /p/"), False),
    ],
    ids=["a new row", "a session", "about a row", "reads"],
)
def test_what_makes_a_row_is_sent_twice_at_once(table: str, of: Operation, can: bool) -> None:
    """As a double click does."""
    assert creates(inserting(table, of)) is can


def test_a_login_that_inserts_a_token_is_not_sent_at_once() -> None:
    """No body here has the passwords of the run's users, and wrong ones may lock them out."""
    made = inserting("shop_token", operation("POST /api/<v>/token/", kind=Kind.WRITE, risk=Risk.MUTATING))
    assert made.best is not None
    login = replace(made, best=replace(made.best, path=PlannedPath(path="/api/v1/token/", origin=OWN_LOGIN)))
    assert creates(made)
    assert not creates(login)


def test_one_round_is_enough_for_a_double_submit() -> None:
    """As many requests as meet once."""
    client = cast(ControlClient, Meeting([]))
    tries = send_at_once(
        [trial(1)],
        lambda _: client,
        lanes=(Lane.CONFLICT,),
        rounds=1,
        login_pages=frozenset(),
        deadline_s=float("inf"),
        stopped=lambda: False,
    )
    assert len(list(tries)) == CONFLICT_AT_ONCE


def test_equal_requests_have_a_value_that_the_load_has_left() -> None:
    """Two operations that share values have another one each."""
    words = Words(parts=(tuple(map(str, range(40))),), key="7")
    payload = Payload(kind=BodyKind.JSON, document=f'{{"seat": "{words.mark}", "name": "{UNIQUE_TEXT}"}}')
    client, made = Meeting([]), trial(1)
    assert made.best is not None
    made = replace(made, best=replace(made.best, payload=payload))
    tries = send_at_once(
        [made, made],
        lambda _: cast(ControlClient, client),
        lanes=(Lane.CONFLICT,),
        rounds=1,
        same=True,
        login_pages=frozenset(),
        deadline_s=float("inf"),
        stopped=lambda: False,
    )
    assert len([*tries]) == 2 * CONFLICT_AT_ONCE
    first, second = (client.payloads[n : n + CONFLICT_AT_ONCE] for n in (0, CONFLICT_AT_ONCE))
    assert ({*first} & {*second}, len({*first}), len({*second})) == (set(), 1, 1)
    turns = Turns()
    loaded = {words_in(words.mark, turns.of_body()) for _ in range(40)}
    assert not loaded & {json.loads(cast(Payload, one).document)["seat"] for one in client.payloads}


def test_without_values_that_are_left_nothing_is_sent_the_same() -> None:
    """Every one would be refused for what the load has made; that is said."""
    made = inserting("orders", operation("POST /p/", risk=Risk.MUTATING))
    assert made.best is not None
    mark = Words(parts=(("a", "b", "c"),), key="7").mark
    payload = Payload(kind=BodyKind.FORM, pairs=(Pair(name="kind", value=mark),))
    met = Meetings(opened=Mock(), observer=Mock(), login_pages=frozenset(), stopped=lambda: False)
    assert met.of([replace(made, best=replace(made.best, payload=payload))]) == []
    assert ["too few values" in one for one in met.notes] == [True]


@pytest.mark.parametrize(("rows", "apart", "said"), [(6, CONFLICT_ROUNDS, 0), (3, 0, 1)])
def test_a_write_meets_as_often_at_rows_of_their_own(rows: int, apart: int, said: int) -> None:
    """Enough for a p95; where there are too few rows it is said."""
    sender = cast(ControlClient, Meeting([]))
    met = Meetings(
        opened=lambda _: sender, observer=cast(Observer, Mock()), login_pages=frozenset(), stopped=lambda: False
    )
    lanes = Counter(one.sample.lane for one in met.of([trial(rows)]))
    assert lanes[Lane.CONFLICT] == CONFLICT_ROUNDS * CONFLICT_AT_ONCE
    assert lanes[Lane.SPREAD] == apart * CONFLICT_AT_ONCE
    assert ["rows of their own" in one for one in met.notes] == [True] * said
