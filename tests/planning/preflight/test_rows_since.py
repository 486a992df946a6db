"""What names rows that came since it was tried is tried once more."""

from dataclasses import replace

import pytest

from loadaudit.planning.preflight.judge import NONE_MADE, Trial, unanswered
from loadaudit.planning.preflight.rows_since import RowsSince
from loadaudit.records import Body, BodyField, BodyKind, Operation, Outcome, Pair, Parameter, Payload, PlannedPath
from tests.analysis.factories import operation, trace, use
from tests.planning.preflight.conftest import NOBODY

MAKES = operation("POST /projects/")
IN_BODY = replace(
    operation("POST /notes/"),
    body=Body(kind=BodyKind.JSON, fields=(BodyField(name="project", model="projects.Project"),)),
)
IN_ADDRESS = operation(
    "GET /projects/<int:pk>/",
    parameters=(Parameter(name="pk", converter="int", model="projects.Project", model_field="pk"),),
)


def _made(sql: str, *, outcome: Outcome = Outcome.OK) -> Trial:
    path = PlannedPath(path="/projects/", origin="no parameters")
    sent = unanswered(MAKES, NOBODY, path, None, 1, "timeout")
    best = replace(sent, outcome=outcome, trace=trace(1, statements=(use(sql),)))
    return Trial(operation=MAKES, best=best, tries=1)


@pytest.mark.parametrize("named", [IN_BODY, IN_ADDRESS])
def test_rows_of_a_model_that_is_named(named: Operation) -> None:
    since = RowsSince()
    since.trying(named)
    assert not since.may_help(named)
    since.note(_made('INSERT INTO "projects_project" ("name") VALUES (?)'))
    assert since.may_help(named)
    since.trying(named)
    assert not since.may_help(named)


@pytest.mark.parametrize(
    "other",
    [
        _made('INSERT INTO "projects_project" ("name") VALUES (?)', outcome=Outcome.SERVER_ERROR),
        _made('UPDATE "projects_project" SET "name" = ?'),
        _made('INSERT INTO "projects_projects" ("name") VALUES (?)'),
    ],
)
def test_what_made_none_of_them(other: Trial) -> None:
    since = RowsSince()
    since.note(other)
    assert not since.may_help(IN_BODY)


@pytest.mark.parametrize(("sent", "expected"), [((), True), ((Pair(name="project", value="1"),), False)])
def test_a_view_that_broke_without_a_row_may_get_it_now(sent: tuple[Pair, ...], *, expected: bool) -> None:
    """Its body named none, because there was none to name."""
    since = RowsSince()
    since.trying(IN_BODY)
    since.note(_made('INSERT INTO "projects_project" ("name") VALUES (?)'))
    payload = Payload(kind=BodyKind.FORM, pairs=sent)
    best = unanswered(IN_BODY, NOBODY, PlannedPath(path="/notes/"), payload, 1, "timeout")
    broken = replace(best, outcome=Outcome.SERVER_ERROR)
    assert since.may_work_now(IN_BODY, broken, first=False) is expected


def test_what_is_lacking_now_is_said_with_why_no_row_was_made() -> None:
    """The book came, and now it is the page that is missing."""
    before = Trial(operation=IN_BODY, best=None, tries=0, reason=f"no book; {NONE_MADE}GET /books/ failed with it")
    now = Trial(operation=IN_BODY, best=None, tries=0, reason="no page")
    assert before.lacking(now).reason == f"no page; {NONE_MADE}GET /books/ failed with it"
    sent = _made("SELECT 1", outcome=Outcome.NOT_FOUND)
    assert sent.lacking(now) == sent
