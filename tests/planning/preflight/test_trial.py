"""Operations are tried until something works, with the trace as judge."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.payloads.echoes import ECHO
from loadaudit.planning.preflight import trial
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.raised import FORM_BY_GET
from loadaudit.planning.preflight.settle import closed, of_their_method, settled
from loadaudit.planning.preflight.trial import MOST_TRIES
from loadaudit.planning.preflight.turns import order_of
from loadaudit.records import BodyKind, Identity, Outcome, Pair, Parameter, Payload, Plan, PlannedPath
from tests.analysis.factories import use
from tests.planning.preflight import site as pages
from tests.planning.preflight.conftest import NOBODY, InProcess, Stage

EMPTY = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=None)


def test_what_is_made_first_is_read_afterwards(stage: Stage) -> None:
    """Without a row there is no address: the form makes one, and its redirect and the list name it."""
    trials = stage.run("GET /rows/", "GET /new/", "POST /new/", "GET /rows/<int:number>/")
    assert {id_: trial.works for id_, trial in trials.items()} == dict.fromkeys(trials, True)
    best = trials["GET /rows/<int:number>/"].best
    assert best is not None
    assert best.path.origin == "link in an answer"


def test_the_form_of_the_page_is_filled(stage: Stage) -> None:
    trial = stage.run("POST /new/")["POST /new/"]
    assert trial.best is not None
    assert trial.best.payload is not None
    assert trial.best.payload.origin == "the form of its page"
    assert trial.repeatable


def test_a_form_that_comes_back_is_no_success(stage: Stage) -> None:
    """Status 200 and the form again: the server's own form says what it refused."""
    operation = stage.operation("POST /new/")
    candidates = stage.preflight.candidates["anonymous"]
    path = candidates.paths(operation)[0][0]
    one = stage.preflight.send(operation, candidates, path, None)
    assert (one.sample.status, one.outcome) == (200, Outcome.OK)
    from loadaudit.records import BodyKind, Pair, Payload

    wrong = Payload(kind=BodyKind.FORM, pairs=(Pair(name="kind", value="x"),))
    one = stage.preflight.send(operation, candidates, path, wrong)
    assert (one.sample.status, one.outcome) == (200, Outcome.INVALID)


def test_a_read_that_its_view_says_nothing_of_is_left_out_where_a_form_works(stage: Stage) -> None:
    """It breaks without the form, as every GET there does."""
    trials = stage.run("GET /renamed/", "POST /renamed/")
    assert {id_: one.works for id_, one in trials.items()} == {"GET /renamed/": False, "POST /renamed/": True}
    left = of_their_method(trials)["GET /renamed/"]
    assert (left.best, left.reason) == (None, FORM_BY_GET)
    assert of_their_method({"GET /renamed/": trials["GET /renamed/"]}) == {"GET /renamed/": trials["GET /renamed/"]}


def test_a_form_that_must_have_been_one(stage: Stage) -> None:
    """Where the code takes the token out of what was sent, and nothing tells of any field."""
    assert stage.run("POST /ticked/")["POST /ticked/"].works


def test_what_a_form_misses_in_a_document_is_sent_as_a_form(stage: Stage) -> None:
    """Of whose fields nothing tells before it has refused; only then is the query looked at."""
    trial = stage.run("POST /posted/")["POST /posted/"]
    assert trial.works
    assert trial.best is not None
    assert trial.best.path.path == "/posted/"


def test_a_key_of_the_query_that_is_read_as_json(stage: Stage) -> None:
    """Of several keys only that one becomes another."""
    trial = stage.run("GET /drawn/")["GET /drawn/"]
    assert trial.works
    assert trial.best is not None
    assert "title=loadaudit" in trial.best.path.path


def test_a_value_of_which_nobody_is_sure_shows_which_rows_are_missing(stage: Stage) -> None:
    """The view has looked for one, although the answer says nothing of the operation itself."""
    missing: Any = Mock()
    missing.make_for.return_value = missing.link.return_value = frozenset()
    missing.why_not.return_value = ""
    stage.preflight.missing = missing
    page = stage.operation("GET /rows/<int:number>/")
    candidates = stage.preflight.candidates["anonymous"]
    unknown = stage.preflight.send(page, candidates, PlannedPath(path="/rows/1/"), None)
    stage.preflight._helped({page.id: Trial(operation=page, best=None, tries=1, unknown=unknown)})
    assert missing.make_for.call_args.args[0] == [(page, unknown)]


@pytest.mark.parametrize("mended", [True, False])
def test_what_a_page_breaks_on_in_a_row_of_the_run_is_mended_before_the_row_is_lost(stage: Stage, mended: bool) -> None:
    """Without it all operations that want such a row would be lost."""
    page = stage.operation("GET /rows/")
    best = stage.preflight.attempt(page).best
    assert best is not None
    missing: Any = Mock()
    missing.has_broken.side_effect = [True, not mended]
    missing.make_for.return_value = {page.id}
    stage.preflight._keep_working(page, best, missing)
    assert missing.make_for.call_count == 1
    assert missing.take_back.called is not mended


def test_what_is_not_found_without_a_row_in_the_address_is_of_the_body(stage: Stage) -> None:
    """So that all its fields are sent, too, where those that it must have name none."""
    assert stage.run("POST /invited/")["POST /invited/"].works


def test_a_text_that_the_page_began_with_is_rewritten(stage: Stage) -> None:
    """Where a form refuses what was left as it was, and names no field."""
    assert stage.run("GET /letter/", "POST /letter/")["POST /letter/"].works


def test_keys_that_the_answers_ask_for_are_sent(stage: Stage) -> None:
    trial = stage.run("POST /keys/")["POST /keys/"]
    assert trial.works
    assert trial.tries <= MOST_TRIES


def test_an_answer_tells_that_a_view_takes_graphql(stage: Stage) -> None:
    """Neither its route nor its code names it."""
    trials = stage.run("GET /asked/", "POST /asked/")
    assert [one.works for one in trials.values()] == [True] * len(trials)
    assert len(trials) == 2


def test_a_parameter_of_the_query_string_is_found(stage: Stage) -> None:
    """The server's traceback names the key; the address for the load carries it."""
    trial = stage.run("GET /search/")["GET /search/"]
    assert trial.works
    assert trial.pool[0].path.startswith("/search/?q=")


def test_a_key_of_the_query_that_only_the_source_tells(stage: Stage) -> None:
    """The answer says nothing; the view's source reads `kind`."""
    trial = stage.run("GET /filtered/")["GET /filtered/"]
    assert trial.works
    assert trial.pool[0].path.startswith("/filtered/?")
    assert "kind=" in trial.pool[0].path


def _with_tenants(installed: list[str]) -> list[str]:
    # allauth insists on its middleware.
    return [*(one for one in installed if not one.startswith("allauth")), "tests.planning.extra"]


def test_what_only_scripts_may_ask_for_is_asked_for_as_they_do(stage: Stage) -> None:
    """The view's code names the header; the address for the load keeps it."""
    trial = stage.run("GET /for-scripts/")["GET /for-scripts/"]
    assert trial.works
    assert [one.headers for one in trial.pool] == [("X-Requested-With: XMLHttpRequest",)]


def test_a_new_password_is_the_same_in_both_fields(stage: Stage) -> None:
    """Where it is asked for twice it is not that of whoever is logged in."""
    for one in stage.preflight.candidates.values():
        one.password = "of the session"
    assert stage.run("POST /registered/")["POST /registered/"].works


def test_a_text_in_place_of_a_number_is_mended(stage: Stage) -> None:
    """The exception repeats the text that was sent, and says that it wanted a number."""
    assert stage.run("POST /numbered/")["POST /numbered/"].works


def test_a_key_in_two_plain_words_is_understood(stage: Stage) -> None:
    """`model name must be provided` asks for `model_name`."""
    trial = stage.run("GET /of-a-model/")["GET /of-a-model/"]
    assert trial.works
    assert trial.best is not None
    assert "app_name=" in trial.best.path.path
    assert "model_name=" in trial.best.path.path


def test_rows_of_a_manager_that_refuses_are_taken_from_answers(stage: Stage, settings: Any) -> None:
    """A multi-tenant manager raises outside of a request; the list of the tenant has the addresses of its rows."""
    settings.INSTALLED_APPS = _with_tenants(settings.INSTALLED_APPS)
    pages.ROWS[7] = {"name": "seven", "version": 1}
    tenant = Parameter(name="number", converter="int", model="extra.Tenant", model_field="pk")
    detail = replace(stage.operation("GET /rows/<int:number>/"), parameters=(tenant,))
    found = stage.preflight.run([stage.operation("GET /rows/"), detail], lambda trial: None)[detail.id]
    assert found.best is not None
    assert (found.works, found.best.path.path, found.best.path.origin) == (True, "/rows/7/", "link in an answer")


def test_the_reason_of_a_manager_that_refuses(stage: Stage, settings: Any) -> None:
    """Where no answer shows a row either, what the manager raised is the reason."""
    settings.INSTALLED_APPS = _with_tenants(settings.INSTALLED_APPS)
    tenant = Parameter(name="number", converter="int", model="extra.Tenant", model_field="pk")
    detail = replace(stage.operation("GET /rows/<int:number>/"), parameters=(tenant,))
    trial = stage.preflight.run([detail], lambda trial: None)[detail.id]
    assert (trial.best, trial.reason) == (None, "its rows could not be read: RuntimeError: no tenant is active")


def test_what_fails_for_one_user_is_tried_as_another(stage: Stage) -> None:
    """Rows of the one may break the page; the load goes on with the other, and the failure is kept."""
    _as_two(stage)
    trial = stage.run("GET /mine/")["GET /mine/"]
    assert trial.best is not None
    assert (trial.works, trial.best.identity.role) == (True, "two")
    assert [(one.identity.role, one.outcome) for one in trial.turned_away] == [("one", Outcome.SERVER_ERROR)]


def test_who_is_turned_away_behind_a_mended_value_is_followed_by_another(stage: Stage) -> None:
    """The failure of the wrong value is no longer what counts."""
    _as_two(stage)
    trial = stage.run("POST /numbered-for-one/")["POST /numbered-for-one/"]
    assert trial.best is not None
    assert (trial.works, trial.best.identity.role) == (True, "two")


def test_a_row_that_one_user_may_not_choose_another_may(stage: Stage) -> None:
    """What a serializer calls a row that does not exist is one that this user has no right to."""
    _as_two(stage)
    trial = stage.run("POST /choosing/")["POST /choosing/"]
    assert trial.best is not None
    assert (trial.works, trial.best.identity.role) == (True, "two")


def test_the_words_of_an_error_are_no_keys_of_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """`{"code": "…"}` of a refusal is no address of the row that was refused."""
    pages.ROWS[1] = {"name": "one", "version": 1}
    fed: list[str] = []
    monkeypatch.setattr(Harvest, "feed", lambda self, route, path, *facts: fed.append(path))
    stage.run("GET /forbidden/", "GET /rows/")
    assert set(fed) == {"/rows/"}


def _as_two(stage: Stage) -> None:
    first = replace(stage.preflight.candidates["anonymous"], identity=Identity(role="one"))
    other = replace(first, identity=Identity(role="two"), client=_Marked(stage.session))
    stage.preflight.candidates = {"one": first, "two": other}
    stage.preflight.identities = [first.identity, other.identity]


class _Marked:
    """A session with a user of its own."""

    def __init__(self, session: InProcess) -> None:
        self._session = session

    def send(
        self, method: str, path: str, payload: Payload | None, *, timeout_s: float = 30.0, headers: Sequence[str] = ()
    ) -> Answer:
        self._session.client.cookies["who"] = "two"
        return self._session.send(method, path, payload, timeout_s=timeout_s, headers=headers)


def test_a_parameter_of_the_query_string_of_a_write(stage: Stage) -> None:
    """The server says where it is missing."""
    trial = stage.run("POST /typed/")["POST /typed/"]
    assert trial.works
    assert trial.best is not None
    assert trial.best.path.path.startswith("/typed/?kind=")


def test_a_made_up_value_counts_where_it_works(stage: Stage) -> None:
    """And says nothing where it does not: nobody knows what would."""
    trials = stage.run("GET /any/<str:word>/", "GET /none/<str:word>/")
    assert trials["GET /any/<str:word>/"].works
    refused = trials["GET /none/<str:word>/"]
    assert refused.best is None
    assert refused.reason.endswith("in a loadtests.py gives one; a made-up one was answered with 404")


def test_a_made_up_value_without_the_service_behind_it(stage: Stage) -> None:
    """No other value would do any better."""
    refused = stage.run("GET /behind/<str:word>/")["GET /behind/<str:word>/"]
    assert "answered with 503; it asks localhost:8001, where nothing answers" in refused.reason


def test_a_made_up_value_of_a_view_that_breaks_before_it_reads_any(stage: Stage) -> None:
    """The exception says that no other value would do any better."""
    refused = stage.run("GET /outdated/<str:word>/")["GET /outdated/<str:word>/"]
    assert "a made-up one was answered with 500: AttributeError: 'WSGIRequest' object has no" in refused.reason


def test_who_is_let_in_says_more_than_who_is_turned_away(stage: Stage) -> None:
    """Nobody needs a user who may, where one has come to the view with a value that nobody knows."""
    _as_two(stage)
    refused = stage.run("GET /shut/<str:word>/")["GET /shut/<str:word>/"]
    assert refused.best is None
    assert refused.reason.endswith("a made-up one was answered with 503")


def test_a_row_is_written_back_as_it_was_read(stage: Stage) -> None:
    """At once where it is refused with a change."""
    pages.ROWS[5] = {"name": "five", "version": 3}
    trials = stage.run("GET /rows/", "GET /rows/<int:number>/", "PUT /rows/<int:number>/")
    put = trials["PUT /rows/<int:number>/"]
    assert put.works
    assert put.best is not None
    assert put.best.payload is not None
    assert (put.best.payload.origin, put.tries) == (ECHO, 2)
    assert not put.repeatable, "the version has moved on"


def test_what_one_row_is_is_written_to_no_other(stage: Stage) -> None:
    """Where a column has to be unique the others would refuse it: each gets what it is."""
    operation = stage.operation("PUT /rows/<int:number>/")
    for number in (1, 2):
        pages.ROWS[number] = {"name": str(number), "version": 1}
    listed = stage.operation("GET /rows/")
    loose = stage.preflight.run([listed, operation], lambda trial: None)[operation.id]
    unique = replace(
        operation.body, fields=tuple(replace(one, unique=one.name == "name") for one in operation.body.fields)
    )
    strict = stage.preflight.run([listed, replace(operation, body=unique)], lambda trial: None)[operation.id]
    assert (len(loose.pool), len(strict.pool)) == (2, 2)
    own = strict.pool[1].payload
    assert own is not None
    assert json.loads(own.document)["name"] == strict.pool[1].path.split("/")[2]


def test_what_works_only_once_is_not_loaded(stage: Stage) -> None:
    trials = stage.run("POST /once/")
    assert trials["POST /once/"].works
    assert not trials["POST /once/"].repeatable
    plan = settled(EMPTY, stage.inventory.operations, trials, [NOBODY])
    assert (plan.requests, plan.exclusions) == ((), ())
    assert [(one.operation_id, one.works) for one in plan.tried] == [("POST /once/", True)]
    assert [(one.operation_id, one.lane, one.role) for one in plan.alone] == [("POST /once/", "alone", "anonymous")]


def test_passwords_of_what_is_sent_alone_are_kept_nowhere(stage: Stage) -> None:
    """They open an account; what else was sent stays, and where it comes from."""
    trial = stage.run("POST /once/")["POST /once/"]
    assert trial.best is not None
    pairs = (Pair(name="old_password", value="ab=cd"), Pair(name="a=note", value="x=y"))
    body = Payload(kind=BodyKind.FORM, pairs=pairs, document='{"password": "abcd"}', origin="source")
    sent = closed(EMPTY, {"POST /once/": replace(trial, best=replace(trial.best, payload=body))}).alone[0].payload
    assert sent is not None
    assert [one.value for one in sent.pairs] == ["…", "x=y"]
    assert (sent.document, sent.origin) == ('{"password": "…"}', "source")


def test_what_works_behind_the_load_is_told_of_there(stage: Stage) -> None:
    """What nobody planned to destroy anything, too; a broken read that is in the load is told of once."""
    trials = {"GET /rows/": stage.run("GET /rows/")["GET /rows/"]}
    plan = closed(EMPTY, trials)
    assert ([one.operation_id for one in plan.alone], plan.after_load) == (["GET /rows/"], ("GET /rows/",))
    kept = closed(replace(EMPTY, requests=plan.alone), trials)
    assert (kept.alone, kept.after_load) == ((), ())
    assert [one.works for one in kept.tried] == [True]


@pytest.mark.parametrize("writes", [0, 1])
def test_a_link_that_uses_its_row_up_is_no_read_for_the_load(stage: Stage, writes: int) -> None:
    """What writes is sent once more, whichever its method."""
    pages.ROWS[5] = {"name": "five", "version": 3}
    best = stage.run("GET /rows/", "GET /rows/<int:number>/")["GET /rows/<int:number>/"].best
    assert best is not None
    assert best.works
    assert best.trace is not None
    del pages.ROWS[5]
    best.trace.sql_writes = writes
    assert stage.preflight._repeated(stage.operation("GET /rows/<int:number>/"), best)[1] is not bool(writes)


def test_a_read_that_is_broken_stays_in_the_load(stage: Stage) -> None:
    """How it fails there is what the run is for, and the plan says so; a load of refusals would tell nothing."""
    trials = stage.run("GET /broken/", "GET /forbidden/")
    plan = settled(EMPTY, stage.inventory.operations, trials, [NOBODY])
    assert [one.operation_id for one in plan.requests] == ["GET /broken/"]
    assert plan.requests[0].kept_because.startswith("it stays in the load, once in a round at most")
    assert "500: RuntimeError: no good" in plan.requests[0].kept_because
    assert ["add a user who may" in one.reason for one in plan.exclusions] == [True]
    details = {one.operation_id: one.detail for one in plan.tried}
    fails = "500: RuntimeError: no good; the view itself fails, with these rows or always: mend it"
    assert details["GET /broken/"].startswith(fails)
    assert details["GET /forbidden/"] == ("403: turned away as anonymous; add a user who may to LOADAUDIT['USERS']")


def test_advice_fits_what_was_answered(stage: Stage) -> None:
    """A page without parameters needs no other values, and no body helps a form that is put."""
    trial = stage.run("GET /broken/")["GET /broken/"]
    assert trial.best is not None
    assert trial.best.trace is not None
    put = replace(trial.operation, method="PUT")
    asked = replace(trial.best.trace, statements=(use('SELECT "a" FROM "shop_order"'),))
    said = {}
    for outcome, operation in (
        (Outcome.NOT_FOUND, trial.operation),
        (Outcome.METHOD_NOT_ALLOWED, put),
        (Outcome.INVALID, put),
    ):
        one = replace(trial, operation=operation, best=replace(trial.best, outcome=outcome, trace=asked))
        plan = closed(EMPTY, {operation.id: one})
        said[outcome] = plan.exclusions[0].reason
        assert plan.tried[0].detail.rpartition("; ")[2] in said[outcome]
    assert "add rows that it shows" in said[Outcome.NOT_FOUND]
    assert "answers no PUT" in said[Outcome.METHOD_NOT_ALLOWED]
    assert "for POST only" in said[Outcome.INVALID]


def test_rows_are_no_advice_where_the_view_asked_for_none(stage: Stage) -> None:
    """What was in the session, or in the settings, is what it misses."""
    trial = stage.run("GET /broken/")["GET /broken/"]
    assert trial.best is not None
    lost = replace(trial, best=replace(trial.best, outcome=Outcome.NOT_FOUND))
    assert "asks for no row" in closed(EMPTY, {trial.operation.id: lost}).exclusions[0].reason


def test_advice_fits_the_exception(stage: Stage) -> None:
    """What is missing in the project is said, and where nothing is known that the view fails."""
    trial = stage.run("GET /broken/")["GET /broken/"]
    assert trial.best is not None
    assert trial.best.trace is not None
    assert trial.best.trace.exception is not None
    said = {}
    for name in ("RuntimeError", "django.template.exceptions.TemplateDoesNotExist", "shop.models.Order.DoesNotExist"):
        raised = replace(trial.best.trace.exception, type=name)
        one = replace(trial, best=replace(trial.best, trace=replace(trial.best.trace, exception=raised)))
        said[name.rpartition(".")[2]] = (
            closed(EMPTY, {trial.operation.id: one}).exclusions[0].reason.rpartition("; ")[2]
        )
    assert said["RuntimeError"].startswith("the view itself fails")
    assert said["TemplateDoesNotExist"].startswith("the project lacks this template")
    assert said["DoesNotExist"].startswith("the view wants a row there")


def test_a_read_that_wants_something_first(stage: Stage) -> None:
    """No body() helps a read that is answered with 409."""
    trial = stage.run("GET /broken/")["GET /broken/"]
    assert trial.best is not None
    conflict = replace(trial, best=replace(trial.best, outcome=Outcome.CLIENT_ERROR))
    assert "a @scenario in a loadtests.py" in closed(EMPTY, {trial.operation.id: conflict}).exclusions[0].reason


def test_who_may_is_not_asked_for_where_staff_is_turned_away_too(stage: Stage) -> None:
    """One user more would hardly help."""
    staff = Identity(role="staff", user_id="1", staff=True)
    trial = stage.run("GET /forbidden/")["GET /forbidden/"]
    assert trial.best is not None
    both = replace(trial, turned_away=(replace(trial.best, identity=staff),))
    plan = settled(EMPTY, stage.inventory.operations, {"GET /forbidden/": both}, [NOBODY, staff])
    assert "every user of the run is turned away (anonymous, staff), staff too" in plan.tried[0].detail


def test_no_answer_in_time_is_a_result(stage: Stage) -> None:
    trial = stage.run("GET /slow/")["GET /slow/"]
    assert trial.best is not None
    assert trial.best.outcome is Outcome.TIMEOUT


def test_a_row_that_does_not_exist_is_left_out_with_a_reason(stage: Stage) -> None:
    trials = stage.run("GET /rows/<int:number>/")
    plan = settled(EMPTY, stage.inventory.operations, trials, [NOBODY])
    assert plan.requests == ()
    assert "no model is known" in plan.exclusions[0].reason
    # It was sent with a made-up value, so it counts among what does not work.
    assert [(one.works, one.tries > 0, one.detail) for one in plan.tried] == [(False, True, plan.exclusions[0].reason)]


def test_why_no_row_was_made_is_told_of_what_found_none(stage: Stage) -> None:
    """Of a view that fails in another way it says nothing."""
    trial = stage.run("GET /broken/")["GET /broken/"]
    assert trial.best is not None
    lacking = replace(trial, reason="none could be made on the clone: ValueError: no")
    outcomes = (Outcome.NOT_FOUND, Outcome.CLIENT_ERROR)
    trials = [replace(lacking, best=replace(trial.best, outcome=one)) for one in outcomes]
    told = [closed(EMPTY, {trial.operation.id: one}).exclusions[0].reason for one in trials]
    assert ["none could be made" in one for one in told] == [True, False]


def test_destroying_comes_last_and_is_recorded_apart(stage: Stage) -> None:
    operations = sorted(stage.inventory.operations, key=order_of)
    assert [one.id for one in operations[-2:]] == ["DELETE /rows/<int:number>/", "DELETE /by-body/"]
    pages.ROWS[1] = {"name": "one", "version": 1}
    trials = stage.run("GET /rows/", "DELETE /rows/<int:number>/")
    assert pages.ROWS == {}
    plan = closed(EMPTY, {"DELETE /rows/<int:number>/": trials["DELETE /rows/<int:number>/"]})
    assert [one.works for one in plan.tried] == [True]
    assert [one.paths[0].origin for one in plan.alone] == ["link in an answer"]
    assert closed(plan, {"DELETE /rows/<int:number>/": replace(trials["GET /rows/"], best=None)}).alone == ()


def test_what_a_delete_misses_in_its_query_goes_into_a_body(stage: Stage) -> None:
    trial = stage.run("DELETE /by-body/")["DELETE /by-body/"]
    assert trial.best is not None
    assert trial.best.works
    assert trial.best.path.path == "/by-body/"
    assert trial.best.payload is not None
    assert "number" in trial.best.payload.document
    assert trial.best.payload.origin.startswith("no body is known")


def test_a_delete_finds_what_the_put_of_its_address_has_made(stage: Stage) -> None:
    """As of a bookmark, which other rows do not have."""
    pages.ROWS |= {number: {"name": "row", "version": 1} for number in (1, 2)}
    stage.run("GET /rows/", "GET /rows/<int:number>/", "PUT /rows/<int:number>/marked/")
    trial = stage.run("DELETE /rows/<int:number>/marked/")["DELETE /rows/<int:number>/marked/"]
    assert trial.best is not None
    assert trial.best.works


def test_what_is_tried_again_behind_the_load_stands_there_once(stage: Stage) -> None:
    """A read that found no row before it may find one that was made meanwhile."""
    before = stage.run("GET /rows/<int:number>/")
    plan = settled(EMPTY, stage.inventory.operations, before, [NOBODY])
    assert plan.exclusions
    pages.ROWS[1] = {"name": "one", "version": 1}
    stage.run("GET /rows/")
    plan = closed(plan, stage.run("GET /rows/<int:number>/"))
    assert plan.exclusions == ()
    assert [one.works for one in plan.tried] == [True]


def test_nothing_is_sent_when_the_time_is_over(stage: Stage) -> None:
    stage.preflight.deadline_s = time.monotonic() - 1
    trials = stage.run()
    assert stage.session.sent == []
    assert all("time was over" in trial.reason for trial in trials.values())


def test_what_takes_long_goes_on_when_the_others_had_their_turn(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "shared_out", lambda operations, *_: ((one, 0.0) for one in operations))
    (found,) = stage.run("GET /rows/").values()
    assert found.works


def test_what_an_interrupt_left_untried_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the time that was too short; and nobody waits until addresses of all others have been looked for."""
    stage.preflight.stopped = lambda: True
    monkeypatch.setattr(trial.Preflight, "attempt_as", lambda *_: pytest.fail("looked for addresses"))
    trials = stage.run()
    assert stage.session.sent == []
    assert all("interrupted" in trial.reason for trial in trials.values())


def test_every_operation_of_the_site_has_a_result(stage: Stage) -> None:
    pages.ROWS[1] = {"name": "one", "version": 1}
    trials = stage.run()
    failed = {id_ for id_, trial in trials.items() if not trial.works}
    mine = {"GET /mine/", "GET /renamed/", "POST /numbered-for-one/", "POST /choosing/"}
    unknown = {"GET /none/<str:word>/", "GET /behind/<str:word>/", "GET /shut/<str:word>/", "GET /outdated/<str:word>/"}
    assert failed == {"GET /broken/", "GET /forbidden/", "GET /slow/", *unknown, *mine}


def test_what_was_sent_too_often_is_tried_again_at_the_end(stage: Stage) -> None:
    """A limit may be over by then."""
    (trial,) = stage.run("GET /limited/").values()
    assert (trial.works, trial.tries) == (True, 2)


def test_a_limit_that_says_when_it_is_over_is_waited_for(stage: Stage) -> None:
    """Once, at the end; one that is over tomorrow is not."""
    waited: list[float] = []
    stage.preflight.pause = waited.append
    stage.preflight.clock = lambda: float(len(waited))
    for retry, works in (("86400", False), ("20", True)):
        # The first try and the turn after it.
        pages.ROWS[-1] = {"asked": -1, "retry": retry}
        (trial,) = stage.run("GET /limited/").values()
        assert (trial.works, len(waited)) == (works, 20 if works else 0)
