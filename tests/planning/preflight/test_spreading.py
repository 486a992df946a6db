"""Writes that use their row up get further rows in the state in which they worked, each for one request."""

from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.load.users import request_order
from loadaudit.planning.control import Answer
from loadaudit.planning.making.copies import RowCopies
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.planning.preflight.settle import settled
from loadaudit.planning.preflight.spreading import MOST_COPIES, spread_by
from loadaudit.planning.preflight.used_up import RowsUsed
from loadaudit.planning.rows import Which
from loadaudit.planning.rows_before import rows_there
from loadaudit.records import Identity, Operation, Parameter, Payload, Plan, PlannedPath, Risk
from tests.analysis.factories import operation, trace
from tests.demo.catalog.models import Category, Material, Supplier
from tests.demo.projects.models import Activity, Membership, Project
from tests.load.builders import user
from tests.planning.preflight.rows import projects

OF = operation(
    "POST /projects/<int:project_id>/archive/",
    parameters=(Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk"),),
    risk=Risk.MUTATING,
)
SOMEBODY = Identity(role="user", user_id="1")


class Closing:
    """A preflight whose view closes projects that are open, once each."""

    accounts = frozenset[str]()
    missing = None

    def __init__(self, copies: RowCopies | None, *, again: bool = False) -> None:
        self.used, self.candidates, self.sent, self.again = RowsUsed(copies=copies), {"user": self}, list[str](), again

    def over(self) -> bool:
        """Go on for ever."""
        return False

    def understood(self, one: Operation) -> Operation:
        """Know nothing more."""
        return one

    def rows_as(self, one: Operation, which: Which) -> list[PlannedPath]:
        """Return all rows that meet something."""
        return [at(row) for row in Project.objects.filter(**which.having).order_by("pk")]

    def payloads(self, one: Operation, path: str) -> Iterator[Payload | None]:
        """Know no body."""
        return iter(())

    def send(self, of: Operation, candidates: Any, path: PlannedPath, payload: Payload | None) -> Try:
        """Close a project."""
        self.sent.append(path.path)
        row = Project.objects.get(pk=path.path.split("/")[2])
        status = 200 if row.status == "active" else 409
        if not self.again:
            Project.objects.filter(pk=row.pk).update(status="closed")
        seen = trace(1, of.id, user_id="1", status=status, sql_writes=status == 200)
        answer = Answer(status=status, text="", location="", trace=seen, number=1)
        return self.used.note(of, judged(of, SOMEBODY, path, None, answer), row)


def at(row: Any) -> PlannedPath:
    """Return the address of a project."""
    return PlannedPath(path=f"/projects/{row.pk}/archive/", origin="row of projects.Project")


def tried(stage: Closing, row: Any, *pool: Any) -> Trial:
    """Return the trial of what worked once on a row."""
    best = stage.send(OF, None, at(row), None)
    Project.objects.filter(pk=row.pk).update(status="closed")
    return Trial(operation=OF, best=best, tries=1, pool=(at(row), *map(at, pool)), repeatable=False)


@pytest.mark.django_db
@pytest.mark.parametrize("in_pool", [False, True])
def test_each_row_in_the_state_is_sent_to_once(*, in_pool: bool) -> None:
    """Those of the project, and copies with what hangs on them; virtual users share them out and end with them."""
    first, second, third, fourth, other = projects(*[("active", False)] * 4, ("draft", False))
    Activity.objects.create(project=first, user=first.owner, verb="made", created_at=first.created_at)
    stage = Closing(RowCopies(fence=nullcontext, before=rows_there()))
    spread: Any = spread_by(stage)  # type: ignore[arg-type]
    (found,) = spread({OF.id: tried(stage, first, *(second, third, fourth) if in_pool else ())}).values()
    own = [one for one in found.once_on if one.origin == "row of projects.Project"]
    made = [one for one in found.once_on if one not in own]
    tried_first = int(made[0].path.split("/")[2]) - 2
    assert stage.sent[1:] == [at(second).path, *(f"/projects/{tried_first + n}/archive/" for n in (0, 1, 1))]
    assert at(third) in own
    assert at(other) not in own
    assert len(found.once_on) == MOST_COPIES
    assert Activity.objects.filter(project_id=made[0].path.split("/")[2], verb="made").exists()
    assert stage.used.notes() == (
        "Rows were copied on the clone for writes that use one up each: projects.Project (24).",
    )
    plan = settled(PLAN, [OF], {OF.id: found}, [SOMEBODY])
    (planned,) = plan.requests
    shares = {f"rows of {OF.id}": (0, 2)}
    sent = [path for _, path in request_order(user(positions=(0,)), [planned], 0, shares=shares)]
    assert sent == [one.path for one in found.once_on[::2]]
    assert [one.uses_rows_up for one in plan.tried] == [True]


PLAN = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=1.0)


@pytest.mark.django_db
@pytest.mark.parametrize("again", [True, False])
def test_what_another_write_has_spent_is_sent_to_copies(*, again: bool) -> None:
    """Again and again, where it does so there; without a clone it stays what works once."""
    (row,) = projects(("active", False))
    stage = Closing(RowCopies(fence=nullcontext, before=rows_there()) if again else None, again=again)
    spread: Any = spread_by(stage)  # type: ignore[arg-type]
    (found,) = spread({OF.id: tried(stage, row)}).values()
    assert (found.repeatable, len(found.pool) > 1, found.once_on) == (again, again, ())


@pytest.mark.django_db
def test_a_copy_has_other_values_where_no_two_rows_may_have_the_same() -> None:
    """A code is cut to its length; what is unique by its links gets a copy of what they lead to."""
    row = Material.objects.create(
        code="M" * 20,
        name="sand",
        category=Category.objects.create(code="c", name="c"),
        supplier=Supplier.objects.create(name="s"),
        price=1,
    )
    copies = RowCopies(fence=nullcontext, before=rows_there())
    assert [one.code for one in copies.of(row, 2, whole=True)] == ["M" * 18 + "-1", "M" * 18 + "-2"]
    assert copies.of(SimpleNamespace(), 1, whole=True) == []
    (project,) = projects(("active", False))
    member = Membership.objects.create(project=project, user=project.owner)
    made = copies.of(member, 2, whole=True)
    assert len({one.project_id for one in (member, *made)}) == 3, "one may be in a project once, and it is there again"
    assert {one.user_id for one in made} == {project.owner_id}
    Membership.objects.filter(pk=member.pk).delete()


@pytest.mark.django_db
def test_users_are_not_copied() -> None:
    """Two with one address, of which a login by it would find neither."""
    (one,) = projects(("active", False))
    assert RowCopies(fence=nullcontext, before=rows_there()).of(one.owner, 2, whole=True) == []
