"""Pages that ask whoever is logged in for the password once more, on the embedded server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.planning.logins.confirmed import ConfirmingClient, click_form, confirmation_form
from loadaudit.planning.logins.kept import KeptSession
from loadaudit.planning.logins.pages import ProofPage
from tests.planning.logins.test_hard_pages import PROOF, entered, owner

DELICATE = "/hard/delicate/"


POWERFUL = "/hard/powerful/"


def session(client: ControlClient, who: Credential, *login_pages: str, clicks: bool = False) -> KeptSession:
    """Return the session of the demo's owner, who is taken for `who`."""
    assert entered(client, "/hard/several/").attempt.proven

    def again(_: ControlClient) -> Any:
        raise AssertionError("the session is good")

    proof = ProofPage(path=PROOF.path, operation_id=PROOF.operation_id)
    return KeptSession(client, who, proof, again, login_pages, clicks=clicks)


def test_the_password_is_given_once_more(client: ControlClient) -> None:
    """The request that led to the page is sent again, and later ones need it no more."""
    kept = session(client, owner())
    assert kept.send("GET", DELICATE, None).text == "delicate"
    assert kept.send("GET", DELICATE, None).status == 200
    assert [one.path for one in kept.confirmed] == ["/hard/sure/?next=/hard/delicate/"]


def test_who_is_thrown_away_gives_it_too(client: ControlClient) -> None:
    """And no session is renewed for that."""
    who = owner()
    assert entered(client, "/hard/several/").attempt.proven
    assert ConfirmingClient(client, who.password, ()).send("GET", DELICATE, None).text == "delicate"


def test_a_password_that_was_not_taken_is_not_given_again(client: ControlClient) -> None:
    """A second wrong one might lock the user out."""
    kept = session(client, replace(owner(), password="wrong"))
    for _ in range(3):
        assert kept.send("GET", DELICATE, None).status == 302
    assert "asked 1 times" in client.get("/hard/sure/").text
    assert kept.confirmed == ()


def test_login_pages_get_no_password_this_way(client: ControlClient) -> None:
    kept = session(client, owner(), "/hard/sure/")
    assert kept.send("GET", DELICATE, None).status == 302
    assert "asked 0 times" in client.get("/hard/sure/").text


@pytest.mark.parametrize(("clicks", "status", "clicked"), [(True, 200, 1), (False, 302, 0)])
def test_a_click_is_given_on_a_clone(client: ControlClient, clicks: bool, status: int, clicked: int) -> None:
    """What asks for nothing but a click starts something, which writes."""
    kept = session(client, owner(), clicks=clicks)
    assert kept.send("GET", POWERFUL, None).status == status
    assert kept.send("GET", POWERFUL, None).status == status
    assert f"clicked {clicked} times" in client.get("/hard/power/").text


def test_a_click_that_opened_nothing_is_not_given_again(client: ControlClient) -> None:
    """Each request would make it once more."""
    kept = session(client, owner(), clicks=True)
    for _ in range(3):
        assert kept.send("GET", f"{POWERFUL}?shut=1", None).status == 302
    assert "clicked 1 times" in client.get("/hard/power/").text


def test_forms_that_ask_for_more_than_a_click() -> None:
    """Or do something else than to go on, elsewhere too."""
    page = '<form method="post" action="{}"><input type="hidden" name="a" value="b">{}<button>{}</button></form>'
    assert click_form("/sudo/?next=/x/", page.format("", "", "Start")) is not None
    assert click_form("/sudo/?next=/x/", page.format("", '<input name="why">', "Start")) is None
    assert click_form("/sudo/?next=/x/", page.format("", '<input type="checkbox" name="agreed">', "Start")) is None
    assert click_form("/sudo/?next=/x/", page.format("", "", "Log out")) is None
    assert click_form("/sudo/?next=/x/", page.format("/language/", "", "Go")) is None
    of_every_page = page.format("/sudo/?next=/sudo/", "", "Power")
    found = click_form("/sudo/?next=/x/", of_every_page + page.format("", "", "Start"))
    assert found is not None
    assert found.action == ""


def test_the_page_is_an_operation_too(client: ControlClient) -> None:
    """Nothing need lead to it."""
    kept = session(client, owner())
    kept.confirm_at("/hard/sure/")
    kept.confirm_at("/hard/sure/")
    assert [one.path for one in kept.confirmed] == ["/hard/sure/"]


def test_a_session_that_became_somebody_elses_is_begun_anew(client: ControlClient) -> None:
    """A sign-up logs in whom it has made; it is not sent twice, and what comes behind it is sent as the right one."""
    seen = entered(client, "/hard/several/").attempt
    assert seen.proven

    def again(one: ControlClient) -> LoggedIn:
        return entered(one, "/hard/several/")

    kept = KeptSession(client, owner(), ProofPage(path=PROOF.path, operation_id=PROOF.operation_id), again, ())
    assert kept.send("GET", "/hard/joined/", None).text == "welcome"
    assert kept.renewals == 1
    behind = kept.send("GET", PROOF.path, None)
    assert behind.trace is not None
    assert (kept.renewals, behind.trace.user_id) == (1, "1")


def test_other_forms_with_a_password() -> None:
    """A login asks for a name as well, and a change of the password for two."""
    page = '<form method="post">{}<input type="password" name="key"><input type="hidden" name="next"></form>'
    assert confirmation_form(page.format('<input name="user">')) is None
    assert confirmation_form(page.format('<input type="password" name="old">')) is None
    assert confirmation_form(page.format('<input type="checkbox" name="remember">')) is not None
