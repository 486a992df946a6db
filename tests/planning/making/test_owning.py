"""Rows of the identity's own, where the owner's column has no foreign key."""

from uuid import UUID

import pytest

from loadaudit.planning.making.wanted import wanted_rows
from loadaudit.records import Evidence, Identity, Parameter
from tests.analysis.factories import operation
from tests.demo.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("column", "asked"), [("id", {"id": UUID(int=7)}), ("owner", {})])
def test_a_row_of_the_identitys_own(column: str, asked: dict[str, object]) -> None:
    """A UUID that a view compares with the number of the user has to be that number; links are filled anyway."""
    user = User.objects.create(pk=7, username="one")
    job = Parameter(
        name="job", model="batch.BatchJob", model_field="pk", owner_field=column, owner_evidence=Evidence.INFERRED
    )
    identity = Identity(role="user", user_id=str(user.pk))
    wanted = wanted_rows(operation("GET /jobs/<job>/", parameters=(job,)), identity, None)
    assert [dict(one.asked) for one in wanted] == [asked]
