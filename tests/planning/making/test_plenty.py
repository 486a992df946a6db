"""Numbers that are too low for what a view does."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.plenty import too_low
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try, unanswered
from loadaudit.records import Identity, Outcome, PlannedPath, ServerException
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects
from tests.planning.preflight.test_corrections import answer

pytestmark = pytest.mark.django_db

PAY = operation("POST /pay/")


def refused(said: Any) -> Try:
    """Return a request that read the projects and was refused."""
    read = use(f'SELECT "{Project._meta.db_table}"."id" FROM "{Project._meta.db_table}"')
    one = unanswered(PAY, Identity(role="user"), PlannedPath(path="/pay/"), None, 1, "")
    return replace(one, outcome=Outcome.CLIENT_ERROR, trace=replace(trace(), statements=(read,)), answer=answer(said))


def test_a_number_that_an_error_calls_too_low() -> None:
    """It is raised in the rows that the view has read, and goes back to what it was where that helps nothing."""
    projects(("active", False), ("closed", False))
    before = [*Project.objects.order_by("pk").values_list("area_m2", flat=True)]
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    assert missing.make_for([(PAY, refused({"error": "This may not be"}))], [Identity(role="user")]) == frozenset()
    one = refused({"error": "Insufficient area: 7 of 50"})
    assert missing.make_for([(PAY, one)], [Identity(role="user")]) == {PAY.id}
    assert all((area or 0) > 50 for area in Project.objects.values_list("area_m2", flat=True))
    assert missing.make_for([(PAY, one)], [Identity(role="user")]) == frozenset()
    missing.settle({PAY.id})
    assert [*Project.objects.order_by("pk").values_list("area_m2", flat=True)] == before


def test_an_exception_that_calls_it_so() -> None:
    """Its class says it where its message does not."""
    projects(("active", False))
    broke = refused("")
    exception = ServerException(type="shop.errors.NotEnoughAreaError", message="", fingerprint="1")
    seen = broke.trace
    assert seen is not None
    broke = replace(broke, outcome=Outcome.SERVER_ERROR, trace=replace(seen, exception=exception))
    [(_, values)] = too_low(broke)
    assert list(values) == ["area_m2"]
