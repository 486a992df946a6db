"""Rows that the run makes on its clone, through the project's own models."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from loadaudit.planning.making.fields import Fill, fields_of
from loadaudit.planning.making.rows import RowMaker
from loadaudit.records import Identity
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem, Fund
from tests.demo.projects.models import Membership, Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db

FILLS: tuple[Fill, ...] = ("needed", "plain", "every")


@pytest.fixture
def fences() -> list[str]:
    """What the fence has seen."""
    return []


@pytest.fixture
def maker(fences: list[str]) -> RowMaker:
    """A maker whose fence notes that it was put up and taken down."""

    @contextmanager
    def fence() -> Iterator[None]:
        fences.append("up")
        yield
        fences.append("down")

    return RowMaker(fence=fence, today=date(2026, 3, 1))


def owner() -> tuple[User, Identity]:
    """Return a user, who is not the first, and the identity of a run that acts as them."""
    User.objects.create(username="first")
    user = User.objects.create(username="second")
    return user, Identity(role="user", username="second", user_id=str(user.pk))


def test_what_is_asked_of_a_row_that_it_belongs_to(maker: RowMaker) -> None:
    """One that is there is taken, and one is made where none meets it."""
    _, identity = owner()
    assert maker.make(Membership, identity, {"project__is_archived": True}, ())
    assert Membership.objects.get().project.is_archived
    assert maker.make(Membership, identity, {"project__is_archived": True}, ())
    assert Project.objects.count() == 1


def test_moments_that_have_passed_or_come(maker: RowMaker) -> None:
    _, identity = owner()
    now = timezone.now()
    assert maker.make(Project, identity, {"created_at__gte": now, "created_at__isnull": False}, ())
    assert Project.objects.filter(created_at__gte=now).exists()


def test_a_row_belongs_to_the_identity_and_has_been(maker: RowMaker, fences: list[str]) -> None:
    """What is published is published already, and the project's own code runs behind the fence only."""
    user, identity = owner()
    assert maker.make(Project, identity, {}, ())
    row = Project.objects.get()
    assert row.owner == user
    assert row.name
    assert row.status == "active"
    assert row.created_at < timezone.now()
    assert fences == ["up", "down"]


def test_parents_are_made_with_their_children(maker: RowMaker) -> None:
    """A row that needs others brings them along, and all are counted."""
    _, identity = owner()
    assert maker.make(BudgetItem, identity, {}, ())
    assert BudgetItem.objects.get().project == Project.objects.get()
    assert maker.made == {"projects.Project": 1, "catalog.Category": 1, "budgets.BudgetItem": 1}
    assert maker.notes() == (
        "3 rows were made on the clone for operations that found none they could use: "
        "budgets.BudgetItem (1), catalog.Category (1), projects.Project (1).",
    )


def test_a_parent_of_ones_own_is_taken(maker: RowMaker) -> None:
    user, identity = owner()
    (own,) = projects(("draft", False))
    Project.objects.update(owner=user)
    assert maker.make(BudgetItem, identity, {}, ())
    assert BudgetItem.objects.get().project == own


def test_what_belongs_below_somebody_elses_row_gets_one_of_its_own(maker: RowMaker) -> None:
    """The view that looks for the row asks for that of the user; unless none can be made."""
    user, identity = owner()
    projects(("draft", False))
    assert maker.make(BudgetItem, identity, {}, ())
    assert BudgetItem.objects.get().project.owner == user


def test_somebody_elses_row_is_better_than_none(maker: RowMaker, monkeypatch: Any) -> None:
    _, identity = owner()
    (others,) = projects(("draft", False))
    monkeypatch.setattr(Project, "full_clean", lambda self: 1 / 0)
    assert maker.make(BudgetItem, identity, {}, ())
    assert BudgetItem.objects.get().project == others
    assert "projects.Project" not in maker.made


def test_what_is_asked_of_the_row_is_met(maker: RowMaker) -> None:
    """Flags, columns that are not empty and columns that are."""
    _, identity = owner()
    assert maker.make(Project, identity, {"is_archived": True, "area_m2__isnull": False}, ())
    assert maker.make(Project, identity, {"area_m2__isnull": True}, ["client"])
    archived, other = Project.objects.order_by("pk")
    assert (archived.is_archived, archived.area_m2 is not None) == (True, True)
    assert (other.client != "", other.area_m2) == (True, None)


def test_unique_columns_stay_so(maker: RowMaker) -> None:
    _, identity = owner()
    assert maker.make(Fund, identity, {}, ())
    assert maker.make(Fund, identity, {}, ())
    assert len(set(Fund.objects.values_list("name", flat=True))) == 2


def test_what_the_model_refuses_is_told_once_and_leaves_nothing(maker: RowMaker, monkeypatch: Any) -> None:
    """Parents that were made for it go again with it."""
    _, identity = owner()

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("the season is over")

    monkeypatch.setattr(BudgetItem, "save", refuse)
    assert not maker.make(BudgetItem, identity, {}, ())
    assert maker.refused == {"budgets.BudgetItem": "RuntimeError: the season is over"}
    assert (Project.objects.count(), maker.made) == (0, {})
    monkeypatch.undo()
    assert not maker.make(BudgetItem, identity, {}, ())


def test_a_parent_that_cannot_be_made_is_given_up_once(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again for each way to make its child, whose number is that of its ways to the power of the depth."""
    _, identity = owner()
    tried: list[str] = []

    def check(row: Any) -> None:
        tried.append(row.name)
        raise ValidationError({"name": "There are enough."})

    monkeypatch.setattr(Project, "clean", check)
    assert not maker.make(Project, identity, {}, ())
    alone = len(tried)
    assert not maker.make(Membership, identity, {}, ())
    assert len(tried) == 2 * alone


def test_users_are_not_made_here(maker: RowMaker) -> None:
    """Whom a run acts as is decided elsewhere."""
    _, identity = owner()
    assert not maker.make(User, identity, {}, ())


def test_one_of_two_links_that_exclude_each_other(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint wants one, neither none nor both: optional columns are filled one at a time."""
    _, identity = owner()
    tried: list[set[str]] = []

    def check(row: Any) -> None:
        filled = {name for name in ("supplier", "assignee") if getattr(row, f"{name}_id") is not None}
        tried.append(filled)
        if len(filled) != 1:
            raise ValidationError("Constraint “one target” is violated.")

    monkeypatch.setattr(BudgetItem, "clean", check)
    assert maker.make(BudgetItem, identity, {}, ())
    assert len(tried[-1]) == 1


def test_a_link_that_only_forms_leave_out(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model's own `save()` breaks without it."""
    _, identity = owner()
    save = BudgetItem.save

    def own_save(row: Any, **options: Any) -> None:
        if row.supplier_id is None:
            raise ValueError("no supplier")
        save(row, **options)

    monkeypatch.setattr(BudgetItem, "save", own_save)
    monkeypatch.setattr(BudgetItem._meta.get_field("supplier"), "editable", False)
    assert maker.make(BudgetItem, identity, {}, ()), maker.refused


def test_a_set_that_must_be_unique_gets_another_link(maker: RowMaker) -> None:
    """First one that is there, then one that is made for it; the owner stays."""
    user, identity = owner()
    projects(("draft", False))
    for _ in range(3):
        assert maker.make(Membership, identity, {}, ()), maker.refused
    assert Membership.objects.filter(user=user).count() == len({one.project_id for one in Membership.objects.all()})
    assert Membership.objects.count() == 3


@pytest.mark.parametrize(
    "limits",
    [
        {"is_archived": True},
        Q(is_archived=True, name__contains="a"),
        lambda: Q(Q(is_archived__exact=True), created_at__isnull=False) & ~Q(name="none"),
        {"is_archived__in": [True]},
    ],
)
def test_a_link_points_to_a_row_that_its_model_allows(
    maker: RowMaker, monkeypatch: pytest.MonkeyPatch, limits: Any
) -> None:
    """One is made where there is none; what is no plain look-up is asked of rows that are there only."""
    _, identity = owner()
    projects(("draft", False))
    monkeypatch.setattr(Membership._meta.get_field("project").remote_field, "limit_choices_to", limits)
    assert maker.make(Membership, identity, {}, ()), maker.refused
    assert Membership.objects.get().project.is_archived


def test_what_may_stay_empty_is_filled_with_texts_before_links() -> None:
    """A link may be one of several that exclude each other."""
    filled = {kind: {one.name for one in fields_of(BudgetItem, (), kind)} for kind in FILLS}
    assert "assignee" not in filled["needed"] | filled["plain"]
    assert "assignee" in filled["every"]
    assert [("client" in {one.name for one in fields_of(Project, (), kind)}) for kind in FILLS] == [False, True, True]


def test_an_error_without_fields_is_one_of_the_whole_row(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `full_clean` of the project's own may raise any."""

    def full_clean(one: Fund, **_: Any) -> None:
        raise ValidationError("no")

    monkeypatch.setattr(Fund, "full_clean", full_clean)
    _, identity = owner()
    assert not maker.make(Fund, identity, {}, ())
    assert maker.refused == {"budgets.Fund": "ValidationError: no"}


def test_an_error_of_what_is_no_column_is_one_of_the_whole_row(
    maker: RowMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `{"error": …}`, which ends the making of no row by itself."""

    def clean(one: Fund) -> None:
        raise ValidationError({"error": "no"})

    monkeypatch.setattr(Fund, "clean", clean)
    _, identity = owner()
    assert not maker.make(Fund, identity, {}, ())
    assert maker.refused == {"budgets.Fund": "ValidationError: error: no"}


def test_links_that_are_accused_together_exclude_each_other(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that names each of them when none is filled, and again when all are, wants one."""
    _, identity = owner()

    def check(row: Any) -> None:
        if (row.supplier_id is None) == (row.assignee_id is None):
            raise ValidationError({name: ["Only one must be set."] for name in ("supplier", "assignee")})

    monkeypatch.setattr(BudgetItem, "clean", check)
    assert maker.make(BudgetItem, identity, {}, ())
    made = BudgetItem.objects.get()
    assert (made.supplier_id is None) != (made.assignee_id is None)


def test_a_manager_that_wants_a_tenant_refuses_no_row(maker: RowMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unique it tells within a request only; the columns are looked at all the same."""

    def refuse(row: Any, *given: Any, **more: Any) -> None:
        raise RuntimeError("no tenant is active")

    _, identity = owner()
    monkeypatch.setattr(Project, "validate_unique", refuse)
    assert maker.make(Project, identity, {}, ())
    assert not maker.make(Project, identity, {"status": "no such status"}, ())
