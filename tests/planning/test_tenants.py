"""Who is a member of which tenant, in which role, and which rows are of the own one."""

from typing import Any, cast

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.test.utils import isolate_apps

from loadaudit.planning import members, people, tenants
from loadaudit.planning.members import roles_beside
from loadaudit.planning.people import clone_credentials, expected_identities
from loadaudit.planning.rows import Which, own_and_others, with_maker
from loadaudit.planning.rows_before import OF_THE_RUN, RowsBefore
from loadaudit.planning.tenants import Membership, memberships, of_own_tenants, standing_in_tenants
from loadaudit.records import Identity
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category
from tests.demo.projects.models import Activity, Project
from tests.planning.preflight.rows import projects

WORK = Membership(model=Activity, user="user", tenant="project", role="verb", flags=())


@isolate_apps("tests.planning.extra")
def test_what_makes_users_members() -> None:
    """A role, a flag, the only row of a user, a name, or a list of members; no wishes, and no links of small tables."""
    user: Any = get_user_model()

    class Org(models.Model):
        members: Any = models.ManyToManyField(user, related_name="+")
        fans: Any = models.ManyToManyField(user, related_name="+")

        class Meta:
            app_label = "extra"

    class Plan(models.Model):
        """Nothing but one thing hangs on it."""

        class Meta:
            app_label = "extra"

    def linked(name: str, meta: dict[str, Any] | None = None, **fields: Any) -> Any:
        column: Any = models.ForeignKey(user, models.CASCADE, related_name="+")
        of: Any = models.ForeignKey(Org, models.CASCADE)
        given = {
            "user": column,
            "org": of,
            **fields,
            "__module__": __name__,
            "Meta": type("Meta", (), {"app_label": "extra", **(meta or {})}),
        }
        return type(name, (models.Model,), given)

    pair = {"unique_together": [("user", "org")]}
    kinds = [("owner", "Owner"), ("guest", "Guest")]
    roled = linked("Place", pair, role=models.CharField(max_length=9, choices=kinds))
    flagged = linked("Seat", pair, is_admin=models.BooleanField(default=False))
    alone = linked("Card", user=models.OneToOneField(user, models.CASCADE, related_name="+"))
    named = linked("OrgMember", plan=models.ForeignKey(Plan, models.CASCADE))
    wish = linked("Wish", pair)

    def found(model: Any) -> list[tuple[str, str, str, tuple[str, ...]]]:
        return [(one.user, one.tenant, one.role, one.flags) for one in tenants._of(model)]

    assert found(roled) == [("user", "org", "role", ())]
    assert found(flagged) == [("user", "org", "", ("is_admin",))]
    assert found(alone) == found(named) == [("user", "org", "", ())]
    assert found(wish) == []
    assert [one.tenant for one in tenants._of(Org.members.through)] == ["org"]
    assert not list(tenants._of(Org.fans.through))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[Project]:
    """Let what somebody did in a project be the role there; return three of them."""
    for one in (tenants, members):
        monkeypatch.setattr(one, "memberships", lambda: (WORK,))
    return projects(*[("active", False)] * 3)


def took_part(project: Project, name: str, verb: str) -> User:
    """Return a user with a role in a project."""
    user, _ = User.objects.get_or_create(username=name)
    Activity.objects.create(project=project, user=user, verb=verb, created_at=project.created_at)
    return user


@pytest.mark.django_db
def test_rows_of_the_own_tenants_come_first(work: list[Project]) -> None:
    """Where none is the user's own; whoever is a member of none has none."""
    group = Category.objects.create(code="its_group")
    items = [BudgetItem.objects.create(project=one, code="a", category=group) for one in work]
    user = took_part(work[1], "its_member", "edits")
    member, stranger = Identity(role="user", user_id=str(user.pk)), Identity(role="user", user_id="0")
    assert own_and_others(BudgetItem, (), ["pk"], member)[0] == [(items[1].pk,)]
    assert of_own_tenants(Project, member) == {"pk__in": [work[1].pk]}
    assert own_and_others(BudgetItem, (), ["pk"], stranger)[0] == []
    assert standing_in_tenants(member) == {Project: {work[1].pk: frozenset({"projects.Activity", "verb=edits"})}}


@pytest.mark.django_db
def test_rows_of_the_tenant_go_before_what_the_run_has_made(work: list[Project]) -> None:
    """Where the user has no others."""
    group, user = Category.objects.create(code="its_group"), took_part(work[1], "its_member", "edits")
    shared = BudgetItem.objects.create(project=work[1], code="a", category=group)
    project = Project.objects.create(owner=user, name="p", created_at=work[0].created_at)
    made = BudgetItem.objects.create(project=project, code="b", category=group)
    which = Which(before=RowsBefore(highest={"budgets.BudgetItem": shared.pk}))
    own, _ = with_maker(BudgetItem, (), ["pk"], Identity(role="user", user_id=str(user.pk)), which)
    assert own == [((shared.pk,), ""), ((made.pk,), OF_THE_RUN)]


@pytest.mark.django_db
def test_one_user_for_each_other_role_of_the_tenant(work: list[Project], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may more comes first, owners behind other managers, and who is in no other tenant; one of each."""
    ordinary = took_part(work[0], "plain", "views")
    took_part(work[1], "plain", "manages")
    both = took_part(work[0], "both", "edits")
    took_part(work[1], "both", "views")
    for name, verb in (("first", "edits"), ("boss", "owner"), ("chief", "manages"), ("other", "views")):
        took_part(work[0], name, verb)
    found = list(roles_beside(ordinary, User.objects.all(), 4))
    names = {one.pk: one.username for one in User.objects.all()}
    assert [(one.name, names[cast(int, one.user_id)]) for one in found] == [
        ("manages", "chief"),
        ("owner", "boss"),
        ("edits", "first"),
    ]
    assert both.pk not in [one.user_id for one in found]
    monkeypatch.setattr(people, "_busiest_user", lambda: ordinary)
    expected = [one.role for one in expected_identities()]
    known = {one.identity.role: one.identity for one in clone_credentials()}
    assert [role for role, one in known.items() if one.member] == ["manages", "owner", "edits"]
    assert expected == list(known)


@pytest.mark.django_db
def test_a_role_that_nobody_has_is_given_to_a_new_user(work: list[Project], monkeypatch: pytest.MonkeyPatch) -> None:
    """By a row like another one of the tenant."""
    ordinary, new = took_part(work[0], "plain", "views"), User.objects.create(username="new")
    monkeypatch.setattr(Activity._meta.get_field("verb"), "choices", [("views", "Views"), ("leads", "Leads")])
    (role,) = roles_beside(ordinary, User.objects.all(), 4)
    assert (role.name, role.user_id) == ("leads", None)
    assert role.give(new)
    assert [(one.project_id, one.verb) for one in Activity.objects.filter(user=new)] == [(work[0].pk, "leads")]
    # What tells rows apart is not copied.
    monkeypatch.setattr(Activity._meta, "unique_together", [("created_at", "project")])
    assert not role.give(new)


def test_the_demo_has_members_of_projects() -> None:
    """As its through model says."""
    assert "projects.Membership" in {one.model._meta.label for one in memberships()}
