"""Rows that a view cannot tell apart."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from loadaudit.planning.making import apart
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import unanswered
from loadaudit.records import Evidence, Identity, Outcome, Parameter, PlannedPath, ServerException
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db

CODE = Parameter(
    name="code", converter="slug", pattern="[-a-zA-Z0-9_]+", model="projects.Project", model_field="client"
)


def test_all_but_the_first_get_values_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address stays good, and what helped nothing is taken back."""
    monkeypatch.setattr(apart, "match_at", lambda path: SimpleNamespace(kwargs={"code": "a"}))
    projects(("active", False), ("closed", False), ("draft", False))
    Project.objects.update(client="a")
    page = operation("GET /named/<slug:code>/", parameters=(CODE,))
    kind = f"{Project.__module__}.Project.MultipleObjectsReturned"
    broken = ServerException(type=kind, message="get() returned more than one", fingerprint="1")
    one = unanswered(page, Identity(role="user"), PlannedPath(path="/named/a/"), None, 1, "")
    one = replace(one, outcome=Outcome.SERVER_ERROR, trace=replace(trace(), exception=broken))
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    assert missing.make_for([(page, one)], [Identity(role="user")]) == {page.id}
    assert len(missing.apart.notes()) == 1
    clients = [*Project.objects.values_list("client", flat=True)]
    assert (clients.count("a"), len(set(clients))) == (1, len(clients))
    missing.settle({page.id})
    assert {*Project.objects.values_list("client", flat=True)} >= {"a"}


def test_what_a_name_most_often_means_is_open_where_another_model_has_several() -> None:
    """Also where the page that says so looks rows up by such a name itself; what is known for sure stays."""
    exception = f"{Project.__module__}.Project.MultipleObjectsReturned"
    word = replace(CODE, name="client", model="auth.Group", model_field="name")
    sure = replace(word, name="sure", evidence=Evidence.INFERRED)
    page = operation("GET /<sure>/<client>/", parameters=(sure, word))
    texts = (
        f'SELECT "id" FROM "{Project._meta.db_table}" WHERE "{Project._meta.db_table}"."client" = %s',
        'SELECT "id" FROM "auth_user" WHERE "auth_user"."client" = %s',
    )
    seen = replace(trace(), statements=tuple(use(one) for one in texts))
    assert apart.looked_up(page, exception, seen) == {"client": ("projects.Project", "client")}
    assert apart.looked_up(replace(page, parameters=(CODE, word)), exception, seen) == {}
