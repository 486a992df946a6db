"""Flags and rows that admit a user."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from loadaudit.planning.making.admitted import Admission, admissions
from loadaudit.records import Identity
from tests.analysis.factories import trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership

pytestmark = pytest.mark.django_db

MEMBER = use('SELECT 1 FROM "projects_membership" WHERE ("projects_membership"."user_id" = %s)')


def identity() -> Identity:
    """Return a new user of the demo."""
    return Identity(role="user", user_id=str(User.objects.create(username="one").pk))


def test_rows_that_were_looked_up_go_first() -> None:
    """Then the user's own flags, but for those that make somebody another user."""
    found = list(admissions(identity(), [trace(statements=(MEMBER,))], nullcontext))
    assert (found[0].model, found[0].owner, found[0].column) == (Membership, "user", "")
    assert not {"is_staff", "is_superuser", "is_active", "last_login"} & {one.column for one in found}


def test_what_lets_nobody_in_is_taken_back() -> None:
    """Values as well as rows."""
    who = identity()

    def named() -> bool:
        return User.objects.get(pk=who.user_id).first_name == "Approved"

    def member() -> bool:
        return Membership.objects.filter(user_id=who.user_id).exists()

    for one, is_so in (
        (Admission(model=User, owner="", column="first_name", value="Approved"), named),
        (Admission(model=Membership, owner="user"), member),
    ):
        take_back = one.given_to(who, nullcontext)
        assert take_back is not None
        assert is_so()
        take_back()
        assert not is_so()


def test_what_is_so_already_is_not_given() -> None:
    """A second user may have it."""
    who = identity()
    flag = Admission(model=User, owner="", column="first_name", value="")
    assert flag.given_to(who, nullcontext) is None
