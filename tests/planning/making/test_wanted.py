"""Rows that an operation lacks."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone

from loadaudit.planning.making import wanted
from loadaudit.planning.making.wanted import _between_two
from loadaudit.planning.preflight.judge import Try, unanswered
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath, ServerException
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob, BatchPage
from tests.demo.projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_row_below_one_of_the_identitys_own() -> None:
    """The view took the first of none of the pages of its job; those of somebody else's do not help."""
    one, other = (User.objects.create(username=name) for name in ("one", "other"))
    own, foreign = (BatchJob.objects.create(owner=user, created_at=timezone.now()) for user in (one, other))
    BatchPage.objects.create(job=foreign, number=1)
    page = operation("GET /picture/delete/")
    lacking = ServerException(
        type="ImproperlyConfigured",
        message="SingleObjectTemplateResponseMixin requires a definition of 'template_name', or 'model'",
        fingerprint="f",
    )
    read = use('SELECT "batch_batchpage"."id" FROM "batch_batchpage" WHERE "batch_batchpage"."job_id" = %s')
    best = Try(
        identity=(identity := Identity(role="user", user_id=str(one.pk))),
        path=PlannedPath(path="/picture/delete/"),
        payload=None,
        sample=sample(),
        outcome=Outcome.SERVER_ERROR,
        trace=trace(statements=(read,), exception=lacking),
        answer=None,
    )
    found = [each for each in wanted.wanted_rows(page, identity, best) if each.model is BatchPage]
    assert [dict(each.asked) for each in found] == [{"job": own}]


def closed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a project that is closed, to its owner."""
    return HttpResponse(get_object_or_404(Project, pk=pk, status="closed"))


urlpatterns = [path("closed/<int:pk>/", closed)]


def test_a_row_in_the_state_that_the_code_names(settings: Any) -> None:
    """It belongs to who asks, where rows belong to users by one link alone."""
    settings.ROOT_URLCONF = __name__
    read = use(
        'SELECT 1 FROM "projects_project" WHERE ("projects_project"."id" = %s AND "projects_project"."status" = %s)'
    )
    pk = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    identity = Identity(role="user", user_id=str(User.objects.create(username="one").pk))
    one = unanswered(operation("GET /closed/<int:pk>/"), identity, PlannedPath(path="/closed/1/"), None, 1, "")
    best = replace(one, outcome=Outcome.NOT_FOUND, trace=trace(statements=(read,)))
    found = list(wanted.wanted_rows(operation("GET /closed/<int:pk>/", parameters=(pk,)), identity, best))
    assert {"status": "closed"} in [dict(each.asked) for each in found]
    assert {each.named for each in found if each.asked} == {("owner",)}


class _Rows:
    """Rows of a model that links two users."""

    def __init__(self, there: bool) -> None:
        self._there = there
        self.asked: dict[str, Any] = {}

    def filter(self, **asked: Any) -> "_Rows":
        self.asked |= asked
        return self

    def exclude(self, **asked: Any) -> "_Rows":
        return self

    def exists(self) -> bool:
        return self._there


@pytest.mark.parametrize(("there", "made"), [(False, 1), (True, 0)])
def test_nobody_is_their_own_friend(monkeypatch: pytest.MonkeyPatch, *, there: bool, made: int) -> None:
    """The link of who begins it leads to somebody else, where no row of the identity's does so."""
    one, _ = (User.objects.create(username=name) for name in ("one", "other"))
    links = [SimpleNamespace(name=name, related_model=User, null=False) for name in ("to_user", "from_user")]
    model: Any = SimpleNamespace(_meta=SimpleNamespace(local_concrete_fields=links), _base_manager=_Rows(there))
    monkeypatch.setattr(wanted, "model_of", lambda label: model)
    identity = Identity(role="user", user_id=str(one.pk))
    found = list(_between_two([Parameter(name="pk", model="friends.Request", model_field="pk")], identity))
    assert len(found) == made
    assert model._base_manager.asked == {"to_user": str(one.pk)}
    assert all([*row.asked] == ["from_user"] for row in found)
