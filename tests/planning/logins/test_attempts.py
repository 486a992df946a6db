"""Logins through the demo's real form, on the embedded server."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path, register_converter, resolve
from django.urls.converters import IntConverter
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.views import APIView

from loadaudit.load.correlation import sign_token
from loadaudit.load.job import Target
from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, Ways, log_in, log_in_all
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import ProofPage, admin_login, key_page, login_paths, open_pages, proof_page
from loadaudit.planning.logins.proving import prove
from loadaudit.records import Access, Identity, LoginCause, Operation, Parameter, Risk
from tests.analysis.factories import operation
from tests.planning.logins.conftest import RUN_ID, ClientMaker, valid_token

PASSWORD = "demo-pass-1234"
PROOF = ProofPage(path="/dashboard/", operation_id="GET /dashboard/")
LOGIN = ("/accounts/login/",)


def credential(password: str = PASSWORD, **changes: Any) -> Credential:
    """Return the demo's owner."""
    values = {"role": "owner", "username": "owner@example.com", "user_id": "1"} | changes
    return Credential(identity=Identity(**values), password=password)


def attempt(client: ControlClient, who: Credential, proof: ProofPage | None = PROOF, paths: Any = LOGIN) -> LoggedIn:
    """Log in as the virtual user 0."""
    pace = Pace(sleep=lambda seconds: None, clock_s=itertools.count(0, 1000).__next__)
    return log_in(client, 0, who, Ways(paths=paths), proof, pace)


def test_success_with_proof(client: ControlClient) -> None:
    """A page behind the login ran for this very user; the session goes on with its cookies."""
    result = attempt(client, credential())
    assert result.attempt.proven, result.attempt.detail
    assert result.attempt.detail == "the trace of GET /dashboard/ shows user 1"
    assert {"sessionid", "csrftoken"} <= {cookie.name for cookie in result.session.cookies}


def test_success_without_a_page_to_prove_it(client: ControlClient) -> None:
    """The trace of the login itself shows whom it let in."""
    result = attempt(client, credential(), None)
    assert (result.attempt.proven, result.attempt.detail) == (True, "the login's own trace shows user 1")


def test_wrong_password(client: ControlClient) -> None:
    """The form comes back with 200, which proves nothing."""
    result = attempt(client, credential("wrong"))
    assert not result.attempt.proven
    assert "name or password are wrong" in result.attempt.detail
    assert result.session.cookies == ()


def test_another_user_than_meant(client: ControlClient) -> None:
    """A login that works for somebody else is no proof either."""
    result = attempt(client, credential(user_id="999"))
    assert (result.attempt.proven, result.attempt.detail) == (
        False,
        "GET /dashboard/ ran for user 1, not for user 999",
    )


def test_a_page_that_shows_nobody(client: ControlClient) -> None:
    """A health check never looks at the user, so its 200 proves nobody."""
    result = attempt(client, credential(), ProofPage(path="/health/live/", operation_id="GET /health/live/"))
    assert not result.attempt.proven
    assert result.attempt.detail.startswith("GET /health/live/ ran for nobody")


def test_no_form_found(client: ControlClient) -> None:
    """Where it was looked for, and where to name it."""
    result = attempt(client, credential(), paths=("/about/", "/no-such-page/"))
    assert not result.attempt.proven
    assert "no login form was found at /about/ (200), /no-such-page/ (404)" in result.attempt.detail
    assert "LOADAUDIT['LOGIN']" in result.attempt.detail


def test_rate_limit(client: ControlClient) -> None:
    """429 is waited for and tried again, and said when it stays."""
    # Of another account, because failed attempts count against it, too.
    wrong = credential("wrong", username="viewer@example.com", user_id="2")
    details = [attempt(client, wrong).attempt.detail for _ in range(4)]
    assert details[-1] == "the login is rate-limited (429)"


def test_a_token_that_the_target_does_not_know(clients: ClientMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a trace nothing is proven, however well the pages look."""
    monkeypatch.setattr("loadaudit.planning.control.TRACE_TIMEOUT_S", 0.2)
    stranger = clients(sign_token("another key", RUN_ID, int(time.time()) + 300).text)
    result = attempt(stranger, credential())
    stranger.close()
    assert (result.attempt.proven, result.session.cookies) == (False, ())
    assert "no trace came back for GET /dashboard/" in result.attempt.detail


def test_a_target_that_is_gone() -> None:
    """A failure is a result."""
    target = Target(base_url="http://localhost", connect_to="127.0.0.1:1")
    gone = ControlClient(target, token="t", tag="0" * 16, find_trace=lambda number, timeout_s: None)
    result = attempt(gone, credential())
    gone.close()
    assert result.attempt.detail == "the target did not answer: ConnectionError"


def test_all_users_at_once(clients: ClientMaker) -> None:
    """One result per virtual user, in their order, each with a session of its own."""
    seen: list[int] = []
    results = log_in_all(
        [(vu, credential()) for vu in range(3)],
        client_for=lambda vu: clients(valid_token()),
        ways=Ways(paths=LOGIN),
        proof_for=lambda credential: PROOF,
        progress=lambda done: seen.append(done.vu),
    )
    assert [one.attempt.vu for one in results] == [0, 1, 2]
    assert [one.attempt.detail for one in results if not one.attempt.proven] == []
    assert len({cookie.value for one in results for cookie in one.session.cookies if cookie.name == "sessionid"}) == 3
    assert sorted(seen) == [0, 1, 2]


def test_login_paths(settings: Any) -> None:
    """The configured page first, then LOGIN_URL and the usual names, each once."""
    assert login_paths("/admin/login/") == ("/admin/login/", "/accounts/login/")
    settings.LOGIN_URL = "no-such-name"
    assert login_paths("") == ("/accounts/login/", "/admin/login/")


def test_a_login_page_that_the_project_does_not_have(settings: Any) -> None:
    """LOGIN_URL has a default that many projects never route."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    assert login_paths("") == ()


@pytest.mark.parametrize(
    ("paths", "staff", "possible"),
    [
        ((), True, False),
        (("/admin/login/",), False, False),
        (("/admin/login/",), True, True),
        (("/accounts/login/", "/admin/login/"), False, True),
    ],
)
def test_the_admins_login_is_for_staff(paths: tuple[str, ...], *, staff: bool, possible: bool) -> None:
    """Where it is the only one, others cannot log in at all."""
    ways = Ways(paths=paths, admin=admin_login())
    assert bool(ways.pages_for(Credential(identity=Identity(role="x", staff=staff), password="p"))) is possible


def test_the_page_that_proves_a_login() -> None:
    """A safe GET without parameters that asks for a user, and for staff only of staff."""
    staff = operation("GET /staff/", access=Access(login=True, staff=True))
    permitted = operation("GET /permitted/", access=Access(login=True, permissions=("a.b",)))
    opened = operation("GET /open/", access=Access())
    heavy = operation("GET /heavy/", risk=Risk.HEAVY)
    posted = operation("POST /page/")
    page = operation("GET /page/")
    operations = [staff, permitted, opened, heavy, posted, page]
    assert proof_page(operations, Identity(role="owner")) == ProofPage(path="/page/", operation_id="GET /page/")
    found = proof_page(operations, Identity(role="staff", staff=True))
    assert found is not None
    assert found.path == "/staff/"
    assert proof_page([staff, opened], Identity(role="owner")) is None


@override_settings(ROOT_URLCONF=__name__)
def test_an_export_proves_a_login_where_nothing_else_does() -> None:
    """The cache that it fills has to be cold when it is measured."""
    parameters = (Parameter(name="tenant", converter="str", pattern="[^/]+"), Parameter(name="pk", pattern="[0-9]+"))
    below = operation("GET /of/<str:tenant>/<int:pk>/", parameters=parameters)
    export = replace(operation("GET /export/"), category="Export")
    keyed = replace(operation("GET /keyed/", access=Access(api_key=True)), category="Export")
    page = operation("GET /page/")

    def proofs(*operations: Operation, api: bool = False) -> str:
        found = proof_page(operations, Identity(role="owner"), api=api)
        return found.operation_id if found is not None else ""

    assert proofs(export, page) == page.id
    assert proofs(export, below) == below.id
    assert proofs(export) == export.id
    assert proofs(keyed, page, api=True) == keyed.id
    assert [one.operation_id for one in open_pages([export, page])] == [page.id, export.id]
    spared = [list(open_pages(each, sparing=True)) for each in ([export, page], [export])]
    assert [[one.operation_id for one in each] for each in spared] == [[page.id], [export.id]]


def test_a_write_proves_a_login_where_no_page_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """By OPTIONS, which changes nothing."""
    monkeypatch.setattr("loadaudit.planning.logins.pages.is_class_based", lambda path: path == "/x/")
    staff = operation("POST /staff/", access=Access(login=True, staff=True))
    found = proof_page(
        [operation("GET /open/", access=Access()), staff, operation("POST /f/"), operation("POST /x/")],
        Identity(role="owner"),
    )
    assert found == ProofPage(path="/x/", operation_id="OPTIONS /x/", method="OPTIONS")


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_with_made_up_values_proves_a_login_last() -> None:
    """A login is asked for before the row is, and all pages of a project may stand below the name of a tenant."""
    parameters = (Parameter(name="tenant", converter="str", pattern="[^/]+"), Parameter(name="pk", pattern="[0-9]+"))
    below = operation("GET /of/<str:tenant>/<int:pk>/", parameters=parameters)
    keyed = operation("GET /of/<str:tenant>/<int:pk>/", parameters=parameters, access=Access(api_key=True))
    staff, owner = Identity(role="staff", staff=True), Identity(role="owner")
    found = proof_page([below], owner)
    assert found is not None
    assert resolve(found.path).kwargs.keys() == {"tenant", "pk"}
    assert proof_page([keyed], owner) is None
    looked = operation("GET /looked/<looking:pk>/", parameters=(Parameter(name="pk", pattern="[0-9]+"),))
    assert proof_page([looked, below], owner) == found
    assert key_page([keyed]) == found
    assert proof_page([below, operation("GET /page/")], staff) == ProofPage(path="/page/", operation_id="GET /page/")


class Silent(APIView):
    """Knows nobody by a session: it makes its authenticators itself."""

    def get_authenticators(self) -> list[Any]:
        """Take a key of the project's own."""
        return [TokenAuthentication()]


class Keyed(APIView):
    """Takes keys alone."""

    authentication_classes = (TokenAuthentication,)


class Seen(APIView):
    """Takes both."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)


class Looking(IntConverter):
    """Looks a row up, and finds none."""

    def to_python(self, value: str) -> int:
        """Fail as a manager does."""
        raise LookupError(value)


register_converter(Looking, "looking")
urlpatterns = [
    path("looked/<looking:pk>/", Seen.as_view()),
    *(path(f"{one.__name__.lower()}/", one.as_view()) for one in (Silent, Keyed, Seen)),
    path("of/<str:tenant>/<int:pk>/", Seen.as_view()),
]


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_looks_at_no_session_proves_one_last() -> None:
    """Of REST framework's views only those whose authenticators are known to look at it."""
    silent, keyed, seen = (operation(f"GET /{one}/") for one in ("silent", "keyed", "seen"))
    owner = Identity(role="owner")
    assert [getattr(proof_page(each, owner), "path", "") for each in ([silent, keyed, seen], [silent, keyed])] == [
        "/seen/",
        "/silent/",
    ]
    assert getattr(proof_page([silent, keyed], owner, api=True), "path", "") == "/silent/"


def test_a_page_for_scripts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked as a script does: before that it looks at nobody."""
    sent = []

    def send(method: str, path: str, payload: None, *, headers: tuple[str, ...] = ()) -> Any:
        sent.append(headers)
        trace = SimpleNamespace(user_id="1" if headers else "", exception=None, denied=False, view_ran=True)
        return SimpleNamespace(trace=trace, status=200 if headers else 400)

    monkeypatch.setattr("loadaudit.planning.logins.proving.script_headers", lambda path: ("X-Requested-With: s",))
    client: Any = SimpleNamespace(send=send)
    assert prove(client, Identity(role="user", user_id="1"), PROOF).cause is LoginCause.NONE
    assert sent == [(), ("X-Requested-With: s",)]
