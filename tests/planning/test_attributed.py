"""Users who are what only the project's own code knows."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from pytest_django import DjangoAssertNumQueries

from loadaudit.planning import attributed
from loadaudit.planning.attributed import credential_with, lacked, members_to_make, verified_credential
from loadaudit.planning.identities import Credential
from loadaudit.planning.meant_for import beyond_own, deciding_on_others, member_for
from loadaudit.planning.rows_kept import rows_kept
from loadaudit.planning.values import NoValue
from loadaudit.records import Access, Evidence, Identity, LoginWay, Parameter
from tests.analysis.factories import operation
from tests.demo.accounts.models import User

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def is_viewer(user: Any) -> bool:
    """Ask the role."""
    return bool(user.role == User.Role.VIEWER)


def is_lucky(user: Any) -> bool:
    """Be true of nobody."""
    return False


@pytest.fixture(autouse=True)
def _own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(User, "is_viewer", property(is_viewer), raising=False)
    monkeypatch.setattr(User, "is_lucky", is_lucky, raising=False)


def test_what_nobody_of_the_run_is() -> None:
    """What one of its users is already is not lacked; what raises is not so."""
    user = User.objects.create(username="one", role=User.Role.VIEWER)
    credential = Credential(identity=Identity(role="user", user_id=str(user.pk)), password="")
    asked = ("user.is_viewer", "user.is_lucky", "user.nothing.there", "user.role == 'this or that'")
    operations = [operation(f"GET /{one}/", access=Access(login=True, attributes=(one,))) for one in asked]
    assert lacked(operations, [credential]) == list(asked[1:])


def test_a_user_whose_property_goes_by_a_role() -> None:
    """The code of the property names the column and the value."""
    made = credential_with("user.is_lucky or user.is_viewer", 1, nullcontext, TODAY)
    assert made is not None
    assert (made.identity.role, made.identity.staff) == ("is_viewer", False)
    assert User.objects.get(pk=made.identity.user_id).role == "viewer"
    assert made.password


@pytest.mark.parametrize(
    ("text", "role", "value"),
    [
        ("user.role == 'viewer'", "viewer", "viewer"),
        ("user.role in ['owner', 'viewer']", "owner", "owner"),
        # Who is staff for Django is another one, whom the run has already.
        ("user.role == 'staff'", "role_staff", "staff"),
    ],
)
def test_a_user_whose_column_is_compared(text: str, role: str, value: str) -> None:
    made = credential_with(text, 1, nullcontext, TODAY)
    assert made is not None
    assert (made.identity.role, User.objects.get(pk=made.identity.user_id).role) == (role, value)
    assert lacked([operation("GET /", access=Access(login=True, attributes=(text,)))], [made]) == []


@pytest.mark.parametrize("text", ["user.is_lucky", "user.nothing.there"])
def test_nobody_is_made_of_whom_it_is_not_true(text: str) -> None:
    assert credential_with(text, 1, nullcontext, TODAY) is None
    assert not User.objects.exists()


def test_a_member_of_a_group_that_is_not_there() -> None:
    """Groups that code asks for may be made by hand only; one of several is enough."""
    user = User.objects.create(username="one")
    user.groups.add(Group.objects.create(name="chiefs"))
    credential = Credential(identity=Identity(role="user", user_id=str(user.pk)), password="")
    asked = (("chiefs", "editors"), ("managers",))
    operations = [operation(f"GET /{one[0]}/", access=Access(login=True, groups=one)) for one in asked]
    assert lacked(operations, [credential]) == ["group managers"]
    made = credential_with("group managers", 1, nullcontext, TODAY)
    assert made is not None
    assert [one.name for one in User.objects.get(pk=made.identity.user_id).groups.all()] == ["managers"]


@pytest.mark.parametrize("gives", [True, False])
def test_a_user_with_a_second_factor(monkeypatch: pytest.MonkeyPatch, *, gives: bool) -> None:
    """No password shows that, so the session is made; without a device there is no such user."""
    assert verified_credential(nullcontext) is None
    monkeypatch.setattr(attributed, "asks_for_devices", lambda: True)
    monkeypatch.setattr(attributed, "give_device", lambda key: gives)
    made = verified_credential(nullcontext)
    assert (made.identity.role, made.way) == ("verified", LoginWay.SESSION) if made is not None else not gives
    assert User.objects.exists() is gives


def test_members_that_a_run_would_make() -> None:
    """Of groups of which nobody is there: what they may is known before they are there, and no code runs for it."""
    user = User.objects.create(username="one")
    user.groups.add(Group.objects.create(name="chiefs"))
    group = Group.objects.create(name="clerks")
    group.permissions.add(Permission.objects.get(codename="add_project"))
    known = [Identity(role="user", user_id=str(user.pk)), Identity(role="clerks", username="loadaudit-clerks")]
    asked = (("chiefs",), ("clerks",), ("new ones", "newer"), ("new ones", "chiefs"))
    operations = [operation(f"GET /{n}/", access=Access(login=True, groups=one)) for n, one in enumerate(asked)]
    assert members_to_make(operations, known) == (Identity(role="new ones", username="loadaudit-new-ones"),)
    assert member_for(Access(login=True, permissions=("projects.add_project",)), known) == known[1]
    assert member_for(Access(login=True, permissions=("projects.view_project",)), known) is None


def test_what_takes_a_permission_is_meant_for_who_has_it(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """By a group or alone; of the staff, who may anything, nothing is said, and the ordinary user goes first.

    A plan asks once.
    """
    users = {name: User.objects.create(username=f"meant_{name}") for name in ("user", "Clerks", "other")}
    group = Group.objects.create(name="meant")
    group.permissions.add(Permission.objects.get(codename="add_project"))
    users["Clerks"].groups.add(group)
    identities = [Identity(role=name, user_id=str(one.pk)) for name, one in users.items()]
    asked = Access(login=True, permissions=("projects.add_project",))
    assert member_for(asked, identities) == identities[1]
    assert member_for(asked, [replace(identities[1], staff=True), identities[2]]) is None
    assert member_for(replace(asked, permissions=("projects.add_project", "projects.view_project")), identities) is None
    with rows_kept():
        assert member_for(asked, identities) == identities[1]
        with django_assert_num_queries(0):
            assert member_for(asked, identities) == identities[1]
    owned = Parameter(name="pk", converter="int", owner_field="owner", owner_evidence=Evidence.INFERRED)
    of_rows = operation("POST /<int:pk>/approve/", access=asked, parameters=(owned,))
    assert deciding_on_others(of_rows, identities[1]).parameters[0].owner_evidence is Evidence.ASSUMED
    assert deciding_on_others(of_rows, identities[0]) == of_rows
    # Who has found a row and has none of its own acts on those of others.
    assert beyond_own(of_rows, ("an address",)) == of_rows
    assert beyond_own(of_rows, NoValue(reason="")) == deciding_on_others(of_rows, identities[1])
