"""Which ways to a session a project offers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadaudit.conf import Config
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import Ways
from loadaudit.planning.logins.pages import ProofPage, key_page
from loadaudit.planning.logins.tokens import TokenLogin
from loadaudit.planning.logins.ways import is_login, may_take_password, only_at, sent_by_logins, token_logins
from loadaudit.planning.project.registry import REGISTRY, BodySource
from loadaudit.records import Access, Body, BodyField, BodyKind, Identity, Kind, LoginWay, Operation, Parameter
from tests.analysis.factories import operation

USER = Credential(identity=Identity(role="user"), password="p")
STAFF = Credential(identity=Identity(role="staff", staff=True), password="p")
VERSION = Parameter(name="v", choices=("v1", "v2"))
TOKEN = TokenLogin(path="/token/", user_field="username", password_field="password")


def login_operation(operation_id: str, *names: str, **changes: object) -> Operation:
    """Return an operation that takes these fields as JSON."""
    fields = tuple(BodyField(name=name, type="string", required=True) for name in names)
    return operation(operation_id, body=Body(kind=BodyKind.JSON, fields=fields), **changes)


def test_token_logins_are_found_by_what_they_take() -> None:
    """A name or an address and a password; those that speak of tokens first. What tells the client may be beside."""
    found = token_logins(
        [
            login_operation("POST /api/login/", "email", "pwd"),
            login_operation("POST /api/token/", "username", "password"),
            login_operation("POST /api/token/refresh/", "username", "password"),
            login_operation("POST /api/register/token/", "username", "password"),
            login_operation("POST /api/token/two/", "username", "password", "code"),
            login_operation("POST /api/notes/", "username", "password"),
            login_operation(
                "POST /api/<tenant>/token/", "username", "password", parameters=(Parameter(name="tenant"),)
            ),
            login_operation("POST /<v>/jwt/", "login", "password", "device", "grant_type", parameters=(VERSION,)),
        ]
    )
    assert list(found) == [
        TokenLogin(path="/api/token/", user_field="username", password_field="password"),
        TokenLogin(path="/api/login/", user_field="email", password_field="pwd"),
        TokenLogin(
            path="/v1/jwt/",
            user_field="login",
            password_field="password",
            beside=(("device", "loadaudit xxLAxx"), ("grant_type", "password")),
        ),
    ]


def test_a_login_whose_body_is_an_envelope() -> None:
    """Name and password go into the object that its body has to have."""
    inner = tuple(BodyField(name=name, type="string", required=True) for name in ("email", "password"))
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="user", type="object", fields=inner),))
    assert list(token_logins([operation("POST /users/login", body=body)])) == [
        TokenLogin(path="/users/login", user_field="email", password_field="password", envelope="user")
    ]


def test_a_login_whose_body_is_beyond_reading_comes_last() -> None:
    """Its address has to speak of nothing else."""
    found = token_logins(
        [
            login_operation("POST /api/auth/login/"),
            login_operation("POST /api/token/", "username", "password"),
            login_operation("POST /api/login/history/"),
            operation("POST /login/"),
        ]
    )
    assert [one.path for one in found] == ["/api/token/", "/api/auth/login/"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (login_operation("POST /staff/sign-in/", "username", "password"), True),
        (operation("PUT /back/login/", view="django.contrib.auth.views.LoginView"), True),
        (operation("GET /back/login/", view="django.contrib.auth.views.LoginView"), False),
        (login_operation("POST /register/login/", "username", "password"), False),
        (login_operation("POST /login/", "username", "password", "code"), False),
        (login_operation("POST /notes/", "username", "password"), False),
        # A key in the address, as that of an invitation, tells nothing of what a form is for.
        (login_operation("POST /invitation/<str:token>/", "username", "password"), False),
        (login_operation("POST /login/<str:next>/", "username", "password"), True),
    ],
)
def test_what_takes_the_password_of_an_account(found: Operation, *, expected: bool) -> None:
    """Wherever it is: made-up ones are sent to none of them."""
    assert is_login(found) is expected


def test_what_makes_an_account_is_no_login() -> None:
    """Its name must be one that nobody has."""
    fields = (BodyField(name="username", required=True, unique=True), BodyField(name="password", required=True))
    made = operation("POST /auth/users/", body=Body(kind=BodyKind.JSON, fields=fields))
    assert not is_login(made)
    assert list(token_logins([made])) == []
    # A schema made from the model of users calls every name unique.
    assert is_login(operation("POST /token/pair", body=made.body))


def test_what_may_take_a_password() -> None:
    """A page of which nothing is known may; one that sends a link to an address does not."""
    assert may_take_password(operation("POST /login/"))
    assert not may_take_password(operation("POST /login/", body=Body(fields=(BodyField(name="email"),))))
    assert may_take_password(operation("POST /login/", body=Body(fields=(BodyField(name="password1"),))))


def test_what_only_logins_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens that are told by nothing but their name, too: plan and preflight must agree."""
    ids = ("POST /api/login/", "POST /accounts/login/", "POST /rows/")
    found = [operation(id_, kind=Kind.WRITE, body=Body(kind=BodyKind.JSON)) for id_ in ids]
    config = Config(login="/accounts/login/")
    assert sent_by_logins(config, found) == {*ids[:2]}
    # A body that the project has declared is sent: a person has said with which password.
    monkeypatch.setattr(REGISTRY, "bodies", [BodySource(view=ids[0], source={}, form=None, method="", place="x:1")])
    assert sent_by_logins(config, found) == {ids[1]}


def test_one_login_alone() -> None:
    """By its form, or by its token where it answers one."""
    ways = Ways(paths=("/login/",), tokens=(TOKEN,), protected="/x/", makes_keys=True)
    assert (only_at(ways, "/back/").paths, only_at(ways, "/back/").tokens) == (("/back/",), ())
    assert (only_at(ways, "/token/").paths, only_at(ways, "/token/").tokens) == ((), (TOKEN,))
    # What another login puts into sessions must not take the place of what this one does.
    assert only_at(replace(ways, kept={"user": 1}), "/back/").kept == {}


def test_pages_beside_a_token_login() -> None:
    """Those that ask for a login, the nearest in the URLs first."""
    inside = Access(login=True)
    found = token_logins(
        [
            login_operation("POST /api/app/auth/login/", "email", "password"),
            operation("GET /api/web/me/", access=inside),
            operation("GET /api/app/me/", access=inside),
            operation("GET /api/app/about/", access=Access()),
            operation("GET /dashboard/", access=inside),
        ]
    )
    assert [one.pages for one in found] == [("/api/app/me/", "/api/web/me/")]


@pytest.mark.parametrize(
    ("ways", "who", "way"),
    [
        (Ways(paths=("/login/",), tokens=(TOKEN,)), USER, LoginWay.FORM),
        (Ways(tokens=(TOKEN,)), USER, LoginWay.TOKEN),
        (Ways(paths=("/admin/login/",), admin="/admin/login/", tokens=(TOKEN,)), USER, LoginWay.TOKEN),
        (Ways(paths=("/admin/login/",), admin="/admin/login/", tokens=(TOKEN,)), STAFF, LoginWay.FORM),
        (Ways(paths=("/admin/login/",), admin="/admin/login/", makes_keys=True), USER, LoginWay.TOKEN),
        (Ways(paths=("/login/",), server_side=True), USER, LoginWay.SESSION),
    ],
)
def test_the_way_of_an_identity(ways: Ways, who: Credential, way: LoginWay) -> None:
    """The form where it is for them, else the token; LOGIN = "session" goes before both."""
    assert ways.way_of(who) is way
    assert ways.lets_in(who) or ways.server_side


def test_nobody_but_staff_gets_in_by_the_admin_alone() -> None:
    """Where no operation answers a token."""
    ways = Ways(paths=("/admin/login/",), admin="/admin/login/")
    assert (ways.lets_in(USER), ways.lets_in(STAFF)) == (False, True)


def test_the_page_that_wants_a_token() -> None:
    """Of no particular user where there is one, and safe to fetch."""
    keyed = Access(login=True, api_key=True)
    staff = operation("GET /api/staff/", access=Access(login=True, staff=True, api_key=True))
    page = operation("GET /page/", access=Access(login=True))
    found = key_page([page, staff, operation("GET /api/", access=keyed)])
    assert key_page([page]) is None
    assert getattr(key_page([page, staff]), "path", "") == "/api/staff/"
    assert found == ProofPage(path="/api/", operation_id="GET /api/")
