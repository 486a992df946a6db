"""Pools stay in tenants where the user of the load may do what worked in one."""

from dataclasses import replace

import pytest

from loadaudit.planning import tenants
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight import of_tenants
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.planning.preflight.of_tenants import within_tenants
from loadaudit.planning.tenants import Membership
from loadaudit.records import Identity, Operation, Outcome, Parameter, PlannedPath, Risk
from tests.analysis.factories import operation, trace
from tests.demo.accounts.models import User
from tests.demo.projects.models import Activity
from tests.planning.preflight.rows import projects

WORK = Membership(model=Activity, user="user", tenant="project", role="verb", flags=())
PROJECT = (Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk"),)
READ = operation("GET /projects/<int:project_id>/", parameters=PROJECT)
WRITE = operation("POST /projects/<int:project_id>/", parameters=PROJECT, risk=Risk.MUTATING)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of", "kept", "sent"), [(WRITE, [0, 1], [1, 4]), (READ, [0, 1, 2], [1, 2, 3, 4])], ids=["write", "read"]
)
def test_a_write_goes_where_the_user_has_the_same_role(
    monkeypatch: pytest.MonkeyPatch, of: Operation, kept: list[int], sent: list[int]
) -> None:
    """Each further tenant is tried once, a read in those of other roles as well."""
    for one in (tenants, of_tenants):
        monkeypatch.setattr(one, "memberships", lambda: (WORK,))
    user, rows = User.objects.create(username="its_member"), projects(*[("active", False)] * 5)
    for row, verb in zip(rows, ("edits", "edits", "views", "views", "edits"), strict=True):
        Activity.objects.create(project=row, user=user, verb=verb, created_at=row.created_at)
    paths = [PlannedPath(path=f"/projects/{one.pk}/") for one in rows]
    identity = Identity(role="user", user_id=str(user.pk))
    answer = Answer(status=200, text="", location="", trace=trace(1, of.id, user_id=identity.user_id), number=1)
    best = judged(of, identity, paths[0], None, answer)
    made = Trial(operation=of, best=best, tries=1, pool=tuple(paths))
    asked: list[int] = []

    def send(trial: Trial, at: PlannedPath) -> Try | None:
        asked.append(paths.index(at))
        assert trial.best is not None
        return trial.best if paths.index(at) in (1, 2) else replace(trial.best, outcome=Outcome.DENIED)

    (found,) = within_tenants({of.id: made}, send).values()
    assert [paths.index(one) for one in found.pool] == kept
    assert asked == sent
