"""Which of two answers lies behind the other."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.files_as_read import AS_READ
from loadaudit.planning.preflight.further import (
    Breaks,
    counts_more,
    goes_further,
    has_found_all,
    may_work_elsewhere,
)
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.planning.preflight.queries import QUERY_OF_SOURCE
from loadaudit.planning.preflight.settle import settled
from loadaudit.planning.values import GUESS
from loadaudit.records import BodyKind, Identity, Outcome, Payload, Plan, PlannedPath, ServerException
from tests.analysis.factories import operation, sample, trace, use

WRITE = operation("POST /orders/")
PLAIN = PlannedPath(path="/orders/")
OTHER = PlannedPath(path="/orders/2/")
SCRIPT = PlannedPath(path="/orders/", headers=("X-Requested-With: XMLHttpRequest",))


def tried(outcome: Outcome, path: PlannedPath = PLAIN, *, origin: str = "form", error: str = "", **facts: Any) -> Try:
    """Return a try of the write with a body of this origin, which ended with an exception of this class."""
    exception = ServerException(type=error, message="", fingerprint="") if error else None
    return Try(
        identity=Identity(role="user"),
        path=path,
        payload=Payload(kind=BodyKind.JSON, document="{}", origin=origin),
        sample=sample(operation_id=WRITE.id, **facts),
        trace=trace(exception=exception),
        outcome=outcome,
        answer=None,
    )


EMPTY = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=1.0)
REFUSED = tried(Outcome.CLIENT_ERROR)


@pytest.mark.parametrize(
    ("one", "further"),
    [
        (tried(Outcome.SERVER_ERROR, SCRIPT, error="ValueError"), True),
        (tried(Outcome.SERVER_ERROR, origin=f"form{CORRECTED}", error="builtins.AttributeError"), True),
        (tried(Outcome.SERVER_ERROR, origin=f"form{CORRECTED}", error="builtins.ValueError"), False),
        (tried(Outcome.SERVER_ERROR, error="builtins.AttributeError"), False),
        (tried(Outcome.DENIED, origin=f"form{CORRECTED}"), True),
        (tried(Outcome.DENIED, origin=f"form{CORRECTED}{AS_READ}"), True),
        (tried(Outcome.DENIED, OTHER, origin=f"form{CORRECTED}"), False),
    ],
)
def test_what_is_told_behind_a_refusal(one: Try, *, further: bool) -> None:
    """Behind the header of a script, or values that are taken now; a wrong value breaks views, too.

    A body that was corrected at another address was not taken by this one.
    """
    assert goes_further(one, REFUSED, replace(one.path, headers=())) is further


def test_what_is_said_of_a_made_up_text_says_less_than_what_is_said_of_a_row() -> None:
    """However late it was sent."""
    sent = Payload(kind=BodyKind.JSON, document='{"code": "la_xxLAxx"}', origin=f"form{CORRECTED}")
    said = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=b"No la_0000a1 here")
    other = replace(said, content=b"Closed")
    made_up, of_row = (replace(REFUSED, payload=sent, answer=answer) for answer in (said, other))
    assert not goes_further(made_up, of_row, PLAIN)
    assert goes_further(of_row, made_up, PLAIN)


def test_what_a_try_that_broke_has_written_is_there_afterwards() -> None:
    """That hides what is broken; what was there before does not."""
    broken = tried(Outcome.SERVER_ERROR, error="builtins.AttributeError")
    wrote = replace(broken, trace=trace(sql_writes=1, exception=broken.trace.exception if broken.trace else None))
    said = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=b"It exists already")
    there = replace(tried(Outcome.CLIENT_ERROR, status=400), answer=said, trace=None)
    assert not counts_more(there, wrote, PLAIN)
    assert counts_more(there, broken, PLAIN)


def test_what_is_missing_says_less_than_what_is_said_behind_it() -> None:
    """Another body, or that of another row, may lack again what one before had."""
    said = Answer(status=400, text="", location="", trace=None, content_type="application/json", content=b"")
    corrected = replace(REFUSED, payload=Payload(kind=BodyKind.JSON, document="{}", origin=f"form{CORRECTED}"))
    lacks = replace(corrected, answer=replace(said, content=b'{"name": ["This field is required."]}'))
    behind = replace(corrected, answer=replace(said, content=b'{"detail": "Closed."}'))
    assert not goes_further(lacks, behind, PLAIN)
    assert goes_further(behind, lacks, PLAIN)


def test_what_is_said_of_a_query_says_less_than_what_is_said_without() -> None:
    """`no edition 'a'` hides what the page itself misses."""
    said = Answer(status=404, text="", location="", trace=trace(not_found="no edition 'a'"))
    whole = PlannedPath(path="/orders/?ed=a")
    with_query = replace(tried(Outcome.NOT_FOUND, whole), answer=said)
    plain = replace(tried(Outcome.NOT_FOUND), answer=replace(said, trace=trace(not_found="no book")))
    assert not counts_more(with_query, plain, whole)
    behind = replace(with_query, answer=plain.answer)
    assert counts_more(behind, plain, whole)


def test_keys_of_the_source_that_are_refused_hide_no_row_that_is_another_ones() -> None:
    """The query was checked before the row was looked for, and staff may find that."""
    asking = PlannedPath(path="/orders/?minimal=1", origin=QUERY_OF_SOURCE)
    assert not counts_more(tried(Outcome.CLIENT_ERROR, asking), tried(Outcome.NOT_FOUND), asking)
    assert counts_more(tried(Outcome.OK, asking), tried(Outcome.NOT_FOUND), asking)


def test_how_a_made_up_value_fails_says_nothing_beside_an_address_that_is_there() -> None:
    """Another user is tried with what is known to be there; where nothing is known, the failure counts."""
    made_up = PlannedPath(path="/orders/", origin=GUESS)
    fails, refused = tried(Outcome.SERVER_ERROR, made_up), tried(Outcome.DENIED)
    assert not counts_more(fails, refused, made_up)
    assert counts_more(fails, replace(refused, path=made_up), made_up)
    assert counts_more(replace(fails, outcome=Outcome.OK), refused, made_up)


def test_a_part_of_a_query_says_less_than_what_was_refused_behind_the_whole() -> None:
    """It is refused for what it lacks; one that works counts all the same."""
    whole, part = (PlannedPath(path=f"/orders/?{query}") for query in ("a=1&b=1", "a=2"))
    behind, lacks = tried(Outcome.NOT_FOUND, whole), tried(Outcome.CLIENT_ERROR, part)
    assert not counts_more(lacks, behind, part)
    assert counts_more(replace(lacks, outcome=Outcome.OK), behind, part)
    assert counts_more(replace(lacks, path=whole), behind, whole)


def test_what_breaks_behind_a_query_says_more_than_that_it_was_missing() -> None:
    """A service that is not there is told, and not the parameter that was sent by then."""
    whole = PlannedPath(path="/orders/?a=1")
    assert counts_more(tried(Outcome.SERVER_ERROR, whole, error="redis.ConnectionError"), REFUSED, whole)
    assert not counts_more(tried(Outcome.SERVER_ERROR, whole, error="ValueError"), REFUSED, whole)
    assert not counts_more(REFUSED, tried(Outcome.SERVER_ERROR, whole, error="redis.ConnectionError"), PLAIN)


@pytest.mark.parametrize(("method", "writes", "works"), [("PUT", 0, False), ("PUT", 1, True), ("POST", 0, True)])
def test_a_form_that_is_put_and_only_shows_the_page_again_does_not_work(method: str, writes: int, works: bool) -> None:
    """Django has not read it, and nothing was written."""
    one = operation(f"{method} /orders/")
    seen = trace(method=method, route="/orders/", view_ran=True, user_id="", sql_writes=writes)
    answer = Answer(status=200, text="", location="", trace=seen, content_type="text/html; charset=utf-8")
    form = Payload(kind=BodyKind.FORM, origin="form")
    assert judged(one, Identity(role="user"), PLAIN, form, answer).works is works


@pytest.mark.parametrize(("refusals", "expected"), [((), Outcome.NOT_FOUND), (("F: a (required)",), Outcome.INVALID)])
def test_a_view_that_finds_nothing_because_a_form_refused_the_body(
    refusals: tuple[str, ...], expected: Outcome
) -> None:
    """`if not form.is_valid(): raise Http404`."""
    traced = trace(refusals=refusals, route=WRITE.route, status=404)
    found = Answer(status=404, text="", location="", trace=traced, number=1)
    body = Payload(kind=BodyKind.FORM, origin="form")
    assert judged(WRITE, Identity(role="user"), PLAIN, body, found).outcome is expected


def test_a_type_of_body_that_is_not_read_says_least() -> None:
    unread = tried(Outcome.CLIENT_ERROR, status=415)
    assert unread.rank > tried(Outcome.NOT_FOUND).rank > REFUSED.rank


def test_what_the_project_lacks_is_said_before_what_other_values_are_refused_for() -> None:
    """No values install a package."""
    lacking = tried(Outcome.SERVER_ERROR, error="builtins.ModuleNotFoundError")
    refused = tried(Outcome.INVALID, origin=f"form{CORRECTED}")
    assert lacking.rank == refused.rank
    assert not goes_further(refused, lacking, PLAIN)


def test_an_exception_about_values_asks_for_others() -> None:
    """Of any other the project has to be looked at."""
    reasons = []
    for error in ("builtins.ValueError", "builtins.AttributeError"):
        trial = Trial(operation=WRITE, best=tried(Outcome.SERVER_ERROR, error=error), tries=1)
        (left_out,) = settled(EMPTY, [WRITE], {WRITE.id: trial}, []).exclusions
        reasons.append(left_out.reason)
    assert reasons[0].endswith(
        "the view fails with these values, or always; body() in a loadtests.py says what it takes"
    )
    assert "the view itself fails, with these rows or always: mend it" in reasons[1]


def test_bodies_that_all_break_a_view_at_the_same_place_accuse_the_row() -> None:
    """Errors about values accuse the bodies; what broke elsewhere counts by itself."""
    breaks = Breaks()
    on_row, of_values = (
        tried(Outcome.SERVER_ERROR, error=f"builtins.{name}") for name in ("AttributeError", "KeyError")
    )
    assert [breaks.again(one) for one in (of_values, of_values, of_values, on_row, REFUSED, on_row)] == [False] * 6
    assert breaks.again(on_row)
    assert not breaks.again(on_row)


def test_a_form_that_always_refuses_a_row_as_a_whole_accuses_the_row() -> None:
    """It may be there already; a field that is named may take another value."""
    said = ("app.VoteForm: __all__ (invalid)", "app.VoteForm: __all__ (invalid), text (required)")
    whole, named = (replace(tried(Outcome.INVALID), trace=trace(refusals=(one,))) for one in said)
    breaks = Breaks()
    assert [breaks.again(one) for one in (named, named, named, whole, whole, whole)] == [*[False] * 5, True]


@pytest.mark.parametrize(
    ("said", "accused"),
    [
        ("Only drafts can be changed.", True),
        ("This invoice is paid already and cannot be voided.", True),
        ("The value can not be parsed.", False),
        ("The file could not be uploaded.", False),
        ("Your changes could not be saved.", False),
        ("An amount is required.", False),
    ],
)
def test_a_refusal_that_speaks_of_a_state_accuses_the_row(said: str, *, accused: bool) -> None:
    """Whatever its status is: other bodies would be refused as well."""
    content = json.dumps({"non_field_errors": [said]}).encode()
    answer = Answer(status=400, text="", location="", trace=None, content=content, content_type="application/json")
    refused = replace(tried(Outcome.CLIENT_ERROR, status=400), answer=answer)
    breaks = Breaks()
    assert [breaks.again(refused) for _ in range(3)] == [False, False, accused]


@pytest.mark.parametrize(("status", "expected"), [(401, [True, False]), (403, [True, True])])
def test_who_is_not_known_is_known_at_no_other_address(status: int, expected: list[bool]) -> None:
    """Another row may let in whom one turns away, as far as the view knows who it is."""
    denied = tried(Outcome.DENIED, status=status)
    assert [may_work_elsewhere(denied, failed) for failed in (1, 2)] == expected


@pytest.mark.parametrize(("table", "expected"), [("django_session", [True, False]), ("shop_order", [True, True])])
def test_no_other_row_helps_where_none_was_looked_at(table: str, expected: list[bool]) -> None:
    """Whoever is turned away as soon as it is known who asks is turned away from all of them."""
    denied = tried(Outcome.DENIED, status=403)
    denied = replace(denied, trace=trace(statements=(use(f'SELECT "a" FROM "{table}"'),)))
    assert [may_work_elsewhere(denied, failed) for failed in (1, 2)] == expected


@pytest.mark.parametrize(
    ("sql", "rows", "found"),
    [
        ('SELECT "id" FROM "shop_order" WHERE "id" = %s', 1, True),
        ('SELECT "id" FROM "shop_order" WHERE "id" = %s', 0, False),
        ('SELECT COUNT(*) FROM "shop_order"', 1, False),
        ('SELECT "id" FROM "auth_user"', 1, False),
    ],
)
def test_a_view_that_has_found_its_rows_misses_something_else(sql: str, rows: int, *, found: bool) -> None:
    """A file that no table has, say; what is counted, and who asks, says nothing."""
    one = replace(tried(Outcome.NOT_FOUND), trace=trace(statements=(replace(use(sql), rows=rows),)))
    assert has_found_all(one) is found


def test_who_may_not_is_told_behind_a_body_that_has_what_another_lacks() -> None:
    """As the check of a role in a view stands behind the fields that its schema wants."""
    said = {"detail": [{"type": "missing", "loc": ["body", "team_id"], "msg": "Field required"}]}
    text = json.dumps(said)
    answer = Answer(
        status=422, text=text, location="", trace=None, content_type="application/json", content=text.encode()
    )
    lacking = replace(tried(Outcome.CLIENT_ERROR, origin="echo", status=422), answer=answer)
    denied = tried(Outcome.DENIED, origin="schema", status=403)
    whole = replace(denied, payload=Payload(kind=BodyKind.JSON, document='{"team_id": 1}', origin="schema"))
    assert counts_more(whole, lacking, PLAIN)
    assert not counts_more(lacking, whole, PLAIN)
    assert not counts_more(denied, lacking, PLAIN)


def test_that_something_must_not_be_ones_own_says_less_than_what_nothing_was_found_for() -> None:
    """As to unfollow oneself, and somebody whom one does not follow."""
    said = "You cannot follow yourself."
    refused = Answer(status=409, text=said, location="", trace=None, content_type="text/plain", content=said.encode())
    oneself = replace(tried(Outcome.CLIENT_ERROR, OTHER, status=409), answer=refused)
    nobody = tried(Outcome.NOT_FOUND, status=404)
    assert not counts_more(oneself, nobody, OTHER)
    assert counts_more(replace(oneself, answer=None), nobody, OTHER)
