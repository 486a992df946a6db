"""Values that fit the pattern of an address."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from loadaudit.planning.making.fitting import unfit_columns
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.records import Identity, Parameter
from tests.analysis.factories import operation
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
