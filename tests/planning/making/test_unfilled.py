"""Columns that are empty everywhere get values where a view looks rows up by them."""

import pytest

from loadaudit.planning.making.unfilled import empty_columns
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.catalog.models import Category


@pytest.mark.django_db
def test_a_column_that_every_row_has_empty_is_filled_where_a_view_looks_by_it() -> None:
    """Names that people choose for themselves, as in `/by-handle/<str:handle>/`, are of no row that was made up."""
    read = operation("GET /categories/<str:handle>/", parameters=(Parameter(name="handle", converter="str"),))
    looked = use('SELECT "catalog_category"."id" FROM "catalog_category" WHERE "catalog_category"."code" = %s', rows=0)
    Category.objects.all().delete()
    Category.objects.create(name="one", code="")
    best = Try(
        identity=Identity(role="user"),
        path=PlannedPath(path="/categories/a/"),
        payload=None,
        sample=sample(operation_id=read.id),
        trace=trace(statements=[looked]),
        outcome=Outcome.NOT_FOUND,
        answer=None,
    )
    (found,) = empty_columns(read, best)
    assert (found.column.name, str(found.value(1)).isalpha()) == ("code", True)
    assert found.value(1) != found.value(2)
