"""Pairs of writes that may wait for each other in a ring are found by what they lock, and sent at the same moment."""

from dataclasses import replace
from typing import cast

import pytest

from loadaudit.audit.conflicts import send_crossing
from loadaudit.audit.crossing import Crossing, crossings
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.lanes import CONFLICT_AT_ONCE
from loadaudit.planning.preflight.judge import Trial, judged
from loadaudit.records import Lane, Parameter, PlannedPath, Risk, StatementUse
from tests.analysis.factories import USER, operation, trace, use
from tests.audit.test_conflicts import Meeting

TWO_ROWS = (use('SELECT "id" FROM "fund" WHERE "id" = %s FOR UPDATE', count=2),)


def locking(id_: str, *statements: StatementUse, pool: tuple[str, ...] = ()) -> Trial:
    """Return what the preflight found of a write that executes these statements."""
    parameters = (Parameter(name="pk"),) if "<" in id_ else ()
    of = operation(id_, parameters=parameters, risk=Risk.MUTATING)
    seen = replace(trace(1, id_, user_id="7"), statements=statements)
    answer = Answer(status=200, text="", location="", trace=seen, number=1)
    paths = tuple(PlannedPath(path=path) for path in pool or (of.route,))
    return Trial(operation=of, best=judged(of, USER, paths[0], None, answer), tries=1, pool=paths)


def pairs(*trials: Trial) -> list[tuple[str, str]]:
    """Return the ids of the pairs that are found."""
    return [(one.first.operation.id, one.second.operation.id) for one in crossings(trials)]


def test_two_that_lock_two_rows_of_one_table() -> None:
    """They may do so in opposite order."""
    assert pairs(locking("POST /a/", *TWO_ROWS), locking("POST /b/", *TWO_ROWS)) == [("POST /a/", "POST /b/")]


@pytest.mark.parametrize(
    "statements",
    [
        (use('UPDATE "fund" SET "x" = %s WHERE "id" = %s'),),
        (use('SELECT "id" FROM "fund" WHERE "id" = %s', count=5),),
        (use('UPDATE "django_session" SET "x" = %s', count=2),),
        (use('UPDATE "other" SET "x" = %s', count=2),),
    ],
    ids=["one row", "no lock", "sessions", "another table"],
)
def test_what_can_make_no_ring_is_left_out(statements: tuple[StatementUse, ...]) -> None:
    """A ring needs two rows that both want."""
    assert not pairs(locking("POST /a/", *TWO_ROWS), locking("POST /b/", *statements))


def test_a_list_of_rows_locks_several() -> None:
    """In whichever order the database finds them."""
    listed = use('UPDATE "fund" SET "x" = %s WHERE "id" IN (%s, %s)', rows=2)
    assert pairs(locking("POST /a/", listed), locking("POST /b/", listed))


def test_both_are_sent_to_the_same_row() -> None:
    """Writes to rows of their own never wait for each other."""
    first = locking("POST /p/<int:pk>/a/", *TWO_ROWS, pool=("/p/1/a/", "/p/2/a/"))
    second = locking("POST /p/<int:pk>/b/", *TWO_ROWS, pool=("/p/3/b/", "/p/2/b/"))
    (pair,) = crossings([first, second])
    assert [one.path for one in pair.paths] == ["/p/2/a/", "/p/2/b/"]


def test_as_many_of_the_one_as_of_the_other() -> None:
    """All of one round under way together, in a lane of their own."""
    pair = Crossing(
        first=locking("POST /a/", *TWO_ROWS),
        second=locking("POST /b/", *TWO_ROWS),
        paths=(PlannedPath(path="/a/"), PlannedPath(path="/b/")),
        locks=2,
    )
    paths: list[str] = []
    tries = send_crossing(
        [pair],
        lambda _: cast(ControlClient, Meeting(paths)),
        rounds=1,
        login_pages=frozenset(),
        deadline_s=float("inf"),
        stopped=lambda: False,
    )
    assert {one.sample.lane for one in tries} == {Lane.CROSSED}
    assert sorted(paths) == sorted(["/a/", "/b/"] * (CONFLICT_AT_ONCE // 2))
