"""What a view looks up by a value that a row of the user has, too."""

from dataclasses import replace

import pytest
from django.utils import timezone

from loadaudit.planning.making.own_look_ups import looked_up_by_own
from loadaudit.planning.preflight.judge import unanswered
from loadaudit.records import Identity, PlannedPath, ServerException
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User
from tests.demo.catalog.models import Supplier
from tests.demo.projects.models import Membership, Project

pytestmark = pytest.mark.django_db

MEMBER = use('SELECT 1 FROM "projects_membership" WHERE "projects_membership"."user_id" = %s')
BY_NAME = use('SELECT 1 FROM "catalog_supplier" WHERE "catalog_supplier"."name" = %s')
BY_KEY = use('SELECT 1 FROM "catalog_supplier" WHERE "catalog_supplier"."id" = %s')


@pytest.mark.parametrize(("look_up", "found"), [(BY_NAME, [{"name": "north"}]), (BY_KEY, [])])
def test_a_column_of_the_same_name(look_up: object, found: list[object]) -> None:
    """A key of another row says nothing."""
    user = User.objects.create(username="one")
    project = Project.objects.create(owner=user, name="north", created_at=timezone.now())
    Membership.objects.create(user=user, project=project)
    identity = Identity(role="user", username="one", user_id=str(user.pk))
    missed = ServerException(type="tests.demo.catalog.models.Supplier.DoesNotExist", message="", fingerprint="f")
    one = unanswered(operation("GET /desk/"), identity, PlannedPath(path="/desk/"), None, 1, "")
    seen = trace(statements=(replace(MEMBER, rows=1), replace(look_up, rows=0)), exception=missed)  # type: ignore[type-var]
    asked = list(looked_up_by_own(identity, replace(one, trace=seen)))
    assert [(each.model, dict(each.fixed)) for each in asked] == [(Supplier, each) for each in found]
