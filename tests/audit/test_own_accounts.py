"""Accounts that a project keeps beside Django's users take part in a run by what their login puts into a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connections
from rest_framework.test import DjangoTestAdapter

from loadaudit.audit.logins import Logins
from loadaudit.audit.own_accounts import with_accounts
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.planning.logins.attempts import log_in
from loadaudit.planning.logins.own_accounts import own_accounts
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.planning.logins.proving import looked_at
from loadaudit.planning.logins.server_side import SessionMaker
from loadaudit.records import Access, Body, BodyField, BodyKind, Inventory, LoginCause
from tests.analysis.factories import operation, trace
from tests.audit.test_keyed import USER
from tests.audit.test_logins import PLACE
from tests.planning.keys.conftest import site  # noqa: F401
from tests.planning.keys.models import Member

OPERATIONS = tuple(
    operation(one, access=Access()) for one in ("GET /plain/", "GET /mine/", "GET /enter/", "POST /enter/")
)

TELL = operation(
    "POST /tell/",
    access=Access(),
    name="login",
    body=Body(kind=BodyKind.JSON, fields=tuple(BodyField(name=one, required=True) for one in ("email", "password"))),
)
THEIRS = operation("GET /theirs/", access=Access())

up: list[str] = []
"""Fences that stand."""


@contextmanager
def fence() -> Iterator[None]:
    up.append("fence")
    try:
        yield
    finally:
        up.pop()


class Adapter(DjangoTestAdapter):
    """Sends nothing while a fence stands, which would change settings for as long as a server answers."""

    def send(self, *args: Any, **kwargs: Any) -> Any:
        assert not up
        return super().send(*args, **kwargs)


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch, site: None) -> Logins:  # noqa: F811
    """The logins of a run in this process, in which nobody takes part yet."""
    monkeypatch.setattr(type(connections), "close_all", lambda self: None)
    place = replace(
        PLACE,
        credentials=(),
        prepare=fence,
        sessions=SessionMaker(nullcontext),
        adapter_for=lambda address: Adapter(),
        desk=cast(Any, SimpleNamespace(find=lambda *_: trace(user_id=""))),
    )
    return Logins(place=place, inventory=Inventory(operations=OPERATIONS), config=Config())


def test_who_is_no_user_of_django_takes_part(logins: Logins) -> None:
    """An account that is there, by the session that its login makes; its password becomes the run's."""
    Member.objects.create(email="ann@example.org", pw_plain="hers")
    place = with_accounts(logins)
    member = Member.objects.get()
    (who,), (owner,) = place.credentials, place.owners
    assert who.kept == {"member": member.pk, "kind": "member"}
    assert who.role == "account of keys.Member"
    assert (owner.username, owner.page, owner.password) == ("ann@example.org", "/enter/", member.pw_plain)
    assert "proven by what that opens (GET /mine/)" in place.messages[-1]
    after = replace(logins, place=place)
    client = place.client(1)
    entered = log_in(client, 1, who, after.ways, after.proof_for(who))
    assert entered.attempt.proven, entered.attempt.detail
    assert client.get("/mine/").text == "ann@example.org"
    proof = after.proof_for(who)
    assert proof is not None
    assert looked_at(client, who, proof, None).cause is LoginCause.NONE, (
        "its session has no user of Django's, and lives"
    )


def test_each_role_of_a_projects_own_accounts_takes_part(logins: Logins) -> None:
    """As its column of roles tells them apart, with what its login puts there for each."""
    members = [Member.objects.create(email=f"{rank}@example.org", pw_plain="hers", rank=rank) for rank in (2, 2, 1)]
    place = with_accounts(logins)
    assert {one.role: one.kept["member"] for one in place.credentials} == {
        "account of keys.Member": members[2].pk,
        "account of keys.Member as Board": members[0].pk,
    }
    assert len(place.owners) == 1
    assert "(keys.Member, keys.Member as Board)" in place.messages[-1]


def test_an_account_is_made_where_there_is_none(logins: Logins) -> None:
    (who,) = with_accounts(logins).credentials
    assert who.kept["member"] == Member.objects.get().pk


def test_what_opens_nothing_is_not_kept(logins: Logins) -> None:
    """As where a page is open to all."""
    pages = tuple(one for one in OPERATIONS if one.id != "GET /mine/")
    place = with_accounts(replace(logins, inventory=Inventory(operations=pages)))
    assert (place.kept, place.credentials, place.owners) == ({}, (), ())


def test_a_token_of_the_projects_own_lets_in(logins: Logins) -> None:
    """Nothing but what it opens shows that it does."""
    Member.objects.create(email="ann@example.org", pw_plain="hers")
    pages = (TELL, operation("GET /plain/", access=Access()), THEIRS)
    before = replace(logins, inventory=Inventory(operations=pages), place=replace(logins.place, credentials=(USER,)))
    place = with_accounts(before)
    (_, who) = place.credentials
    assert who.role == "account of keys.Member"
    assert who.proof == ProofPage(path="/theirs/", operation_id="GET /theirs/")
    assert place.messages[-1] == "Accounts of the project's own logged in with a token: keys.Member."


def test_who_has_two_logins_takes_part_once(logins: Logins) -> None:
    """A role is one session."""
    Member.objects.create(email="ann@example.org", pw_plain="hers")
    pages = (THEIRS, *OPERATIONS, TELL)
    (who,) = with_accounts(replace(logins, inventory=Inventory(operations=pages))).credentials
    assert who.kept


@pytest.mark.usefixtures("site")
def test_what_a_login_puts_into_the_session() -> None:
    """Of the account's own columns, and what is written there."""
    (accounts,) = own_accounts(OPERATIONS)
    assert (accounts.model, accounts.path, list(accounts.put)) == (Member, "/enter/", ["member", "kind"])
    assert accounts.values_of(Member(pk=7)) == {"member": 7, "kind": "member"}


def test_nothing_is_put_where_there_is_no_clone(logins: Logins) -> None:
    without: Any = replace(logins.place, prepare=None)
    assert with_accounts(replace(logins, place=without)) is without
    assert isinstance(without, Place)
