"""Who is thrown away gets a token where an API does not know the session."""

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from loadaudit.audit import disposables as module
from loadaudit.audit.disposables import (
    _by_staff,
    _has_own_key,
    _has_second_factor,
    _has_token,
    _show,
    _tried,
    _with_rows,
    throw_away,
    wants_own_account,
)
from loadaudit.planning.control import Answer
from loadaudit.planning.identities import ANONYMOUS, Credential
from loadaudit.planning.keys.doors import Door
from loadaudit.planning.keys.made import KeyMaker
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.planning.logins.tokens import TokenLogin
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Trial, unanswered
from loadaudit.planning.spared import SPARED
from loadaudit.records import Access, Identity, Kind, LoginAttempt, LoginCause, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.planning.preflight.test_further import tried


class Client:
    """Answers a token at one address only."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []

    def post_json(self, path: str, values: dict[str, str]) -> Answer:
        """Let in at the second version."""
        self.asked.append(path)
        content = b'{"token": "abcdefghij"}' if path == "/api/v2/login/" else b'{"detail": "no"}'
        status = 200 if path == "/api/v2/login/" else 401
        return Answer(status=status, text="", location="", trace=None, content_type="application/json", content=content)


_ACCOUNT = Parameter(name="pk", converter="int", model=User._meta.label)


@pytest.mark.parametrize(
    ("method", "parameter", "outcome", "wants"),
    [
        ("POST", _ACCOUNT, Outcome.DENIED, True),
        ("PATCH", _ACCOUNT, Outcome.NOT_FOUND, True),
        ("POST", _ACCOUNT, Outcome.OK, False),
        ("POST", _ACCOUNT, Outcome.SERVER_ERROR, False),
        ("GET", _ACCOUNT, Outcome.DENIED, False),
        ("POST", replace(_ACCOUNT, model="shop.Order"), Outcome.DENIED, False),
    ],
)
def test_what_each_may_change_of_their_own_account_alone(
    method: str, parameter: Parameter, outcome: Outcome, wants: bool
) -> None:
    """Other people's accounts were tried, since the run needs its own."""
    kind = Kind.READ if method == "GET" else Kind.WRITE
    one = replace(operation(f"{method} /people/<int:pk>/"), parameters=(parameter,), kind=kind)
    trial = Trial(operation=one, best=tried(outcome), tries=1)
    assert wants_own_account(trial) is wants


def test_what_would_change_a_user_of_the_run_is_sent_by_an_account() -> None:
    """Nothing else that was not sent is."""
    one = operation("POST /people/<int:pk>/")
    assert wants_own_account(Trial(operation=one, best=None, tries=0, reason=SPARED))
    assert not wants_own_account(Trial(operation=one, best=None, tries=0, reason="no row"))
    assert not wants_own_account(None)


def test_the_nearest_login_is_asked_first() -> None:
    """Its token opens the API that it belongs to."""
    paths = ("/api/v1/login/", "/api/v2/login/")
    tokens = tuple(TokenLogin(path=one, user_field="username", password_field="password") for one in paths)
    logins: Any = SimpleNamespace(ways=SimpleNamespace(tokens=tokens))
    client: Any = Client()
    credential = Credential(identity=Identity(role="disposable", username="a"), password="b")
    fed: list[str] = []
    harvest = SimpleNamespace(feed=lambda route, path, kind, content: fed.append(path))
    own: Any = SimpleNamespace(harvest=harvest)
    assert _has_token(client, credential, logins, operation("POST /api/v2/logout/"), own)
    assert client.asked == ["/api/v2/login/"]
    assert client.headers == {"Authorization": "Token abcdefghij"}
    assert fed == ["/api/v2/login/"]


@pytest.mark.parametrize(("login", "sent_as"), [(False, [["anonymous"]]), (True, [])])
def test_what_is_open_to_all_needs_no_login(
    monkeypatch: pytest.MonkeyPatch, *, login: bool, sent_as: list[list[str]]
) -> None:
    """A password that was forgotten is sent by nobody, for the account that was made; other things need their user."""
    one = operation("POST /password/reset/", access=Access(login=login))
    failed = LoginAttempt(vu=0, role="x", proven=False, detail="no form", duration_ns=1, cause=LoginCause.NO_FORM)
    seen: list[list[str]] = []

    def preflight(*, identities: list[Identity], **others: Any) -> Any:
        seen.append([each.role for each in identities])
        return SimpleNamespace(attempt=lambda tried: Trial(operation=tried, best=None, tries=1, reason="sent"))

    made = Credential(identity=Identity(role="disposable"), password="b", email="a@example.com")
    monkeypatch.setattr(module, "_made", lambda *arguments, **others: made)
    monkeypatch.setattr(module, "log_in", lambda *arguments: LoggedIn(attempts=(failed,)))
    monkeypatch.setattr(module, "Preflight", preflight)
    client = SimpleNamespace(close=lambda: None, headers={})
    target = SimpleNamespace(login_pages=())
    place = SimpleNamespace(credentials=(), client=lambda vu: client, prepare=None, sessions=None, target=target)
    logins: Any = SimpleNamespace(place=place, ways=None, proof_for=lambda each: None)
    rest: Any = {"client": client, "index": None, "harvest": None, "methods": {}, "today": None}
    nobody = Candidates(identity=ANONYMOUS, **rest)
    base: Any = SimpleNamespace(
        over=lambda: False, candidates={ANONYMOUS.role: nobody}, login_pages=(), deadline_s=1.0, missing=None
    )
    pace: Any = None
    thrown = throw_away([one], logins, base, lambda identity, _, password: Candidates(identity=identity, **rest), pace)
    assert seen == sent_as
    assert ("no form" in thrown.trials[one.id].reason) is login


def test_what_an_account_may_not_do_one_of_the_staff_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as to mail somebody: where the first account is turned away, one with the rights of the staff is made."""
    mail = operation("POST /reviews/<int:pk>/email/", access=Access(login=True))
    one = unanswered(mail, Identity(role="disposable"), PlannedPath(path="/reviews/1/email/"), None, 1, "")

    def trial_of(self: object, tried: Any, *, staff: bool) -> Trial:
        best = replace(one, outcome=Outcome.OK if staff else Outcome.DENIED)
        return Trial(operation=tried, best=best, tries=1)

    monkeypatch.setattr(module._Attempts, "trial_of", trial_of)
    for roles, works in (((False, True), True), ((False,), False)):
        users = [Credential(identity=Identity(role=str(staff), staff=staff), password="p") for staff in roles]
        logins: Any = SimpleNamespace(place=SimpleNamespace(credentials=users))
        unused: Any = None
        assert throw_away([mail], logins, unused, unused, unused).trials[mail.id].works is works


@pytest.mark.parametrize(
    ("outcome", "told"),
    [(None, Outcome.NOT_FOUND), (Outcome.DENIED, Outcome.NOT_FOUND), (Outcome.INVALID, Outcome.INVALID)],
)
def test_what_others_were_told_stays_where_an_account_is_told_less(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome | None, told: Outcome
) -> None:
    """As where none could be made."""
    one = operation("POST /people/<int:pk>/")

    def trial_of(self: object, operation: Any, *, staff: bool) -> Trial:
        return Trial(operation=operation, best=tried(outcome) if outcome else None, tries=1)

    monkeypatch.setattr(module._Attempts, "trial_of", trial_of)
    logins: Any = SimpleNamespace(place=SimpleNamespace(credentials=()))
    unused: Any = None
    before = [Trial(operation=one, best=tried(Outcome.NOT_FOUND), tries=3)]
    best = throw_away([one], logins, unused, unused, unused, before).trials[one.id].best
    assert best is not None
    assert best.outcome is told


@pytest.mark.parametrize(("id_", "works"), [("POST /logout/", True), ("POST /password/change/", False)])
def test_a_logout_whose_page_logs_out_is_sent_without_it(
    monkeypatch: pytest.MonkeyPatch, id_: str, *, works: bool
) -> None:
    """A page that was asked for its form has ended the session; nothing else is sent twice."""
    end = operation(id_, access=Access(login=True))
    one = unanswered(end, Identity(role="disposable"), PlannedPath(path="/logout/"), None, 1, "")

    def trial_of(self: object, tried: Any, *, staff: bool, unseen: bool = False) -> Trial:
        return Trial(operation=tried, best=replace(one, outcome=Outcome.OK if unseen else Outcome.DENIED), tries=1)

    monkeypatch.setattr(module._Attempts, "trial_of", trial_of)
    logins: Any = SimpleNamespace(place=SimpleNamespace(credentials=()))
    unused: Any = None
    assert throw_away([end], logins, unused, unused, unused).trials[end.id].works is works


@pytest.mark.parametrize(("status", "opened"), [(200, True), (401, False)])
def test_a_key_of_the_accounts_own(monkeypatch: pytest.MonkeyPatch, status: int, *, opened: bool) -> None:
    """Where an API takes no session, and no login answers a token; OPTIONS tells whether it opens anything."""
    door = Door(header="X-Key", schemes=("",), models=(LogEntry,), settings=())
    monkeypatch.setattr(module, "door_at", lambda path: door)
    monkeypatch.setattr(KeyMaker, "keys_of", lambda self, model: iter(["k"]))
    asked: list[tuple[str, dict[str, str]]] = []

    def send(method: str, path: str, payload: None) -> Answer:
        asked.append((method, dict(client.headers)))
        return Answer(status=status, text="", location="", trace=None)

    client: Any = SimpleNamespace(headers={}, send=send)
    logins: Any = SimpleNamespace(place=SimpleNamespace(prepare=nullcontext, sessions=None))
    account = Credential(identity=Identity(role="disposable", user_id="1"), password="b")
    assert _has_own_key(client, account, logins, operation("POST /logout/")) is opened
    assert asked == [("OPTIONS", {"X-Key": "k"})]
    assert client.headers == ({"X-Key": "k"} if opened else {})
    assert not _has_own_key(client, account, logins, operation("POST /<pk>/", parameters=(Parameter(name="pk"),)))
    # The token that the account came with stays where the key opens OPTIONS alone.
    refused = SimpleNamespace(works=False, best=SimpleNamespace(sample=SimpleNamespace(status=401), outcome=None))
    client.headers = {"Authorization": "Token a"}
    preflight: Any = SimpleNamespace(attempt=lambda operation: refused)
    unused: Any = None
    _tried(operation("POST /logout/"), preflight, client, account, logins, unused)
    assert client.headers == {"Authorization": "Token a"}


@pytest.mark.parametrize(("makes", "settled"), [(True, [["DELETE /notes/<int:pk>/"]]), (False, [])])
def test_rows_of_its_own_for_who_is_thrown_away(makes: bool, settled: list[list[str]]) -> None:
    """A row that was made is tried once, and what was changed for nothing is taken back."""
    one = operation("DELETE /notes/<int:pk>/")
    first = Trial(operation=one, best=None, tries=0, reason="no row")
    again = replace(first, reason="still none")
    undone: list[list[str]] = []
    preflight: Any = SimpleNamespace(attempt=lambda tried: again)
    missing: Any = SimpleNamespace(
        make_for=lambda failed, identities: {one.id} if makes else set(), settle=lambda ids: undone.append(list(ids))
    )
    assert _with_rows(first, preflight, missing, Identity(role="disposable")) is first
    assert undone == settled
    assert _with_rows(first, preflight, None, Identity(role="disposable")) is first


@pytest.mark.parametrize(("asks", "gives", "adopted"), [(True, True, ["made"]), (True, False, []), (False, True, [])])
def test_a_second_factor_for_who_is_thrown_away(
    monkeypatch: pytest.MonkeyPatch, *, asks: bool, gives: bool, adopted: list[str]
) -> None:
    """Its session is made once the user has a device."""
    monkeypatch.setattr(module, "asks_for_devices", lambda: asks)
    monkeypatch.setattr(module, "give_device", lambda key: gives)
    monkeypatch.setattr(module, "connections", SimpleNamespace(close_all=lambda: None))
    place = SimpleNamespace(prepare=nullcontext, sessions=SimpleNamespace(make=lambda identity: "made"))
    seen: list[str] = []
    client: Any = SimpleNamespace(adopt=seen.append)
    logins: Any = SimpleNamespace(place=place)
    credential = Credential(identity=Identity(role="disposable", user_id="1"), password="b")
    assert _has_second_factor(client, credential, logins) is bool(adopted)
    assert seen == adopted


@pytest.mark.parametrize(("model", "shown"), [(None, ["/2fa/recovery/"]), ("mfa.Key", [])])
def test_kinds_that_pages_have_shown_others(model: str | None, shown: list[str]) -> None:
    """Rows of others are none of the account's business."""
    one = operation("POST /2fa/<kind>/", parameters=(Parameter(name="kind", converter="str", model=model),))
    other = SimpleNamespace(harvest=SimpleNamespace(paths={one.route: {"/2fa/recovery/": None}}))
    own: Any = SimpleNamespace(harvest=SimpleNamespace(paths={}))
    base: Any = SimpleNamespace(candidates={"user": other})
    _show(own, one, base)
    assert list(own.harvest.paths.get(one.route, ())) == shown


@pytest.mark.parametrize(("role", "kept"), [(ANONYMOUS, False), (Identity(role="disposable"), True)])
def test_rows_are_its_own_where_nobody_was_turned_away(role: Identity, *, kept: bool) -> None:
    """That a login is asked for says nothing of them."""
    one = operation("POST /keys/<int:pk>/remove/")
    denied = replace(unanswered(one, role, PlannedPath(path="/keys/1/remove/"), None, 1, ""), outcome=Outcome.DENIED)
    given: list[Any] = []

    def make_for(failed: list[Any], identities: list[Identity]) -> frozenset[str]:
        given.append(failed[0][1])
        return frozenset()

    missing: Any = SimpleNamespace(make_for=make_for)
    preflight: Any = None
    _with_rows(Trial(operation=one, best=denied, tries=1), preflight, missing, Identity(role="disposable"))
    assert [best is denied for best in given] == [kept]


@pytest.mark.parametrize(
    ("other", "model", "row", "works"),
    [
        (Identity(role="staff", staff=True), "accounts.User", "7", True),
        (Identity(role="Leads"), "accounts.User", "7", True),
        (Identity(role="staff", staff=True), "accounts.User", "1", False),
        (Identity(role="Clerks"), "accounts.User", "7", False),
    ],
)
def test_the_staff_may_do_what_an_account_may_not_do_to_itself(
    monkeypatch: pytest.MonkeyPatch, other: Identity, model: str, row: str, *, works: bool
) -> None:
    """To the account that was made for it and to no other."""
    one = operation("POST /users/<int:pk>/reset/", parameters=(Parameter(name="pk", model=model, model_field="pk"),))
    path = PlannedPath(path=f"/users/{row}/reset/")
    account = Identity(role="disposable", user_id="7")
    denied = replace(unanswered(one, account, path, None, 1, ""), outcome=Outcome.DENIED)
    monkeypatch.setattr(module, "join", lambda *_: True)
    monkeypatch.setattr(module, "row_at", lambda parameter, asked: SimpleNamespace(pk=asked.split("/")[2]))
    one = replace(one, access=Access(groups=("Leads",)))
    user: Any = SimpleNamespace(identity=other, harvest=SimpleNamespace(good={}))
    base: Any = SimpleNamespace(
        candidates={other.role: user}, tries_at=lambda *asked: iter([denied, replace(denied, outcome=Outcome.OK)])
    )
    found = _by_staff(Trial(operation=one, best=denied, tries=3), base, account)
    assert (found.works, found.tries) == ((True, 5) if works else (False, 3))
    # Whoever finds no such account may find one of their own company.
    answers = iter([[replace(denied, outcome=Outcome.NOT_FOUND)], [replace(denied, outcome=Outcome.OK)]])
    base.tries_at = lambda *asked: iter(next(answers))
    assert _by_staff(Trial(operation=one, best=denied, tries=3), base, account).works == works
