"""Which of its rows each operation is sent to."""

from dataclasses import replace
from uuid import uuid4

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning import build
from loadaudit.planning.build import PlanOptions, build_plan, identity_for, with_rows_chosen
from loadaudit.planning.preflight.proven import roles_in_line
from loadaudit.planning.values import NoValue
from loadaudit.records import Access, Identity, Inventory, Kind, Parameter, Plan
from tests.analysis.factories import operation
from tests.load.builders import planned

PATHS = [f"/rows/{n}/" for n in range(10)]
PLAN = Plan(
    requests=(planned("GET /rows/<int:pk>/", *PATHS),), exclusions=(), identities=(), users=1, duration_s=None, seed=5
)


def rows(plan: Plan, count: int | None = None) -> list[str]:
    """Return the addresses of the one request."""
    return [one.path for one in with_rows_chosen(plan, count).requests[0].paths]


def test_the_seed_chooses_the_rows() -> None:
    """The same ones for the same seed, others for another, and few of them with --hot-rows."""
    assert rows(PLAN) == rows(PLAN)
    assert sorted(rows(PLAN)) == PATHS
    assert rows(replace(PLAN, seed=0)) == PATHS
    assert rows(replace(PLAN, seed=6)) != rows(PLAN) != PATHS
    assert rows(PLAN, 2) == rows(PLAN)[:2]
    assert set(rows(PLAN, 2)) != set(rows(replace(PLAN, seed=6), 2))


def test_few_rows_bring_users_together() -> None:
    """Whatever is done to a row, and to what belongs to it, is done to the same ones."""
    edits = planned("POST /rows/<int:pk>/edit/", *(f"{path}edit/" for path in reversed(PATHS)))
    children = planned(
        "GET /rows/<int:row>/lines/<int:pk>/", *(f"{path}lines/{n}/" for path in PATHS for n in range(2))
    )
    plan = with_rows_chosen(replace(PLAN, requests=(*PLAN.requests, edits, children)), 2)
    read, edited, shown = ([one.path for one in request.paths] for request in plan.requests)
    assert edited == [f"{path}edit/" for path in read]
    assert {path.partition("lines")[0] for path in shown} == {read[0]}


@pytest.mark.parametrize("seed", [0, 5])
def test_rows_of_the_run_come_behind_those_that_were_there(seed: int) -> None:
    """Their keys are of chance, so that in the order of the seed each preflight would give another plan."""
    there = [f"/rows/{uuid4()}/" for _ in range(3)]
    before = with_rows_chosen(replace(PLAN, seed=seed, requests=(planned("GET /rows/<uuid:pk>/", *there),)), None)
    for place in range(4):
        new = f"/rows/{uuid4()}/"
        found = replace(before, requests=(planned("GET /rows/<uuid:pk>/", *there[:place], new, *there[place:]),))
        paths = [one.path for one in with_rows_chosen(found, None, before).requests[0].paths]
        assert paths == [*rows(before), new]


@pytest.mark.parametrize(("kind", "guesses"), [(Kind.READ, True), (Kind.WRITE, False)])
def test_what_a_preflight_may_find_is_not_left_out_for_good(kind: Kind, *, guesses: bool) -> None:
    """Made-up values are not sent to writes."""
    method = "GET" if kind is Kind.READ else "POST"
    unknown = operation(f"{method} /of/<int:number>/", kind=kind, parameters=(Parameter(name="number"),))
    plan = build_plan(
        Inventory(operations=(unknown,)), [Identity(role="user")], RouteIndex.from_urlconf(), PlanOptions()
    )
    reason = plan.exclusions[0].reason
    assert "no model is known for its parameter 'number'" in reason
    assert "--no-preflight" in reason
    assert ("made-up values" in reason) is guesses


def test_what_no_row_can_be_reached_for_is_left_to_the_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tries those of others, and makes one; what is wrong with an address it does not mend."""
    one = operation("GET /of/<int:number>/", parameters=(Parameter(name="number"),))
    for no_row in (True, False):
        monkeypatch.setattr(build, "paths_for", lambda *_, there=no_row: NoValue(reason="none", no_row=there))
        plan = build_plan(
            Inventory(operations=(one,)), [Identity(role="user")], RouteIndex.from_urlconf(), PlanOptions()
        )
        assert ("tries rows of others, other users" in plan.exclusions[0].reason) is no_row


def test_a_logout_is_not_meant_for_nobody() -> None:
    """Who has no session ends none; a login is for whoever has none yet."""
    user = Identity(role="user", username="anna", user_id="1")
    leaving = replace(operation("POST /logout/"), category="Auth", access=Access())
    assert identity_for(leaving, [user]) == user
    entering = replace(operation("POST /login/"), category="Auth", access=Access())
    assert identity_for(entering, [user]) != user


@pytest.mark.parametrize(
    ("access", "role"),
    [
        (Access(login=True, groups=("Leads",)), "Leads"),
        (Access(login=True, groups=("Leads", "Others")), "user"),
        (Access(login=True, groups=("staff",)), "group staff"),
        (Access(groups=("#7",)), "user"),
        (Access(login=True, staff=True, groups=("Leads",)), "staff"),
        (Access(attributes=("user.role == 'buyer'",)), "buyer"),
        (Access(attributes=("not user.is_manager",)), "user"),
        (Access(login=True, attributes=("user.is_manager",)), "is_manager"),
        (Access(login=True, attributes=("user.is_manager or user.is_owner",)), "user"),
    ],
)
def test_what_a_group_may_do_is_meant_for_who_is_in_it(access: Access, role: str) -> None:
    """Where some of several have no user of their own, the ordinary one may be among them; it is the next in line."""
    roles = ["user", "staff", "Leads", "buyer", "is_manager", "group staff"]
    identities = [Identity(role=one, staff=one == "staff") for one in roles]
    asked = replace(operation("GET /rows/"), access=access)
    assert identity_for(asked, identities) == next(one for one in identities if one.role == role)
    assert roles_in_line(asked, identities)[1] == ("staff" if role == "user" else "user")
