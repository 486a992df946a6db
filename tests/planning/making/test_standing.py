"""Rows that open to a user what turned the user away."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps.registry import Apps
from django.contrib.auth.mixins import UserPassesTestMixin
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import path
from django.views import View

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.making.standing import _asked_and_had, _standing, _unlinked, standings, values_named
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.of_user import RowsOfUser
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Activity, Membership, Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db

PROJECT = Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk")
READ = operation("GET /projects/<int:project_id>/", parameters=(PROJECT,))
MEMBER = use(
    'SELECT 1 FROM "projects_membership" WHERE ("projects_membership"."project_id" = %s AND '
    '"projects_membership"."user_id" = %s)'
)
OWNER = use('SELECT 1 FROM "projects_project" WHERE ("projects_project"."owner_id" = %s) LIMIT 1')


class Members(UserPassesTestMixin, View):
    """Let in members, and whoever has closed a project."""

    def test_func(self) -> bool:
        """Ask a row of the user."""
        user: Any = self.request.user
        return any(one.status == Project.Status.CLOSED for one in Project.objects.filter(owner=user))

    def get(self, request: HttpRequest, **_: object) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def named(view: Any) -> Any:
    """Let in whoever has a name."""

    def inner(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        is_in = user.first_name and not (user.last_login or user.must_change)
        return view(request) if is_in else HttpResponse(status=302, headers={"Location": "/me/"})

    return inner


urlpatterns = [
    *(path("projects/<int:project_id>/", Members.as_view()), path("archive/", Members.as_view())),
    path("desk/", named(lambda request: HttpResponse())),
]


@pytest.fixture
def identity() -> Iterator[Identity]:
    """Somebody who has no rows, where the views are."""
    user = User.objects.create(username="one", email="one@example.com")
    with override_settings(ROOT_URLCONF=__name__):
        yield Identity(role="user", username="one", user_id=str(user.pk))


@pytest.fixture
def missing() -> MissingRows:
    """Return what makes rows without a fence."""
    return MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))


def refused(identity: Identity, address: str, *statements: Any) -> Try:
    """Return a try that was answered with 403 after these statements."""
    return Try(
        identity=identity,
        path=PlannedPath(path=address),
        payload=None,
        sample=sample(operation_id=READ.id),
        trace=trace(statements=statements),
        outcome=Outcome.DENIED,
        answer=None,
    )


def test_the_membership_of_the_row_in_the_address(missing: MissingRows, identity: Identity) -> None:
    """Each operation that lacks it may work with it, and it is made once."""
    _, row = projects(("draft", False), ("active", False))
    write = replace(READ, id="POST /projects/<int:project_id>/", method="POST")
    best = refused(identity, f"/projects/{row.pk}/", MEMBER)
    assert missing.make_for([(READ, best), (write, best)], [identity]) == {READ.id, write.id}
    assert [(one.project, str(one.user_id)) for one in Membership.objects.all()] == [(row, identity.user_id)]


def test_what_is_empty_of_a_user_whom_a_decorator_sends_on(missing: MissingRows, identity: Identity) -> None:
    """Only what the code names; once it helps nothing, it is empty again."""
    best = refused(identity, "/desk/")
    best = replace(best, outcome=Outcome.OTHER_VIEW, trace=trace(refusals=("sent on by tests.named",)))
    desk = operation("GET /desk/")
    assert missing.make_for([(desk, best)], [identity]) == {desk.id}
    user = User.objects.get(pk=identity.user_id)
    assert (bool(user.first_name), user.last_name) == (True, "")
    missing.settle({desk.id})
    assert not User.objects.get(pk=identity.user_id).first_name


def test_what_a_user_belongs_to_where_a_view_asks_rows_for_it(identity: Identity) -> None:
    """No row can be without it, so that the view must have taken nothing from its user."""
    link = SimpleNamespace(name="boss", attname="boss_id", related_model=User)
    user = SimpleNamespace(boss_id=None, _meta=SimpleNamespace(local_concrete_fields=[link]))
    where = 'SELECT 1 FROM "projects_project" WHERE ("projects_project"."id" = %s AND "projects_project".{} IS NULL)'
    best = replace(refused(identity, "/projects/1/", use(where.format('"owner_id"'))), outcome=Outcome.NOT_FOUND)
    assert list(_unlinked(READ, user, best)) == ["boss"]
    user.boss_id = 1
    assert not list(_unlinked(READ, user, best))


@isolate_apps("tests.planning.making")
def test_the_only_row_that_a_user_can_have_is_the_users_own(identity: Identity) -> None:
    """No second profile is made for one that leads to another row than that of the address."""

    class Profile(models.Model):
        user = models.OneToOneField(User, models.CASCADE, related_name="+")
        project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+")

        class Meta:
            app_label = "making"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE making_profile (id integer PRIMARY KEY, user_id bigint, project_id bigint)")
        cursor.execute("INSERT INTO making_profile (id, user_id) VALUES (1, %s)", [identity.user_id])
    of_user = RowsOfUser(model=Profile, owner="user", compared=frozenset(), fixed={})
    found = _standing(of_user, projects(("active", False)), identity, refused(identity, "/desk/"))
    assert (found.row.pk, "project" in found.wanted.asked) == (1, False)


@isolate_apps("tests.planning.making")
def test_a_proxy_of_the_user_model_is_one() -> None:
    """Links to it lead to users as well."""

    class Person(User):
        class Meta:
            app_label = "making"
            proxy = True

    assert [is_user_model(one) for one in (Person, User, Project, None)] == [True, True, False, False]


def test_a_row_of_ones_own_where_others_own_all(missing: MissingRows, identity: Identity) -> None:
    """No statement has to tell: the view may compare the owner by itself."""
    (row,) = projects(("draft", False))
    assert missing.make_for([(READ, refused(identity, f"/projects/{row.pk}/"))], [identity]) == {READ.id}
    assert str(Project.objects.exclude(pk=row.pk).get().owner_id) == identity.user_id


def test_a_row_below_ones_own(missing: MissingRows, identity: Identity) -> None:
    """What belongs to a project of somebody else is found by nobody but its owner."""
    (project,) = projects(("draft", False))
    row = Activity.objects.create(project=project, user=project.owner, verb="made", created_at=project.created_at)
    parameter = replace(PROJECT, model="projects.Activity")
    best = replace(refused(identity, f"/projects/{row.pk}/", OWNER), outcome=Outcome.NOT_FOUND)
    missing.make_for([(replace(READ, parameters=(parameter,)), best)], [identity])
    assert str(Activity.objects.exclude(pk=row.pk).get().project.owner_id) == identity.user_id


def test_a_row_that_nothing_of_the_user_leaves_out(missing: MissingRows, identity: Identity) -> None:
    """No membership finds what somebody has dismissed: another row gets it, and no more is dismissed."""
    row, other = projects(("draft", False), ("draft", False))
    Activity.objects.create(project=row, user_id=int(identity.user_id), verb="dismissed", created_at=row.created_at)
    table = '"projects_project"'
    page = use(
        f'SELECT {table}."id" FROM {table} INNER JOIN "projects_membership" ON ({table}."id" = "projects_membership".'
        f'"project_id") WHERE (NOT (EXISTS(SELECT 1 AS "a" FROM "projects_activity" U0 WHERE (U0."user_id" = %s AND '
        f'U0."project_id" = ({table}."id")) LIMIT 1)) AND "projects_membership"."user_id" = %s AND {table}."id" = %s)',
        rows=0,
    )
    best = replace(refused(identity, f"/projects/{row.pk}/", page), outcome=Outcome.NOT_FOUND)
    missing.make_for([(READ, best)], [identity])
    assert Membership.objects.filter(project=other, user_id=int(identity.user_id)).exists()
    assert Activity.objects.count() == 1


def test_a_state_that_the_code_asks_for(missing: MissingRows, identity: Identity) -> None:
    """It is taken back where it has not opened the view."""
    Project.objects.create(owner_id=int(identity.user_id), name="own", created_at="2026-01-01T00:00Z")
    page = operation("GET /archive/")
    assert missing.make_for([(page, refused(identity, "/archive/", OWNER))], [identity]) == {page.id}
    assert Project.objects.get().status == "closed"
    assert "projects.Project.status" in missing.notes()[0]
    missing.settle([page.id])
    assert Project.objects.get().status == "active"
    assert not missing.notes()


def test_what_an_operation_asks_of_a_user_who_has_it(identity: Identity) -> None:
    """No other value is better, which would shut the user out."""
    asked = replace(operation("GET /desk/"), access=replace(READ.access, attributes=("user.first_name == ''",)))
    best = replace(refused(identity, "/desk/"), outcome=Outcome.DENIED)
    user = User.objects.get(pk=identity.user_id)
    assert _asked_and_had(asked, user) == {"first_name"}
    user.first_name = "Somebody"
    assert _asked_and_had(asked, user) == frozenset()
    assert all("first_name" not in one.better for one in standings(asked, identity, best))


def test_nobody_gets_rows_who_is_no_user(missing: MissingRows, identity: Identity) -> None:
    (row,) = projects(("draft", False))
    nobody = refused(Identity(role="anonymous"), f"/projects/{row.pk}/", MEMBER)
    assert missing.make_for([(READ, nobody)], [identity]) == frozenset()


class Post(models.Model):
    """What somebody may in a team."""

    role = models.CharField(max_length=1, choices=[("g", "Guest"), ("e", "Editor"), ("b", "Team lead")])
    is_active = models.BooleanField()
    is_blocked = models.BooleanField()

    class Meta:
        app_label = "standing"
        apps = Apps()

    def __str__(self) -> str:
        return self.role


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"role", "TEAM_LEAD"}, {"role": "b"}),
        ({"role", "g"}, {"role": "g"}),
        ({"role"}, {"role": "e"}),
        ({"is_active", "is_blocked"}, {"is_active": True, "is_blocked": False}),
        ({"other"}, {}),
    ],
    ids=["a member of an enumeration", "a value", "none of them", "flags", "nothing"],
)
def test_values_that_code_names(names: set[str], expected: dict[str, object]) -> None:
    """What shuts out by its name is off; a role that nothing names is one that may much."""
    assert values_named(Post, names) == expected
