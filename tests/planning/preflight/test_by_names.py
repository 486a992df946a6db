"""Rows for a body, by its names and by the address that it is sent to."""

from typing import Any

import pytest

from loadaudit.planning.making.constants import LookUp
from loadaudit.planning.preflight import by_names
from loadaudit.planning.preflight.by_names import as_asked_first, beside, keys, or_keys, rows_for
from loadaudit.records import Body, BodyField, BodyKind, Identity, Parameter
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership, Project
from tests.planning.preflight.rows import projects


def test_keys_take_turns_with_what_a_row_was_looked_up_with() -> None:
    """A widget that finds people by their names sends the key of one; a field called as the column means the column."""
    rows: dict[str, list[Any]] = {"pk": [7, 8], "username": ["anna", "bob"]}
    assert or_keys("person", ("shop.Person", "username"), lambda _, name: rows[name]) == ["anna", 7, "bob", 8]
    assert or_keys("username", ("shop.Person", "username"), lambda _, name: rows[name]) == ["anna", "bob"]


def test_the_row_of_the_address_goes_first_below_it_and_not_at_all_for_itself() -> None:
    """What is made below a row belongs to it; what is changed is not its own parent unless there is no other."""
    shop = Parameter(name="pk", model="shop.Shop", model_field="pk")
    below = operation("POST /shops/<int:pk>/goods/", parameters=(shop,))
    own = operation("PUT /shops/<int:pk>/", parameters=(shop,))
    assert beside(below, {"pk": "2"}, lambda model, name: [1, 2, 3])("shop.Shop", "pk") == [2, 1, 3]
    assert beside(own, {"pk": "2"}, lambda model, name: [1, 2, 3])("shop.Shop", "pk") == [1, 3]
    assert beside(own, {"pk": "2"}, lambda model, name: [2])("shop.Shop", "pk") == [2]
    assert beside(own, {"pk": "2"}, lambda model, name: [2, 3])("shop.Good", "pk") == [2, 3]


@pytest.mark.django_db
def test_rows_that_the_code_asks_for_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that the user would not be given; all others as they were, and so where code asks for nothing."""
    one, two = projects(("draft", False), ("active", False))
    asked = LookUp(model=Project, values=(("status", "active"),), is_of_one=True)
    monkeypatch.setattr(by_names, "look_ups_at", lambda path: (asked,) if path == "/close/" else ())
    assert as_asked_first("/close/", lambda model, name: [one.pk])(Project._meta.label, "pk") == [two.pk, one.pk]
    assert as_asked_first("/", lambda model, name: [one.pk])(Project._meta.label, "pk") == [one.pk]


@pytest.mark.django_db
def test_rows_that_are_named_after_what_the_address_is_about_go_first() -> None:
    """As roles and permissions are; a longer word that begins alike names something else."""
    for name in ("budget_viewer", "budgets.projectshare_viewer", "budgets.project_viewer"):
        User.objects.create(username=name, email=f"{name}@example.com")
    project = Parameter(name="pk", model=Project._meta.label, model_field="pk")
    adds = operation("POST /projects/<int:pk>/add/", parameters=(project,))
    rows = beside(adds, {"pk": "2"}, lambda model, name: ["budget_viewer"])
    assert rows(User._meta.label, "username") == ["budgets.project_viewer", "budget_viewer"]
    assert rows(User._meta.label, "pk") == ["budget_viewer"]


@pytest.mark.django_db
def test_rows_of_the_row_of_the_address_go_first() -> None:
    """Whoever the identity is: who is changed in one project is a member there."""
    one, two = projects(("open", False), ("closed", False))
    members = [Membership.objects.create(project=project, user=one.owner) for project in (one, two)]
    project = Parameter(name="pk", model=Project._meta.label, model_field="pk")
    changes = operation("PUT /projects/<int:pk>/members/", parameters=(project,))
    rows = beside(changes, {"pk": str(two.pk)}, lambda model, name: [members[0].pk])
    assert rows(Membership._meta.label, "pk") == [members[1].pk, members[0].pk]
    assert rows(User._meta.label, "pk") == [members[0].pk]
    # A text of what the row hangs on is that one's, whoever sends it, and so is the name in the address.
    assert rows(User._meta.label, "email") == [two.owner.email, members[0].pk]
    ends = operation(
        "POST /users/<name>/end/", parameters=(Parameter(name="name", model=User._meta.label, model_field="username"),)
    )
    assert beside(ends, {"name": "al"}, lambda model, name: ["own"])(User._meta.label, "username") == ["al", "own"]


@pytest.mark.django_db
def test_rows_of_others_stand_behind_those_of_the_user() -> None:
    """The user who asks is the only one that belongs to him, and another may be meant."""
    projects(("open", False))
    ann = User.objects.create(username="ann", email="ann@example.com")
    identity = Identity(role="ann", username="ann@example.com", user_id=str(ann.pk))
    label = User._meta.label
    assert rows_for(identity)(label, "pk") == [ann.pk]
    assert rows_for(identity, of_all=True)(label, "pk")[0] == ann.pk
    assert len(rows_for(identity, of_all=True)(label, "pk")) == 2


@pytest.mark.django_db
def test_keys_are_named_for_fields_that_may_take_them() -> None:
    """A text of another kind than the keys of the model is none of them."""
    projects(("open", False))
    fields = (BodyField(name="project_id", type="integer"), BodyField(name="source_project_id", type="uuid"))
    asked = operation("POST /x/", body=Body(kind=BodyKind.JSON, fields=fields))
    assert dict(keys(asked, Identity(role="anonymous"))) == {"project_id": Project.objects.get().pk}
