"""Values that fit the pattern of an address."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from loadaudit.planning.making.fitting import unfit_columns
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.making.unfilled import as_seen
from loadaudit.planning.preflight.judge import unanswered
from loadaudit.records import Identity, Parameter, PlannedPath
from tests.analysis.factories import operation, trace, use
from tests.demo.catalog.models import Category

pytestmark = pytest.mark.django_db

SLUG = Parameter(name="slug", converter="regex", pattern="[0-9N@]+", model="catalog.Category", model_field="code")
READ = operation("GET /categories/<slug>/", parameters=(SLUG,))
ANYONE = Identity(role="user")


def test_a_row_gets_a_value_that_the_pattern_takes() -> None:
    """Each another one, and the old ones come back where it has helped nothing."""
    codes = ["a", "b"]
    Category.objects.all().delete()
    Category.objects.bulk_create(Category(name=one, code=one) for one in codes)
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    assert missing.make_for([(READ, None)], [ANYONE]) == {READ.id}
    given = set(Category.objects.values_list("code", flat=True))
    assert len(given) == len(codes)
    assert not list(unfit_columns(READ))
    assert "catalog.Category.code" in " ".join(missing.notes())
    missing.settle({READ.id})
    assert {*Category.objects.values_list("code", flat=True)} == {*codes}


def test_what_only_a_try_has_shown_is_fitted_as_well() -> None:
    """As a key that a view looks up with a parameter of another name, of which nothing was known before."""
    Category.objects.create(name="one", code="a")
    page = replace(READ, parameters=(replace(SLUG, name="code", model=None, model_field=None),))
    one = unanswered(page, ANYONE, PlannedPath(path="/categories/12/"), None, 1, "")
    table = Category._meta.db_table
    seen = trace(statements=(use(f'SELECT "{table}"."id" FROM "{table}" WHERE "{table}"."code" = %s'),))
    found = as_seen(page, replace(one, trace=seen))
    assert [each.column.name for each in unfit_columns(found)] == ["code"]
    assert as_seen(page, None) is page
    assert not as_seen(READ, replace(one, trace=seen)).parameters


def test_one_row_that_fits_is_enough() -> None:
    Category.objects.create(name="one", code="12")
    assert not list(unfit_columns(READ))


def test_a_pattern_that_leaves_no_room() -> None:
    """A key is not changed, and neither is a column that would not take such a text."""
    Category.objects.create(name="one", code="a")
    key = replace(SLUG, model_field="id", pattern="x+")
    assert not list(unfit_columns(operation("GET /categories/<slug>/", parameters=(key,))))
    long = replace(SLUG, pattern="x{300}")
    unfit = next(unfit_columns(operation("GET /categories/<slug>/", parameters=(long,))))
    assert unfit.value(1) is None
