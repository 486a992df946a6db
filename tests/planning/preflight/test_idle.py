"""Writes that were answered with a success and have changed nothing."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.bookkeeping import is_bookkeeping
from loadaudit.planning.preflight.idle import Idle, advice_on_idle, idle_of
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.untouched import _named, _plain, _values_untouched, rows_untouched, untouched
from loadaudit.records import Body, BodyField, BodyKind, Identity, Outcome, Pair, Parameter, Payload, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

BY_KEY = 'UPDATE "projects_project" SET "status" = %s WHERE ("projects_project"."id" IN (%s, %s) AND NOT "is_archived")'
INNER = (
    'UPDATE "projects_project" SET "status" = %s WHERE "projects_project"."id" IN (SELECT U0."id" FROM '
    '"projects_project" U0 WHERE (U0."id" IN (%s) AND U0."owner_id" = %s AND U0."status" = %s '
    'AND NOT U0."is_archived"))'
)
BEAT = (
    'UPDATE "projects_project" SET "status" = %s '
    'WHERE ("projects_project"."created_at" < %s AND "projects_project"."id" = %s)'
)
BY_CODE = 'UPDATE "catalog_supplier" SET "note" = %s WHERE "catalog_supplier"."name" = %s'
OLD = 'DELETE FROM "projects_project" WHERE "projects_project"."created_at" < %s'
OWN = 'DELETE FROM "projects_project" WHERE "projects_project"."owner_id" = %s'
READ = 'SELECT "projects_project"."id" FROM "projects_project" WHERE "projects_project"."id" IN (%s)'
LOG = 'INSERT INTO "projects_activity" ("text") VALUES (%s)'
SEARCH = 'SELECT "projects_project"."id" FROM "projects_project" WHERE "projects_project"."name" LIKE %s'
IDS: dict[str, Any] = {"ids": [1, 2]}


def _sent(document: Any) -> Payload:
    return Payload(kind=BodyKind.JSON, document=json.dumps(document), origin="source")


def _told(
    sql: tuple[str, ...],
    sent: Payload | None,
    says: Any = None,
    *,
    status: int = 200,
    asks: str = "POST /projects/bulk-approve/",
    **seen: Any,
) -> str:
    """Return what tells that a write was idle, and whether that is sure."""
    writes = sum(not one.startswith("SELECT") for one in sql)
    answer = Answer(
        status=status,
        text="",
        location="",
        trace=trace(statements=tuple(map(use, sql)), view_ran=True, sql_writes=writes, **seen),
        content_type="application/json" if says is not None else "text/html",
        content=json.dumps(says).encode() if says is not None else b"",
    )
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="ids", type="any"),), source="source")
    idle = idle_of(operation(asks, body=body), sent, answer)
    return f"{'sure' if idle.is_sure else 'open'}: {idle.told}" if idle is not None else ""


@pytest.mark.parametrize(
    ("sql", "sent", "says", "told"),
    [
        ((), IDS, {"approved": 0, "skipped": 2}, "sure: it answers approved: 0"),
        ((BY_KEY,), IDS, {"updated": 0, "failed": 1}, "sure: it answers updated: 0"),
        ((), IDS, {"changes": [], "created": 0, "deleted": 0}, "open: it answers created: 0, deleted: 0"),
        ((), IDS, {"viewed": 0}, ""),
        ((BEAT,), IDS, {"ok": True}, "open: no row of projects.Project was met by what it changes"),
        ((BY_KEY,), IDS, {"lines": [1]}, "open: no row of projects.Project was met by what it changes"),
        ((LOG,), IDS, {"approved": 0}, "open: it answers approved: 0"),
        ((), IDS, {"approved": 1}, ""),
        ((), IDS, {"total": 5, "discounted": 0}, ""),
        ((), {"q": "a"}, {"count": 0, "results": []}, ""),
        ((BY_KEY,), IDS, {"ok": True}, "sure: no row of projects.Project was met by what it changes"),
        ((INNER,), IDS, {"ok": True}, "open: no row of projects.Project was met by what it changes"),
        ((BY_KEY, LOG), IDS, {"ok": True}, ""),
        ((BY_CODE,), IDS, {"ok": True}, "sure: no row of catalog.Supplier was met by what it changes"),
        ((OWN,), {}, {"ok": True}, "sure: no row of projects.Project was met by what it changes"),
        ((OWN,), {}, {"results": []}, "open: no row of projects.Project was met by what it changes"),
        ((OLD, SEARCH), {"q": "a"}, {"results": []}, ""),
        ((READ,), IDS, {"ok": True}, "open: it has found no row and written nothing"),
        ((SEARCH,), {"q": "a"}, {"results": []}, ""),
        ((SEARCH,), {}, {"ok": True}, "open: it was sent none of its fields"),
    ],
)
def test_what_shows_that_nothing_was_changed(sql: tuple[str, ...], sent: Any, says: Any, told: str) -> None:
    """Counts of nought, rows that no statement met; what searches, computes or clears up beside is not meant."""
    assert _told(sql, _sent(sent), says) == told


def test_a_long_statement_is_read_at_once() -> None:
    """No bracket closes what thousands of them open; where each looked for its end anew that took seconds."""
    begun = time.perf_counter()
    assert _plain(Project, 'DELETE FROM "projects_project" WHERE ' + "IN (SELECT " * 9_000).startswith("DELETE")
    assert time.perf_counter() - begun < 1


def test_what_is_done_elsewhere_is_done() -> None:
    """A call shows in no row, nor does a session; what a script of the project names is its own word."""
    idle = "sure: no row of projects.Project was met by what it changes"
    assert _told((BY_KEY,), _sent(IDS)) == idle
    assert _told((BY_KEY,), _sent(IDS), session_changed=True) == _told((BY_KEY,), _sent(IDS), http_calls=1) == ""
    assert _told((BY_KEY,), _sent(IDS), status=409) == _told((OWN,), None, asks="POST /logout/") == ""
    assert _told((), _sent(IDS), {"speed": 0}, asks="POST /special-offers/") == ""
    assert _told((), _sent(IDS), {"rated": 0}, asks="POST /ratings/") == ""
    declared = Payload(kind=BodyKind.JSON, document="{}", origin="body at loadtests.py:3")
    assert _told((OWN,), declared) == ""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('UPDATE "django_session" SET "session_data" = %s, "expire_date" = %s WHERE "session_key" = %s', True),
        ('UPDATE "accounts_user" SET "last_login" = %s WHERE "accounts_user"."id" = %s', True),
        ('UPDATE "accounts_user" SET "last_seen_at" = %s, "last_ip" = %s', True),
        ('UPDATE "accounts_user" SET "last_seen" = %s, "status" = %s WHERE "id" = %s', False),
        ('UPDATE "accounts_user" SET "last_name" = %s', False),
        ('INSERT INTO "projects_activity" ("text") VALUES (%s)', False),
    ],
)
def test_what_is_written_beside_shows_no_change(sql: str, *, expected: bool) -> None:
    """Sessions, and when somebody was there last."""
    assert is_bookkeeping(sql) is expected
    beside = replace(use(sql), rows=1)
    seen = trace(statements=(use(BY_KEY), beside), view_ran=True, sql_writes=2)
    answer = Answer(status=302, text="", location="/", trace=seen)
    assert (idle_of(operation("POST /projects/close/"), _sent(IDS), answer) is not None) is expected


@pytest.mark.parametrize(
    ("sql", "told", "path", "seen"),
    [
        (
            (READ,),
            "Was paid before.",
            "/projects/1/archive/",
            "sure: it has changed nothing and said: Was paid before.",
        ),
        ((READ,), "", "/projects/1/archive/", "open: it has written nothing"),
        ((READ, LOG), "", "/projects/1/archive/", ""),
        ((READ,), "Nothing was found.", "/projects/1/cost-per-area/", ""),
    ],
)
def test_a_page_that_redirects_and_leaves_its_row_as_it_was(
    sql: tuple[str, ...], told: str, path: str, seen: str
) -> None:
    """Its code changes rows on another way; one whose code changes none may have searched."""
    answer = Answer(
        status=302,
        text="",
        location="/",
        trace=trace(statements=tuple(map(use, sql)), view_ran=True, sql_writes=len(sql) - 1, told=told),
    )
    asked = operation(
        "POST /projects/<int:project_id>/archive/",
        parameters=(Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk"),),
    )
    idle = idle_of(asked, None, answer, path)
    assert (f"{'sure' if idle.is_sure else 'open'}: {idle.told}" if idle is not None else "") == seen


def test_methods_that_change_rows_and_forms_in_rows() -> None:
    """They may have changed nothing because of what was sent; a row that is gone already was not deleted."""
    assert _told((READ,), None, asks="DELETE /projects/1/").startswith("sure: it has found no row")
    assert _told((SEARCH,), _sent(IDS), asks="PATCH /projects/1/") == "open: it has written nothing"
    assert _told((), _sent(IDS), asks="PUT /elsewhere/") == ""
    assert _told((LOG,), _sent({}), asks="PATCH /projects/1/") == "open: it was sent none of its fields"
    forms = Payload(kind=BodyKind.FORM, pairs=(Pair(name="form-TOTAL_FORMS", value="2"),), origin="page")
    assert _told((SEARCH,), forms, status=302) == "open: its forms were written back as they were"


@pytest.mark.parametrize(
    ("origin", "sent", "told"),
    [
        ("row of projects.Project", IDS, "provide() or body() in a loadtests.py names such"),
        ("no parameters", IDS, "body() in a loadtests.py names such"),
        ("no parameters", {}, "add such"),
    ],
)
def test_what_an_operator_may_do(origin: str, sent: Any, told: str) -> None:
    """Rows are named where the address or the body names them."""
    idle = Idle(told="it answers approved: 0", is_sure=True)
    assert f"without rows to change: {told}, or" in advice_on_idle(
        idle, PlannedPath(path="/", origin=origin), _sent(sent)
    )
    assert advice_on_idle(None, PlannedPath(path="/"), None) == ""


@pytest.mark.django_db
def test_rows_that_would_be_changed() -> None:
    """Those of the user that are in the state, and one is made in each state where nothing names any."""
    _, draft, closed = projects(("active", True), ("draft", False), ("closed", False))
    owner = Identity(role="user", user_id=str(draft.owner_id))
    write = operation("POST /projects/bulk-approve/")
    best = Try(
        identity=owner,
        path=PlannedPath(path="/projects/bulk-approve/"),
        payload=_sent({"ids": [closed.pk]}),
        sample=sample(),
        outcome=Outcome.INVALID,
        trace=trace(statements=(use(INNER),)),
        answer=None,
    )
    [asked] = untouched(write, best, owner)
    assert (asked.fixed, asked.owners, asked.states) == ({"is_archived": False}, ("owner",), ("status",))
    [found] = _values_untouched(write, best, owner, 1)
    assert (found.field, found.value) == ("ids", [draft.pk])
    missed = {**asked.fixed, "status": "active"}
    idle = replace(best, idle=Idle(told="", is_sure=True), trace=trace(statements=(use(INNER), use(LOG))))
    refused = replace(best, outcome=Outcome.NOT_FOUND)
    for one in (best, idle, refused):
        assert [*rows_untouched(write, one, owner)] == [(Project, missed, ("owner",))]
    done = replace(refused, trace=trace(statements=(use(INNER), use(LOG))))
    assert [*rows_untouched(write, done, owner)] == [], "it was refused for something else"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"ids": [1], "note": "x"}, "ids"),
        ({"projectId": 1, "note": "x"}, "projectId"),
        ({"chosen": [1], "note": "x"}, "chosen"),
        ({"rows": [{"a": 1}], "note": "x"}, ""),
        ({"text": "x", "note": "x"}, ""),
        ({"text": "x"}, "text"),
    ],
)
def test_the_name_that_has_keys(sent: dict[str, Any], name: str) -> None:
    """By the model, by what keys are called, or as the only list."""
    assert _named(Project, sent) == name
