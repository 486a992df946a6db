"""Rows that an operation lacks."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from loadaudit.planning.making import wanted
from loadaudit.planning.making.wanted import _between_two
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath, ServerException
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob, BatchPage

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
