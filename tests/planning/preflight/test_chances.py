"""What is worth another try."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.keys.doors import Door
from loadaudit.planning.naming import OF_ANY_MODEL
from loadaudit.planning.payloads.changes import WITH_A_CHANGE
from loadaudit.planning.preflight import chances
from loadaudit.planning.preflight.chances import (
    ends_bodies,
    is_final,
    is_of_a_right_value,
    is_shut,
    may_help,
    may_take_another_body,
    may_work_as_another,
    may_work_now,
    next_address,
    next_of,
    says_more,
    tells_more,
    who_may_help,
)
from loadaudit.planning.preflight.judge import detail_of, judged, unanswered
from loadaudit.planning.values import GUESS, OF_OTHERS
from loadaudit.records import TOLD, BodyKind, Identity, Outcome, Parameter, Payload, PlannedPath, ServerException
from loadaudit.records.plan import KEY_OF
from tests.analysis.factories import operation, sample, trace, use

ROW = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")


@pytest.mark.parametrize(
    ("route", "parameters", "outcome", "expected"),
    [
        ("GET /rows/<int:pk>/", (ROW,), Outcome.SERVER_ERROR, True),
        ("GET /rows/<int:pk>/", (ROW,), Outcome.DENIED, True),
        ("GET /rows/", (), Outcome.SERVER_ERROR, False),
        ("GET /rows/", (), Outcome.NOT_FOUND, True),
        ("POST /rows/<int:pk>/", (ROW,), Outcome.SERVER_ERROR, False),
    ],
)
def test_rows_that_came_since(route: str, parameters: tuple[Parameter, ...], outcome: Outcome, expected: bool) -> None:
    """A page of one row may work with one that the run has made; a list shows the others as well."""
    page = operation(route, parameters=parameters)
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/rows/1/"), None, 1, "timeout")
    assert may_work_now(page, replace(one, outcome=outcome)) is expected


def test_a_row_that_a_view_wanted_may_have_come_since() -> None:
    """As the profile of whoever asks, which another page has had made."""
    page = operation("GET /me/")
    missing = ServerException(type="people.models.Profile.DoesNotExist", message="", fingerprint="")
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/me/"), None, 1, "")
    assert may_work_now(page, replace(one, outcome=Outcome.SERVER_ERROR, trace=trace(exception=missing)))


@pytest.mark.parametrize(("staff", "status", "shut"), [(True, 403, False), (True, 302, True), (False, 403, True)])
def test_who_may_all_is_turned_away_for_what_an_address_lacks(*, staff: bool, status: int, shut: bool) -> None:
    """And so keys of the query are sent by the staff alone."""
    one = unanswered(operation(), Identity(role="x", staff=staff), PlannedPath(path="/", origin="x"), None, 1, "")
    assert is_shut(replace(one, outcome=Outcome.DENIED, sample=sample(status=status))) is shut


def test_a_form_that_finds_nothing_in_a_put_may_say_so_by_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chances, "puts_forms", lambda *_: True)
    page = operation("PUT /rows/")
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/rows/"), None, 1, "")
    refused = replace(one, outcome=Outcome.CLIENT_ERROR, trace=trace(refusals=("RowForm: day (required)",)))
    assert is_final(page, refused)
    assert not is_final(page, replace(refused, trace=trace()))


@pytest.mark.parametrize(("origin", "expected"), [("its fields", False), (f"an echo{WITH_A_CHANGE}", True)])
def test_a_change_may_name_a_row_no_more(origin: str, *, expected: bool) -> None:
    """Of the row that was read and changed it is known that it is there."""
    page = operation("PUT /rows/<int:pk>/", parameters=(ROW,))
    sent = Payload(kind=BodyKind.JSON, origin=origin)
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/rows/1/"), sent, 1, "")
    assert may_take_another_body(page, replace(one, outcome=Outcome.NOT_FOUND)) is expected


def test_a_lock_of_the_database_is_waited_for() -> None:
    """Another body, row or user would wait as well; it is tried again when all others had their turn."""
    page = operation("GET /rows/<int:pk>/", parameters=(ROW,))
    locked = ServerException(type="django.db.utils.OperationalError", message="database is locked", fingerprint="x")
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/rows/1/"), None, 1, "")
    one = replace(one, outcome=Outcome.SERVER_ERROR, trace=trace(exception=locked))
    assert ends_bodies(page, one)
    assert not may_work_as_another(page, one)


def test_what_was_never_sent() -> None:
    assert may_work_now(operation(), None)


def test_who_has_used_a_limit_up_is_not_everybody() -> None:
    """Most limits count each user's requests."""
    one = unanswered(operation("POST /x/"), Identity(role="user"), PlannedPath(path="/x/"), None, 1, "timeout")
    assert may_work_as_another(operation("POST /x/"), replace(one, outcome=Outcome.RATE_LIMITED))


def test_who_has_no_token_is_not_everybody() -> None:
    """Where it is kept in the session, nobody has one before a page has shown it."""
    one = unanswered(operation("POST /x/"), Identity(role="anonymous"), PlannedPath(path="/x/"), None, 1, "")
    assert may_work_as_another(operation("POST /x/"), replace(one, outcome=Outcome.CSRF_REJECTED))


@pytest.mark.parametrize(
    ("role", "name", "expected"),
    [("anonymous", "refresh", True), ("user", "refresh", False), ("anonymous", "a", False)],
)
def test_who_was_told_no_token_is_not_everybody(role: str, name: str, *, expected: bool) -> None:
    """What a made-up one was refused for, one that a login has told may open."""
    sent = Payload(kind=BodyKind.JSON, document=f'{{"{name}": "x"}}')
    one = unanswered(operation("POST /x/"), Identity(role=role), PlannedPath(path="/x/"), sent, 1, "")
    best = replace(one, outcome=Outcome.CLIENT_ERROR, sample=sample(status=400))
    assert may_work_as_another(operation("POST /x/"), best) is expected


@pytest.mark.parametrize(("said", "expected"), [("F: __all__ (invalid)", True), ("F: name (required)", False)])
def test_what_one_user_may_not_do_once_more_another_may(said: str, *, expected: bool) -> None:
    """As to vote, which the form refuses without a word about a field."""
    vote = operation("POST /rows/<int:pk>/", parameters=(ROW,))
    one = unanswered(vote, Identity(role="user"), PlannedPath(path="/rows/1/"), None, 1, "timeout")
    best = replace(one, outcome=Outcome.INVALID, trace=trace(refusals=(said,)))
    assert may_work_as_another(vote, best) is expected


@pytest.mark.parametrize(("staff", "expected"), [(True, False), (False, True)])
def test_who_was_let_in_knows_which_methods_there_are(*, staff: bool, expected: bool) -> None:
    """That others are turned away before says nothing; a login page in the view's place has few methods, too."""
    best = unanswered(operation(), Identity(role="one", staff=staff), PlannedPath(path="/rows/"), None, 1, "timeout")
    denied = replace(best, outcome=Outcome.DENIED)
    refused = replace(best, outcome=Outcome.METHOD_NOT_ALLOWED)
    assert says_more(denied, refused) is expected
    assert says_more(refused, denied) is staff


def test_who_is_known_and_may_not_hears_more_than_who_is_asked_for_a_login() -> None:
    """What the user lacks is told to the user alone."""
    stranger = unanswered(operation(), Identity(role="anonymous"), PlannedPath(path="/rows/"), None, 1, "timeout")
    stranger = replace(stranger, outcome=Outcome.DENIED, sample=sample(status=401))
    known = replace(stranger, identity=Identity(role="user"), sample=sample(status=403))
    assert says_more(known, stranger)
    assert not says_more(stranger, known)
    # Of two who are known the one for whom the view has come further.
    later = replace(
        known, identity=Identity(role="staff"), trace=trace(statements=(use('SELECT 1 FROM "shop_order"'),))
    )
    assert says_more(later, replace(known, trace=trace()))
    assert not says_more(replace(known, trace=trace()), later)


@pytest.mark.parametrize(("missed", "others"), [("'x-tenant'", False), ("'HTTP_X_TENANT'", False), ("'name'", True)])
def test_a_view_that_breaks_without_a_key(monkeypatch: pytest.MonkeyPatch, missed: str, *, others: bool) -> None:
    """Whoever has none breaks it as well."""
    door = Door(header="X-Tenant", schemes=("",), models=(), settings=())
    monkeypatch.setattr(chances, "door_at", lambda path: door)
    best = unanswered(operation(), Identity(role="one"), PlannedPath(path="/rows/"), None, 1, "")
    raised = ServerException(type="KeyError", message=missed, fingerprint="f")
    best = replace(best, trace=trace(exception=raised), outcome=Outcome.SERVER_ERROR)
    assert may_help(Identity(role="two"), best) is others
    assert may_help(Identity(role=f"{KEY_OF}shop.Tenant"), best)
    assert not may_help(Identity(role=f"{KEY_OF}shop.Tenant"), None)


def test_a_key_is_shown_before_other_users_try_where_one_is_missed() -> None:
    """Who is turned away for want of a key is so whoever it is."""
    waiting = [Identity(role="staff"), Identity(role=f"{KEY_OF}shop.Token")]
    best = unanswered(operation(), Identity(role="user"), PlannedPath(path="/rows/"), None, 1, "timeout")
    refused = replace(best, sample=sample(status=401))
    assert [next_of(waiting, one) for one in (None, best, refused)] == [0, 0, 1]


def test_what_logs_in_somebody_else_is_sent_as_nobody() -> None:
    """It says more of the operation than a refusal of what was sent before it was corrected."""
    waiting = [Identity(role="staff"), ANONYMOUS]
    best = unanswered(operation("POST /join/"), Identity(role="user"), PlannedPath(path="/join/"), None, 1, "")
    other = replace(best, outcome=Outcome.OTHER_USER)
    assert [next_of(waiting, one) for one in (best, other)] == [0, 1]
    assert says_more(other, replace(best, outcome=Outcome.INVALID))


def test_keys_of_a_query_where_a_view_led_somebody_away() -> None:
    """What it says is whether it missed one; one whom it does not let in has none to send."""
    page = operation("GET /people/")
    best = unanswered(page, Identity(role="user"), PlannedPath(path="/people/"), None, 1, "")
    led = [
        replace(best, outcome=Outcome.DENIED, trace=trace(refusals=(f"{TOLD}{one}",)))
        for one in ("Type at least three characters.", "You have no access to this page.")
    ]
    assert [is_shut(one) for one in (*led, replace(best, outcome=Outcome.DENIED))] == [False, True, True]
    assert says_more(led[0], led[1])
    assert not says_more(led[1], led[0])


@pytest.mark.parametrize(("outcome", "final"), [(Outcome.INVALID, True), (Outcome.NOT_FOUND, False)])
def test_a_form_that_finds_nothing_in_a_put_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, *, final: bool
) -> None:
    """No body, row, user or time changes that; a row that is not there may be another."""
    monkeypatch.setattr(chances, "puts_forms", lambda operation, path: True)
    put = operation("PUT /rows/<int:pk>/", parameters=(ROW,))
    best = replace(unanswered(put, Identity(role="one"), PlannedPath(path="/rows/1/"), None, 1, ""), outcome=outcome)
    assert is_final(put, best) is final
    assert may_work_now(put, best) is not final
    assert may_work_as_another(put, best) is not final


@pytest.mark.parametrize(
    ("said", "role", "expected"),
    [
        ("You should be logged in to log out.", "anonymous", True),
        ("Please log in first.", "anonymous", True),
        ("You should be logged in to log out.", "user", False),
        ("The name is taken.", "anonymous", False),
    ],
)
def test_a_view_that_says_to_nobody_that_it_wants_a_user(said: str, role: str, *, expected: bool) -> None:
    """With a status of its own, such as 400."""
    answer = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=said.encode())
    best = unanswered(operation("POST /x/"), Identity(role=role), PlannedPath(path="/x/"), None, 1, "")
    best = replace(best, answer=answer, outcome=Outcome.CLIENT_ERROR, sample=best.sample._replace(status=400))
    assert may_work_as_another(operation("POST /x/"), best) is expected


@pytest.mark.parametrize(("role", "expected"), [("staff", False), (f"{KEY_OF}shop.Token", True)])
def test_a_write_that_breaks_may_miss_a_key(monkeypatch: pytest.MonkeyPatch, role: str, *, expected: bool) -> None:
    """Where no key opens its view it breaks for all users alike."""
    door = Door(header="Authorization", schemes=("Token",), models=(), settings=())
    monkeypatch.setattr(chances, "door_at", lambda path: door)
    write = operation("POST /rows/")
    one = unanswered(write, Identity(role="user"), PlannedPath(path="/rows/"), None, 1, "timeout")
    broken = replace(one, outcome=Outcome.SERVER_ERROR)
    assert may_work_as_another(write, broken, [Identity(role=role)]) is expected


@dataclass
class _User:
    identity: Identity
    harvest: Harvest


@pytest.mark.parametrize(
    ("raised", "route", "helpers"),
    [
        ("AttributeError", "/rows/<int:pk>/", ["staff"]),
        ("ValueError", "/rows/<int:pk>/", []),
        ("AttributeError", "", []),
    ],
)
def test_a_write_that_breaks_where_its_page_works(raised: str, route: str, helpers: list[str]) -> None:
    """It is tried as others who log in, unless what was sent is to blame."""
    write = operation("POST /rows/<int:pk>/", parameters=(ROW,))
    best = unanswered(write, Identity(role="user"), PlannedPath(path="/rows/1/"), None, 1, "")
    broken = ServerException(type=raised, message="", fingerprint="1")
    best = replace(best, trace=replace(trace(), exception=broken), outcome=Outcome.SERVER_ERROR)
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver", good={route: {}})
    waiting = [_User(Identity(role="staff", user_id="2"), harvest), _User(Identity(role="anonymous"), harvest)]
    assert [one.identity.role for one in who_may_help(write, best, waiting, waiting)] == helpers


@pytest.mark.parametrize(
    ("id_", "sql", "right"),
    [
        ("POST /rows/<int:pk>/<int:place>/", 'UPDATE "rows" SET "lines" = %s', True),
        ("POST /rows/<int:pk>/<int:place>/", 'UPDATE "django_session" SET "x" = %s', False),
        ("GET /rows/<int:pk>/<int:place>/", 'SELECT "id" FROM "rows"', True),
    ],
)
def test_a_write_to_a_made_up_place_has_to_write(id_: str, sql: str, *, right: bool) -> None:
    one = unanswered(operation(id_), Identity(role="user"), PlannedPath(path="/rows/1/1/", origin=GUESS), None, 1, "")
    one = replace(one, outcome=Outcome.OK, trace=replace(trace(), statements=(use(sql),)))
    assert is_of_a_right_value(one) is right


def test_a_made_up_value_at_which_a_view_comes_to_no_end() -> None:
    """Nor would it with others, each of which takes the time of other operations."""
    path = PlannedPath(path="/rows/1/", origin=GUESS)
    one = unanswered(operation("GET /rows/<x>/"), Identity(role="user"), path, None, 1, "timeout")
    assert is_of_a_right_value(one)


@pytest.mark.parametrize(
    ("type_", "said", "origin", "right"),
    [
        ("KeyError", "'shop.forms'", OF_ANY_MODEL, True),
        ("KeyError", "'group'", OF_ANY_MODEL, False),
        ("AttributeError", "'Group' object has no attribute 'clone'", OF_ANY_MODEL, False),
        ("KeyError", "'shop.forms'", GUESS, False),
    ],
)
def test_a_view_may_break_on_something_else_than_the_row_of_any_model(
    type_: str, said: str, origin: str, *, right: bool
) -> None:
    """Then another row breaks on it as well; what names the model may be answered better for another one."""
    path = PlannedPath(path="/x/auth/group/1/change/", origin=origin)
    one = unanswered(operation("GET /x/<app>/<model>/<int:pk>/change/"), Identity(role="user"), path, None, 1, "")
    broken = replace(trace(), exception=ServerException(type=type_, message=said, fingerprint="x"))
    one = replace(one, outcome=Outcome.SERVER_ERROR, trace=broken)
    assert is_of_a_right_value(one) is right


def test_what_is_not_implemented_is_so_for_any_value() -> None:
    one = unanswered(
        operation("GET /days/<slug:day>/"), Identity(role="user"), PlannedPath(path="/days/x/"), None, 1, ""
    )
    one = replace(one, outcome=Outcome.SERVER_ERROR, sample=one.sample._replace(status=501))
    assert is_of_a_right_value(one)
    assert not is_of_a_right_value(replace(one, sample=one.sample._replace(status=500)))


@pytest.mark.parametrize(
    ("type_", "said", "role", "expected"),
    [
        ("TypeError", "Field 'id' expected a number but got <AnonymousUser object>.", "anonymous", True),
        ("TypeError", "Field 'id' expected a number but got <AnonymousUser object>.", "user", False),
        ("shop.NotYours", "User does not have permission", "user", True),
        ("PermissionError", "[Errno 13] Permission denied: '/srv/a'", "user", False),
        ("ValueError", "The state is not allowed.", "user", False),
    ],
)
def test_a_view_that_breaks_on_who_asks(type_: str, said: str, role: str, *, expected: bool) -> None:
    """It is tried as others, with no other body before, and what breaks on something else says more."""
    write = operation("POST /rows/")
    one = unanswered(write, Identity(role=role), PlannedPath(path="/rows/"), None, 1, "")
    raised = ServerException(type=type_, message=said, fingerprint="f")
    best = replace(one, trace=trace(exception=raised), outcome=Outcome.SERVER_ERROR)
    other = replace(best, identity=Identity(role="staff"), trace=trace(exception=replace(raised, message="no name")))
    assert may_work_as_another(write, best) is expected
    assert ends_bodies(write, best) is expected
    assert says_more(other, best) is expected


@pytest.mark.parametrize(
    ("route", "refusals", "expected", "detail"),
    [
        ("", ("sent on by shop.need, before its view",), True, "302: sent on by shop.need, before its view"),
        ("", (), False, "302: answered by a middleware, before any view, as user"),
        ("/x/", (), True, "302: answered by a middleware, before its view, as user"),
        ("/other/", (), False, "302: answered by /other/"),
    ],
)
def test_what_is_sent_on_before_its_view_another_user_may_reach(
    route: str, refusals: tuple[str, ...], detail: str, *, expected: bool
) -> None:
    """A middleware in front of everything sends on whoever comes; one that knows the view may go by the user."""
    page = operation("GET /x/")
    best = unanswered(page, Identity(role="user"), PlannedPath(path="/x/"), None, 1, "")
    seen = trace(view_ran=False, route=route, refusals=refusals)
    answer = Answer(status=302, text="", location="/profile/", trace=seen)
    best = replace(best, outcome=Outcome.OTHER_VIEW, answer=answer, trace=seen)
    best = replace(best, sample=best.sample._replace(status=302))
    assert may_work_as_another(page, best) is may_work_now(page, best) is expected
    assert detail_of(best).startswith(detail)
    assert detail_of(best).endswith("sent to /profile/") or route == "/other/"


def test_who_was_let_in_as_somebody_else_says_more_than_who_was_turned_away() -> None:
    """What logs in another user has done what it is for."""
    one = unanswered(operation("POST /su/<int:pk>/"), Identity(role="user"), PlannedPath(path="/su/1/"), None, 1, "")
    assert says_more(replace(one, outcome=Outcome.OTHER_USER), replace(one, outcome=Outcome.DENIED))


def test_who_was_let_in_and_sent_to_another_step_says_more_than_who_may_not() -> None:
    """No user who may would come any further without the step before."""
    page = operation("POST /offers/new/condition/")
    user = unanswered(page, Identity(role="user"), PlannedPath(path="/offers/new/condition/"), None, 1, "")
    user = replace(user, outcome=Outcome.DENIED)
    seen = trace(view_ran=False, route="", refusals=("sent on by shop.Step.dispatch, before its view",))
    staff = replace(user, identity=Identity(role="staff", staff=True), outcome=Outcome.OTHER_VIEW, trace=seen)
    assert says_more(staff, user)
    assert not says_more(user, staff)
    assert not says_more(replace(staff, identity=Identity(role="other")), user)


@pytest.mark.parametrize(
    ("said", "origin", "wanted"),
    [
        ("You cannot review your own product.", "row of shop.Product", True),
        ("Users may not follow themselves.", "row of shop.Product", True),
        ("You cannot review your own product.", "a made-up value", False),
        ("A review has at least 20 characters.", "row of shop.Product", False),
    ],
)
def test_somebody_elses_row_where_ones_own_is_refused(said: str, origin: str, *, wanted: bool) -> None:
    """No other body does, and of the addresses that wait such a one is next."""
    write = operation("POST /products/<int:pk>/reviews/", parameters=(ROW,))
    answer = Answer(status=400, text=said, location="", trace=None, content_type="text/plain", content=said.encode())
    path = PlannedPath(path="/products/1/reviews/", origin=origin)
    one = judged(write, Identity(role="user"), path, None, answer, traces_expected=False)
    own, others = (PlannedPath(path=f"/products/{n}/reviews/", origin=each) for n, each in enumerate(("", OF_OTHERS)))
    assert ends_bodies(write, one) is wanted
    waiting = [own, others]
    assert next_address(waiting, one) == (others if wanted else own)
    assert next_address(waiting, one) == (own if wanted else others)


@pytest.mark.parametrize(
    ("new", "known", "expected"),
    [
        ((Outcome.DENIED, True), (Outcome.NOT_FOUND, False), True),
        ((Outcome.NOT_FOUND, False), (Outcome.DENIED, True), False),
        ((Outcome.DENIED, False), (Outcome.NOT_FOUND, False), False),
        ((Outcome.NOT_FOUND, False), None, True),
        (None, (Outcome.NOT_FOUND, False), False),
    ],
)
def test_what_a_view_says_when_it_leaves_tells_more_than_a_404(new: Any, known: Any, *, expected: bool) -> None:
    """Of values of which nobody knows enough; who was only turned away tells less."""
    ranks = {Outcome.NOT_FOUND: 5, Outcome.DENIED: 6}
    both: list[Any] = [
        each and SimpleNamespace(outcome=each[0], was_led_away=each[1], rank=ranks[each[0]]) for each in (new, known)
    ]
    assert tells_more(*both) is expected
