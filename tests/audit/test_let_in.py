"""Rows for want of which a login breaks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest
from django.utils.connection import BaseConnectionHandler

from loadaudit.audit.let_in import LetIn, let_in
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn
from loadaudit.records import Identity, LoginAttempt, LoginCause
from tests.analysis.factories import trace, use
from tests.audit.test_logins import PLACE
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership

pytestmark = pytest.mark.django_db

MEMBER = use('SELECT 1 FROM "projects_membership" WHERE ("projects_membership"."user_id" = %s)', rows=0)


def found_for(monkeypatch: pytest.MonkeyPatch, *, opens: bool) -> tuple[LetIn, list[Credential]]:
    """Return what two users get at a login that breaks, and no longer does for members if it opens."""
    monkeypatch.setattr(BaseConnectionHandler, "close_all", lambda self: None)
    users = [User.objects.create(username=name) for name in ("one", "two")]
    credentials = [Credential(identity=Identity(role=one.username, user_id=str(one.pk)), password="p") for one in users]

    def log_in(those: Sequence[Credential]) -> list[LoggedIn]:
        return [
            result(one, opens and Membership.objects.filter(user_id=int(one.identity.user_id)).exists())
            for one in those
        ]

    def result(one: Credential, proven: bool) -> LoggedIn:
        cause = LoginCause.NONE if proven else LoginCause.EXCEPTION
        attempt = LoginAttempt(vu=0, role=one.role, proven=proven, detail="", duration_ns=1, cause=cause)
        return LoggedIn(attempts=(attempt,), refused=None if proven else trace(statements=(MEMBER,)))

    place = replace(PLACE, credentials=tuple(credentials), prepare=nullcontext)
    return let_in(place, credentials, log_in(credentials), log_in), credentials


def test_what_the_login_had_looked_up_in_vain_is_made_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """And for those to come, with a word in the report."""
    found, credentials = found_for(monkeypatch, opens=True)
    assert [one.attempt.proven for one in found.results] == [True, True]
    assert Membership.objects.filter(user__in=[one.identity.user_id for one in credentials]).count() == 2
    place = found.at(PLACE)
    assert [one.model for one in place.admissions] == [Membership]
    assert "a row of projects.Membership" in place.messages[-1]


def test_a_row_that_mends_no_login_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is said of it."""
    found, credentials = found_for(monkeypatch, opens=False)
    assert not Membership.objects.filter(user__in=[one.identity.user_id for one in credentials]).exists()
    assert found.at(PLACE) is PLACE
