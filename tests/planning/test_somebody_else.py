"""Users that an address names beside a row which belongs to somebody else."""

from dataclasses import replace

import pytest

from loadaudit.planning.somebody_else import with_somebody_else
from loadaudit.records import Identity, Parameter
from tests.demo.accounts.models import User

PROJECT = Parameter(name="project_id", model="projects.Project", model_field="pk")
PERSON = Parameter(name="name", model="accounts.User", model_field="username")


@pytest.mark.django_db
def test_others_are_named_where_nothing_ties_them_to_the_row() -> None:
    """The newest first, a few at most; where the code says whose the row is, nobody else."""
    for name in ("me", "one", "two", "three"):
        User.objects.create(username=name)
    me = Identity(role="user", user_id=str(User.objects.get(username="me").pk))
    pool = [({"project_id": 1, "name": "me"}, "row")]
    found = list(with_somebody_else(pool, (PROJECT, PERSON), PROJECT, me))
    assert found == [{"project_id": 1, "name": "three"}, {"project_id": 1, "name": "two"}]
    assert not list(with_somebody_else(pool, (PROJECT, PERSON), replace(PROJECT, parent="name"), me))
