"""Rows that a manager shows within a request only: those of the user's tenant are its own."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.preflight.pools import are_read, to_prove
from loadaudit.planning.preflight.proven import with_links
from loadaudit.planning.rows import PAST_MANAGER, own_and_others
from loadaudit.planning.scoped import hides_rows
from loadaudit.records import Identity, Kind, Parameter, PlannedPath, Risk
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category
from tests.demo.projects.models import Membership, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> models.Manager[BudgetItem]:
    """Put another default manager into the model's place, whose rows a test decides."""
    made: models.Manager[BudgetItem] = models.Manager()
    made.model = BudgetItem
    monkeypatch.setitem(BudgetItem._meta.__dict__, "default_manager", made)
    return made


@pytest.fixture
def member() -> Identity:
    """Let a user take part in the second of three projects with two rows each."""
    owner, user = (User.objects.create(username=name) for name in ("its_owner", "its_member"))
    projects = [Project.objects.create(name="p", owner=owner, created_at=timezone.now()) for _ in range(3)]
    group = Category.objects.create(code="its_group")
    for project in projects:
        BudgetItem.objects.bulk_create(BudgetItem(project=project, code=code, category=group) for code in "ab")
    Membership.objects.create(project=projects[1], user=user)
    return Identity(role="user", username="its_member", user_id=str(user.pk))


SHOWN: dict[str, Any] = {
    "raises": lambda: 1 / 0,
    "nothing": lambda: BudgetItem._base_manager.none(),
    "of no tenant": lambda: BudgetItem._base_manager.filter(project=None),
}


@pytest.mark.parametrize("shown", SHOWN)
def test_rows_of_the_users_tenant_are_its_own(
    monkeypatch: pytest.MonkeyPatch, manager: models.Manager[BudgetItem], member: Identity, shown: str
) -> None:
    monkeypatch.setattr(manager, "get_queryset", SHOWN[shown])
    own, others = own_and_others(BudgetItem, (), ["pk"], member)
    mine = BudgetItem._base_manager.filter(project__memberships__user=int(member.user_id))
    assert [key for (key,) in own] == [one.pk for one in mine.order_by("pk")]
    assert len(others) == 4
    # Its pages tell for sure.
    item = Parameter(name="pk", converter="int", model="budgets.BudgetItem", model_field="pk")
    rows = [PlannedPath(path="/1/", origin="row of budgets.BudgetItem")]
    found = with_links(operation("GET /<int:pk>/", parameters=(item,)), rows, ["/2/"])
    assert [one.path for one in found] == ["/2/", "/1/"]


def test_others_in_the_own_team_come_before_those_elsewhere(member: Identity) -> None:
    """Who is in a team sees them, and may do to them what nobody does to themselves."""
    first, second, third = Project.objects.order_by("pk")
    owner = first.owner
    for project in (first, second, third):
        Membership.objects.create(project=project, user=owner)
    own, others = own_and_others(Membership, (), ["project__pk", "user__pk"], member)
    assert own == [(second.pk, int(member.user_id))]
    assert others == [(second.pk, owner.pk), (first.pk, owner.pk), (third.pk, owner.pk)]


@pytest.mark.parametrize("shown", [{}, {"quantity__lt": 0}], ids=["all", "none by a flag"])
def test_a_manager_that_leaves_out_what_is_deleted_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, manager: models.Manager[BudgetItem], member: Identity, shown: dict[str, int]
) -> None:
    monkeypatch.setattr(manager, "get_queryset", lambda: BudgetItem._base_manager.filter(**shown))
    assert not hides_rows(BudgetItem)


ITEM = Parameter(name="pk", converter="int", model="budgets.BudgetItem", model_field="pk")
ROWS = [PlannedPath(path=f"/{number}/", origin=f"row of budgets.BudgetItem{PAST_MANAGER}") for number in range(3)]
LINK = PlannedPath(path="/9/", origin="link in an answer")


def _harvest() -> Harvest:
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    harvest.paths["/<int:pk>/files/"] = {"/7/files/": None, "/9/files/": None}
    harvest.good["/<int:pk>/files/"] = {"/9/files/": None}
    return harvest


@pytest.mark.parametrize(
    ("method", "worked", "shown", "expected"),
    [
        ("GET", ROWS[0], SHOWN["raises"], ["/7/", "/1/", "/2/"]),
        ("GET", LINK, SHOWN["raises"], ["/7/", "/0/", "/1/", "/2/"]),
        ("PUT", LINK, SHOWN["raises"], ["/7/", "/0/", "/1/", "/2/"]),
        ("GET", LINK, lambda: BudgetItem._base_manager.all(), []),
        ("GET", PlannedPath(path="/9/", origin="made up"), SHOWN["raises"], []),
    ],
)
def test_rows_that_may_be_anybodys_are_sent_alone_first(
    monkeypatch: pytest.MonkeyPatch,
    manager: models.Manager[BudgetItem],
    member: Identity,
    method: str,
    worked: PlannedPath,
    shown: Any,
    expected: list[str],
) -> None:
    """Those to which pages link elsewhere come before those of whomever."""
    monkeypatch.setattr(manager, "get_queryset", shown)
    asked = operation(f"{method} /<int:pk>/", parameters=(ITEM,))
    assert [one.path for one in to_prove(asked, worked, [LINK, *ROWS], _harvest())] == expected
    # Enough have been shown.
    many = [PlannedPath(path=f"/{number}/", origin=LINK.origin) for number in range(10, 20)]
    assert len(to_prove(asked, LINK, [*many, *ROWS], _harvest())) == 0
    destroying = operation("DELETE /<int:pk>/", parameters=(ITEM,), risk=Risk.DESTRUCTIVE)
    assert to_prove(destroying, worked, [LINK, *ROWS], _harvest()) == []


@pytest.mark.parametrize(("own", "expected"), [(1, 3), (3, 1), (5, 0)])
def test_a_read_of_few_own_rows_looks_at_those_of_answers(own: int, expected: int) -> None:
    """What a list shows of others, too; a write goes to none of them unseen."""
    rows = [PlannedPath(path=f"/{number}/", origin="row of budgets.BudgetItem") for number in range(own)]
    told = [PlannedPath(path=f"/{number}/", origin=LINK.origin) for number in range(10, 16)]
    asked = operation("GET /<int:pk>/", parameters=(ITEM,))
    assert to_prove(asked, rows[0], [*rows, *told], _harvest()) == told[:expected]
    written = operation("PUT /<int:pk>/", parameters=(ITEM,), kind=Kind.WRITE)
    assert to_prove(written, rows[0], [*rows, *told], _harvest()) == []


def test_a_write_goes_to_rows_that_a_page_shows() -> None:
    asked: list[str] = []

    def page(path: str) -> Answer | None:
        asked.append(path)
        status = {"/0/files/": 200, "/1/files/": 404}.get(path)
        return Answer(status=status, text="", location="", trace=None) if status else None

    write = operation("POST /<int:pk>/open/", parameters=(ITEM,), kind=Kind.WRITE)
    rows = [replace(one, path=f"{one.path}open/") for one in ROWS]
    methods = {"/<int:pk>/files/": frozenset({"GET"})}
    assert are_read(write, rows, _harvest(), methods, page) == rows[:1]
    assert asked == ["/0/files/", "/1/files/", "/2/files/"]
    assert are_read(write, rows, _harvest(), {}, page) == []
