"""Which operations need an identity that nobody else goes on with."""

from __future__ import annotations

import pytest

from loadaudit.planning.disposable import needs_disposable, sends_a_link
from loadaudit.records import Body, BodyField, Kind, Parameter, Risk
from tests.analysis.factories import operation


@pytest.mark.parametrize(
    "operation_id",
    [
        "GET /accounts/logout/",
        "POST /accounts/logout/",
        "GET /sign-out/",
        "GET /account/delete/",
        "GET /accounts/delete/",
        "POST /user/close/",
        "GET /settings/delete-me/",
        "POST /me/delete/",
        "GET /logoff/",
        "DELETE /api/users/me/",
        "POST /accounts/password/change/",
        "POST /password_reset/",
        "POST /users/set_email/",
        "POST /api/token/blacklist/",
        "POST /deactivate/",
    ],
)
def test_what_ends_a_session_or_changes_an_account(operation_id: str) -> None:
    """By whatever method."""
    assert needs_disposable(operation(operation_id))


@pytest.mark.parametrize(
    "operation_id",
    [
        "GET /accounts/password/change/",
        "GET /profile/",
        "POST /profile/edit/",
        "DELETE /projects/<int:pk>/",
        "GET /",
        "GET /users/",
    ],
)
def test_what_leaves_both_as_they_are(operation_id: str) -> None:
    """A page that asks for a new password, and writes to other rows."""
    assert not needs_disposable(operation(operation_id))


def test_the_account_of_another_is_no_end() -> None:
    """Its parameter says whose it is."""
    whose = (Parameter(name="pk", converter="int"),)
    assert not needs_disposable(operation("POST /user/<int:pk>/delete-user/", parameters=whose))
    assert not needs_disposable(operation("POST /tokens/<int:pk>/delete/", parameters=whose, name="token-delete"))
    assert not needs_disposable(operation("GET /books/account/<int:pk>/deactivate/", parameters=whose))


def test_the_url_name_hides_nothing() -> None:
    """The page of allauth that changes addresses is named `account_email`."""
    assert needs_disposable(operation("POST /accounts/email/", name="account_email"))


def test_a_get_that_writes_counts_as_a_write() -> None:
    """Pages that change the password by GET exist."""
    assert needs_disposable(operation("GET /password/renew/", kind=Kind.WRITE))
    assert needs_disposable(operation("GET /password/renew/", risk=Risk.DESTRUCTIVE))


def test_a_login_that_sends_a_link() -> None:
    """It takes an address alone, of an account that is there."""
    address = Body(fields=(BodyField(name="email"),))
    both = Body(fields=(BodyField(name="email"), BodyField(name="password")))
    assert sends_a_link(operation("POST /auth/login/", body=address))
    assert needs_disposable(operation("POST /auth/login/", body=address))
    assert not sends_a_link(operation("POST /auth/login/", body=both))
    assert not sends_a_link(operation("POST /newsletter/", body=address))


def test_an_address_with_the_key_of_an_account_is_about_that_account() -> None:
    """Whatever it is called: whoever has the link sets a password."""
    link = tuple(Parameter(name=name, converter="str") for name in ("uidb64", "token"))
    assert needs_disposable(operation("POST /welcome/<uidb64>/<token>/", parameters=link))
    assert not needs_disposable(operation("GET /welcome/<uidb64>/<token>/", parameters=link))
