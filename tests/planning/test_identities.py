"""Whom a run acts as."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_save
from django.test.utils import isolate_apps
from django.utils import timezone

from loadaudit.conf import Config, UserCredential
from loadaudit.planning import copied, identities, people
from loadaudit.planning.identities import (
    ANONYMOUS,
    Credential,
    configured_credentials,
    main_identity,
)
from loadaudit.planning.people import clone_credentials, disposable_credential, expected_identities
from loadaudit.records import Identity
from tests.demo.accounts.models import User
from tests.demo.projects.models import Activity, Membership, Project

ROOT = Path(__file__).parents[2]

CUSTOM_USER = """
import json, sys
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "people", "loadaudit"],
    AUTH_USER_MODEL="people.Person",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from loadaudit.planning.people import clone_credentials
from people.models import Person
made = clone_credentials()
print(json.dumps([
    [one.identity.role, one.identity.username, one.identity.staff,
     Person.objects.get(pk=one.identity.user_id).check_password(one.password)] for one in made
]))
"""
PEOPLE = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

class People(BaseUserManager):
    def create_user(self, email, password, **more):
        person = self.model(email=email, **more)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, email, password, **more):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **more)

class Person(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    objects = People()
    USERNAME_FIELD = "email"
"""


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any, db: None) -> None:
    """Hash as fast as possible."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def user(name: str, **more: Any) -> User:
    """Make a user; the verified address is what allauth asks for."""
    made = User.objects.create_user(name, f"{name}@example.com", "old-password", **more)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def project_of(owner: User) -> Project:
    """Give somebody data."""
    from django.utils import timezone

    return Project.objects.create(owner=owner, name="p", created_at=timezone.now())


def configured(username: str) -> Identity:
    """Return the identity of one entry of USERS."""
    config = Config(users=(UserCredential(username=username, password="secret", role="owner"),))
    (credential,) = configured_credentials(config, look_up=True)
    return credential.identity


@pytest.mark.parametrize("name", ["anna", "ANNA", "anna@example.com", "Anna@Example.com"])
def test_users_are_found_by_name_and_by_address(name: str) -> None:
    """USERS has what is typed into the login form, which may be either."""
    anna = user("anna", is_staff=True)
    assert configured(name) == Identity(role="owner", username=name, user_id=str(anna.pk), staff=True)


def test_a_user_who_is_not_here_has_no_key() -> None:
    """A remote target has users of its own."""
    assert configured("nobody@example.com") == Identity(role="owner", username="nobody@example.com")


def test_a_project_without_users_of_djangos(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its own, whom no trace shows; the plan does not end on that."""

    def missing() -> None:
        raise ImproperlyConfigured("AUTH_USER_MODEL refers to model 'auth.User' that has not been installed")

    monkeypatch.setattr(identities, "get_user_model", missing)
    assert identities.credential_of("one") is None
    monkeypatch.setattr(people, "apps", SimpleNamespace(is_installed=lambda name: False))
    assert "@scenario" in people.who_may()


def test_without_look_up_the_role_tells_staff() -> None:
    """No database is asked."""
    config = Config(users=(UserCredential(username="x", password="p", role="site-staff"),))
    (credential,) = configured_credentials(config, look_up=False)
    assert (credential.identity.staff, credential.identity.user_id) == (True, "")


def test_the_user_who_owns_most_is_chosen() -> None:
    """Pages full of data show more than empty ones."""
    poor, rich = user("poor"), user("rich")
    project_of(poor)
    for _ in range(3):
        project_of(rich)
    assert clone_credentials()[0].identity.user_id == str(rich.pk)


def test_models_without_a_table_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody imports the models of an app that is not installed."""
    rich = user("rich")
    project_of(rich)
    monkeypatch.setattr(Activity._meta, "db_table", "nowhere")
    assert clone_credentials()[0].identity.user_id == str(rich.pk)


def test_inactive_users_and_staff_are_passed_over() -> None:
    """The one cannot log in, the other sees what users do not."""
    # The row that django-guardian keeps for whoever is not logged in.
    user("AnonymousUser")
    gone, boss, plain = user("gone", is_active=False), user("boss", is_staff=True), user("plain")
    for owner in (gone, boss):
        project_of(owner)
    assert clone_credentials()[0].identity.user_id == str(plain.pk)


def test_names_of_users_may_be_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of their phones are."""
    plain = user("plain")
    monkeypatch.setattr(User, "USERNAME_FIELD", "id")
    assert expected_identities()[0].user_id == str(plain.pk)


def test_only_the_password_changes() -> None:
    """No other column, no save() and no signal of the project's, which may send mail."""
    anna = user("anna")
    before: dict[str, Any] = dict(User.objects.filter(pk=anna.pk).values().get())
    saved: list[Any] = []

    def note(**kwargs: Any) -> None:
        saved.append(kwargs)

    user("boss", is_staff=True, is_superuser=True)
    user("somebody")
    post_save.connect(note, sender=User)
    try:
        credential = clone_credentials()[0]
    finally:
        post_save.disconnect(note, sender=User)
    after: dict[str, Any] = dict(User.objects.filter(pk=anna.pk).values().get())
    assert {name for name in before if before[name] != after[name]} == {"password"}
    assert User.objects.get(pk=anna.pk).check_password(credential.password)
    assert saved == []


def test_whoever_the_run_acts_as_has_a_verified_address() -> None:
    """Where nobody has one, a login may be refused, or a part of the pages."""
    anna, bert = user("anna"), user("bert")
    EmailAddress.objects.filter(user=anna).update(verified=False)
    EmailAddress.objects.create(user=anna, email="second@example.com")
    EmailAddress.objects.filter(user=bert).delete()
    for one in (anna, bert):
        User.objects.exclude(pk=one.pk).update(is_active=False)
        User.objects.filter(pk=one.pk).update(is_active=True)
        assert clone_credentials()[0].identity.user_id == str(one.pk)
        assert set(EmailAddress.objects.filter(user=one).values_list("verified", flat=True)) == {True}


def test_there_is_an_account_to_change() -> None:
    """Where the run acts as everybody there is, one more is made: whoever changes its own account is locked out."""
    user("anna")
    user("boss", is_staff=True, is_superuser=True)
    used = {one.identity.user_id for one in clone_credentials()}
    assert [str(one.pk) in used for one in User.objects.order_by("pk")] == [True, True, False]


def test_the_login_name_is_the_address_where_the_form_asks_for_it() -> None:
    """allauth is set to log in by e-mail here."""
    user("anna")
    assert clone_credentials()[0].identity.username == "anna@example.com"


@pytest.mark.parametrize(("method", "name"), [("username", "anna"), ("email", "anna@example.com")])
def test_an_older_allauth_has_another_setting_for_what_is_typed(
    monkeypatch: pytest.MonkeyPatch, method: str, name: str
) -> None:
    """One with a name for each combination, and no LOGIN_METHODS."""
    user("anna")
    monkeypatch.setattr("allauth.account.app_settings", SimpleNamespace(AUTHENTICATION_METHOD=method))
    assert clone_credentials()[0].identity.username == name


def test_users_are_created_where_none_exist() -> None:
    """One ordinary, one of the staff, and one of each other role that a user may have, all able to log in."""
    known = clone_credentials()
    assert {one.role: one.identity.staff for one in known} == {"user": False, "staff": True, "viewer": False}
    for one in known:
        made = User.objects.get(pk=one.identity.user_id)
        assert made.role == ("viewer" if one.role == "viewer" else "owner")
        assert made.check_password(one.password)
        assert EmailAddress.objects.filter(user=made, verified=True).exists()


def test_users_are_created_for_a_model_of_the_projects_own(tmp_path: Path) -> None:
    """With the e-mail address as name and a manager that demands a password."""
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "__init__.py").touch()
    (tmp_path / "people" / "models.py").write_text(PEOPLE)
    script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n{CUSTOM_USER}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        ["user", "loadaudit-user@example.com", False, True],
        ["staff", "loadaudit-staff@example.com", True, True],
    ]


class Plain:
    """A user of a model that is without Django's base class."""

    USERNAME_FIELD = "email"
    email, pk, is_active, has_usable_password = "anna@example.com", 7, True, True


def test_users_without_the_base_class_of_djangos(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have the fields that Django asks for, and none of its methods."""
    monkeypatch.setattr(people, "_people", lambda: [SimpleNamespace(role="user", user=Plain(), staff=False)])
    monkeypatch.setattr(people, "_created_user", lambda *_, **__: Plain())
    assert expected_identities()[0].username == "anna@example.com"
    made = people.disposable_credential(0, staff=False)
    assert made is not None
    assert made.identity.username == "anna@example.com"


def test_who_is_made_has_what_nearly_all_have() -> None:
    """Such as a profile, which a sign-up would have made; what half of them have is a matter of theirs."""
    anna, berta, new = user("anna"), user("berta"), user("new")
    project = Project.objects.create(name="one", owner=anna, created_at=timezone.now())
    Membership.objects.all().delete()
    relation = SimpleNamespace(related_model=Membership, field=Membership._meta.get_field("user"))
    Membership.objects.create(project=project, user=anna)
    copied._give(relation, new, "new", anna)
    assert not Membership.objects.filter(user=new).exists()
    Membership.objects.create(project=project, user=berta)
    for _ in range(2):
        copied._give(relation, new, "new", anna)
    assert Membership.objects.get(user=new).project == project


def test_expected_identities_change_nothing() -> None:
    """`plan` says whom a run would act as without a clone to write to."""
    anna = user("anna")
    before = list(User.objects.values())
    ordinary, staff = expected_identities()
    assert (ordinary.user_id, staff.user_id, staff.username) == (str(anna.pk), "", "loadaudit-staff")
    assert list(User.objects.values()) == before


def test_staff_of_a_model_that_has_done_away_with_is_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its property may raise, and the column is the one of Django's documentation."""

    class Member:
        def __init__(self) -> None:
            self.is_admin = True

        @property
        def is_staff(self) -> bool:
            raise RuntimeError("Do not use")

    assert identities.is_staff(Member())
    for names, columns in (
        ({"is_staff", "is_superuser", "is_admin"}, ["is_staff", "is_superuser"]),
        ({"is_admin"}, ["is_admin"]),
        ({"email"}, []),
    ):
        monkeypatch.setattr(people, "_concrete_names", lambda names=names: names)
        assert people._staff_columns() == columns


def test_no_password_in_a_repr() -> None:
    """It would get into logs."""
    assert "secret" not in repr(Credential(identity=ANONYMOUS, password="secret"))


def test_the_main_identity() -> None:
    """An ordinary user first, then whoever there is, then nobody."""
    staff, plain = Identity(role="staff", staff=True), Identity(role="user")
    assert main_identity([staff, plain]) is plain
    assert main_identity([staff]) is staff
    assert main_identity([]) is ANONYMOUS


def test_members_of_other_groups_stand_for_their_roles() -> None:
    """What neither the ordinary user nor the staff may do, a member of some group may; one is made where none is.

    A group may be called after those whom the admin lets in, and have other members.
    """
    rich, mia = user("rich"), user("mia")
    project_of(rich)
    for name, member in (("readers", rich), ("staff", mia), ("night shift", None)):
        group = Group.objects.create(name=name)
        if member is not None:
            member.groups.add(group)
    people = {one.identity.role: one.identity for one in clone_credentials()}
    assert list(people) == ["user", "staff", "group staff", "night shift"]
    assert people["group staff"].user_id == str(mia.pk)
    made = User.objects.get(pk=people["night shift"].user_id)
    assert (made.username, [str(one) for one in made.groups.all()]) == ("loadaudit-night-shift", ["night shift"])
    assert [one.role for one in expected_identities()] == list(people)


def test_whoever_is_made_is_active(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some projects let new users wait for a mail, which the run could not answer before it logs in."""
    made = User.objects.create_user("slow", "slow@example.com", "p", is_active=False)
    monkeypatch.setattr(people, "_created_user", lambda name, password, **_: made)
    assert disposable_credential(1, staff=False) is not None
    assert User.objects.get(pk=made.pk).is_active


@isolate_apps("django.contrib.auth")
def test_groups_may_be_rows_of_the_projects_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relation takes rows of the very model that it leads to, as a proxy with another name is one."""

    class Role(Group):
        class Meta:
            proxy = True
            app_label = "auth"

    Group.objects.create(name="editors")
    assert people.group_model() is Group
    monkeypatch.setattr(people, "group_model", lambda: Role)
    assert {type(one.group) for one in people._of_groups(None)} == {Role}


def test_a_role_that_only_staff_have_is_taken_from_them() -> None:
    """Beside a superuser who has none of the project's own roles; who has it already stands for it once."""
    project_of(user("rich", role="owner"))
    user("chief", role="viewer", is_staff=True, is_superuser=True)
    boss = user("boss", role="boss", is_staff=True)
    people = {one.identity.role: one.identity for one in clone_credentials()}
    assert list(people) == ["user", "staff", "boss"]
    for number in range(5):
        Group.objects.create(name=f"empty {number}")
    people = {one.identity.role: one.identity for one in clone_credentials()}
    assert list(people) == ["user", "staff", "boss", "empty 0", "empty 1", "empty 2"]
    assert (people["boss"].user_id, people["boss"].staff) == (str(boss.pk), True)


def test_a_user_is_copied_where_the_manager_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be unique is made anew, everything else stays as it is."""
    user("anna", first_name="Anna")
    monkeypatch.setattr(type(User.objects), "create_user", lambda self, invitation: None)
    credential = disposable_credential(1, staff=False)
    assert credential is not None
    made = User.objects.get(pk=credential.identity.user_id)
    assert (made.first_name, made.username.startswith("loadaudit-disposable-1-")) == ("Anna", True)
    assert made.check_password(credential.password)


def test_a_user_is_made_past_a_manager_that_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a name for users whose model has done away with names, where there is nobody to copy."""
    for name in ("create_user", "create_superuser"):
        monkeypatch.setattr(type(User.objects), name, lambda self, username: None)
    made = {one.role: User.objects.get(pk=one.user_id) for one in clone_credentials()}
    assert {role: one.is_superuser for role, one in made.items()} == {"user": False, "staff": True, "viewer": False}


def test_a_user_model_without_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory keeps them; the run's users are made all the same, and get sessions."""
    user("anna")
    monkeypatch.delattr(AbstractBaseUser, "set_password")
    assert disposable_credential(1, staff=False) is not None
